import type { PdfRecords } from './pdf-records.ts'
import { PdfWorkerClient } from './pdf-worker-client.ts'
import { sealRecord } from './seal-record.ts'
import { TemplateCache } from './template-cache.ts'
import { verifyRecord } from './verify-record.ts'

/** Sealed records with a worker thread of their own for compiling and shaping; sealing ordinary names stays in this thread. */
export function createPdfRecords(): PdfRecords {
  const worker = new PdfWorkerClient()
  const cache = new TemplateCache()
  return {
    async compile(text) {
      const template = await worker.run({ kind: 'compile', text })
      // Buffers arrive from the worker as plain byte arrays.
      return { ...template, prefix: Buffer.from(template.prefix) }
    },
    seal: (template, content, claim, sealer) =>
      sealRecord({ cache, shape: (act, at, meta) => worker.run({ kind: 'act', content: act, claim: at, meta }) }, template, content, claim, sealer),
    slips: async (sheet) => Buffer.from(await worker.run({ kind: 'slips', sheet })),
    verify: async (file, trusted) => verifyRecord(file, trusted),
  }
}
