import { hash, X509Certificate } from 'node:crypto'
import { layOutFast, type ActLayout } from './act-layout.ts'
import { issuerAndSerial } from './cms-write.ts'
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
  const documentId = hash('sha256', template.prefixHash + evidence).slice(0, 32)
  const contentsLength = contentsBytes(sealer)
  const { before, after, gap } = recordTail(ready.meta, ready.prefix.length, layout, evidence, claim, contentsLength, documentId)

  const behind = before.length + gap
  const tail = Buffer.allocUnsafe(behind + after.length)
  tail.write(before, 0, 'latin1')
  tail.write(after, behind, 'latin1')
  // Everything up to the gap is hashed once, for the signature and for the file's own hash.
  const upToGap = ready.hash.copy().update(tail.subarray(0, before.length))
  const digest = upToGap.copy().update(tail.subarray(behind)).digest()
  const signature = await sealer.seal(digest)
  if (signature.length > contentsLength) throw new Error('The signature is larger than the room kept for it.')
  tail.fill(0x30, before.length, behind)
  tail.write(`<${signature.toString('hex')}`, before.length, 'latin1')
  tail[behind - 1] = 0x3e
  return {
    tail,
    fileSha256: upToGap.update(tail.subarray(before.length)).digest('hex'),
    unsignedSha256: digest.toString('hex'),
  }
}

const rooms = new WeakMap<Sealer, number>()

/** Room for the CMS: certificates, twice the issuer's name, the longest signature, attributes; in steps of 512 bytes. The same for every seal of one certificate. */
function contentsBytes(sealer: Sealer): number {
  let room = rooms.get(sealer)
  if (room === undefined) {
    const certificates = sealer.chainPem.map((pem) => new X509Certificate(pem))
    const [leaf] = certificates
    const names = leaf ? issuerAndSerial(leaf).issuer.length * 2 : 0
    room = Math.ceil((certificates.reduce((sum, one) => sum + one.raw.length, 0) + names + 512 + 420) / 512) * 512
    rooms.set(sealer, room)
  }
  return room
}
