import { parentPort } from 'node:worker_threads'
import { layOutShaped, type ActLayout } from './act-layout.ts'
import { FontLibrary } from './font-library.ts'
import type { CompiledTemplate, RecordContent, RenditionText, SealClaim } from './pdf-records.ts'
import { type SlipSheet, slipSheet } from './slip-sheet.ts'
import { compileTemplate } from './template-compile.ts'
import type { TemplateMeta } from './template-meta.ts'

/** What the worker can be asked for. */
export type PdfJob =
  | { kind: 'compile'; text: RenditionText }
  | { kind: 'act'; content: RecordContent; claim: SealClaim; meta: TemplateMeta }
  | { kind: 'slips'; sheet: SlipSheet }

/** The answer of each kind of job. */
export interface PdfJobResults {
  compile: CompiledTemplate
  act: ActLayout
  slips: Uint8Array
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
    parentPort?.postMessage({ id, result: await resultOf(job) })
  } catch (error) {
    parentPort?.postMessage({ id, error: error instanceof Error ? error.message : String(error) })
  }
})

async function resultOf(job: PdfJob): Promise<PdfJobResults[PdfJob['kind']]> {
  if (job.kind === 'compile') return compileTemplate(job.text)
  if (job.kind === 'slips') return slipSheet(job.sheet, libraryFor(job.sheet.young))
  return layOutShaped(job.content, job.claim, job.meta, libraryFor(job.meta.young))
}
