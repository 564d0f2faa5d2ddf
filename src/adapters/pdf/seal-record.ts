import { createHash } from 'node:crypto'
import { layOutFast, type ActLayout } from './act-layout.ts'
import type { CompiledTemplate, RecordContent, SealClaim, SealedTail, Sealer } from './pdf-records.ts'
import { recordEvidence, sealerChainHash } from './record-evidence.ts'
import { recordTail } from './record-tail.ts'
import type { TemplateCache } from './template-cache.ts'
import type { TemplateMeta } from './template-meta.ts'

/** Lays out an act whose characters are not all in the template's tables. */
export type ShapeAct = (content: RecordContent, claim: SealClaim, meta: TemplateMeta) => Promise<ActLayout>

/**
 * Seals one signature: lays out the act, writes the tail behind the template's prefix, and has the digest signed. Everything
 * but the bytes between the angle brackets of /Contents depends on the input alone (D3).
 */
export async function sealRecord(
  parts: { cache: TemplateCache; shape: ShapeAct },
  template: CompiledTemplate, content: RecordContent, claim: SealClaim, sealer: Sealer,
): Promise<SealedTail> {
  if (claim.certificateId !== sealer.certificateId) throw new Error('The seal was claimed for another certificate than the one at hand.')
  const ready = parts.cache.get(template)
  const layout = layOutFast(content, claim, ready.meta, ready.fonts) ?? await parts.shape(content, claim, ready.meta)
  const evidence = recordEvidence(template.renditionHash, content, claim, sealerChainHash(sealer))
  const documentId = createHash('sha256').update(template.prefixHash).update(evidence).digest('hex').slice(0, 32)
  const contentsLength = contentsBytes(sealer)
  const { before, after, gap } = recordTail(ready.meta, ready.prefix.length, layout, evidence, claim, contentsLength, documentId)

  const digest = ready.hash.copy().update(before).update(after).digest()
  const signature = await sealer.seal(digest)
  if (signature.length > contentsLength) throw new Error('The signature is larger than the room kept for it.')
  const tail = Buffer.alloc(before.length + gap + after.length, 0x30)
  before.copy(tail)
  tail.write(`<${signature.toString('hex')}`, before.length, 'latin1')
  tail[before.length + gap - 1] = 0x3e
  after.copy(tail, before.length + gap)
  return {
    tail,
    fileSha256: ready.hash.copy().update(tail).digest('hex'),
    unsignedSha256: digest.toString('hex'),
  }
}

const rooms = new WeakMap<Sealer, number>()

/** Room for the CMS: the certificates, a kilobyte for the rest, rounded up to whole kilobytes. The same for every seal of one certificate. */
function contentsBytes(sealer: Sealer): number {
  let room = rooms.get(sealer)
  if (room === undefined) {
    const certificates = sealer.chainPem.reduce((sum, pem) => sum + Math.ceil(pem.replaceAll(/-----[^-]+-----|\s/g, '').length * 0.75), 0)
    room = Math.ceil((certificates + 1024 + 256) / 1024) * 1024
    rooms.set(sealer, room)
  }
  return room
}
