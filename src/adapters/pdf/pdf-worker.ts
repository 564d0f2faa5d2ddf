import { parentPort } from 'node:worker_threads'
import { layOutShaped, type ActLayout } from './act-layout.ts'
import { FontLibrary } from './font-library.ts'
import type { CompiledTemplate, RecordContent, RenditionText, SealClaim } from './pdf-records.ts'
import { compileTemplate } from './template-compile.ts'
import type { TemplateMeta } from './template-meta.ts'

/** What the worker can be asked for. */
export type PdfJob =
  | { kind: 'compile'; text: RenditionText }
  | { kind: 'act'; content: RecordContent; claim: SealClaim; meta: TemplateMeta }

/** The answer of each kind of job. */
export interface PdfJobResults {
  compile: CompiledTemplate
  act: ActLayout
}

// Open fonts are kept for as long as the worker lives: shaping the second name costs a hundredth of the first.
const libraries = new Map<boolean, FontLibrary>()
function libraryFor(young: boolean): FontLibrary {
  const library = libraries.get(young) ?? new FontLibrary(young)
  libraries.set(young, library)
  return library
}

parentPort?.on('message', async ({ id, job }: { id: number; job: PdfJob }) => {
  try {
    const result = job.kind === 'compile'
      ? await compileTemplate(job.text)
      : layOutShaped(job.content, job.claim, job.meta, libraryFor(job.meta.young))
    parentPort?.postMessage({ id, result })
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
})
