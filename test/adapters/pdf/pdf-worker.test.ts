import { performance } from 'node:perf_hooks'
import { describe, expect, it } from 'vitest'
import { createPdfRecords } from '../../../src/adapters/pdf/create-pdf-records.ts'
import { PdfWorkerClient } from '../../../src/adapters/pdf/pdf-worker-client.ts'
import type { TemplateMeta } from '../../../src/adapters/pdf/template-meta.ts'
import { content, LONG_TEXT, rendition, TODAY, testTrust } from './pdf-fixtures.ts'

describe('the layout worker', () => {
  it('compiles and shapes away from the event loop', async () => {
    const records = createPdfRecords()
    const { sealer } = await testTrust()
    const busy = async (work: () => Promise<unknown>) => {
      const from = performance.eventLoopUtilization()
      await work()
      return performance.eventLoopUtilization(from).utilization
    }
    let template = await records.compile(rendition())
    expect(await busy(async () => { template = await records.compile(rendition({ markdown: LONG_TEXT })) })).toBeLessThan(0.5)
    const seal = (name: string) => records.seal(template, content({ signerName: name }), { sealedAt: TODAY, certificateId: sealer.certificateId }, sealer)
    await seal('Ann')
    expect(await busy(() => seal('চৌধুরী أحمد 王小明'))).toBeLessThan(0.5)
  }, 60_000)

  it('reports a job that fails, and goes on with the next', async () => {
    const worker = new PdfWorkerClient()
    const broken = worker.run({ kind: 'act', content: content(), claim: { sealedAt: 0, certificateId: '' }, meta: {} as TemplateMeta })
    await expect(broken).rejects.toThrow('undefined')
    expect((await worker.run({ kind: 'compile', text: rendition() })).prefix.length).toBeGreaterThan(10_000)
  }, 60_000)

  it('gives up a job that takes too long, and starts anew', async () => {
    const impatient = new PdfWorkerClient(1)
    await expect(impatient.run({ kind: 'compile', text: rendition({ markdown: LONG_TEXT }) })).rejects.toThrow('took too long')
    await expect(impatient.run({ kind: 'compile', text: rendition({ markdown: LONG_TEXT }) })).rejects.toThrow('took too long')
  }, 60_000)
})
