import type { Instant } from '../../shared/dates.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { Signature } from './signature.ts'
import type { SigningStore } from './signing-store.ts'

/**
 * Ends a signature that counts, in the open transaction: it stays in the log, and its slot is open again (S4). False when it had
 * ended before.
 */
export async function endSignature(
  deps: { store: SigningStore; requests: RequestStore }, signature: Signature, kind: 'withdrawn' | 'invalidated', at: Instant,
): Promise<boolean> {
  const { store, requests } = deps
  const request = await requests.lock(signature.requestId)
  if (!await store.end(signature.id, kind, at)) return false
  if (request?.state === 'open' || request?.state === 'complete' || request?.state === 'declined') {
    await requests.setSignatory(signature.signatoryId, 'open')
    // With no signature left, whoever signs next reads the text in force then (I2).
    const counts = (await store.ofRequests([request.id])).some((other) => other.active && other.id !== signature.id)
    const slots = (await requests.signatoriesOf([request.id])).get(request.id) ?? []
    const required = (slots.find((slot) => slot.id === signature.signatoryId)?.required ?? true) || !request.compulsory
    await requests.update(request.id, {
      ...(request.state === 'complete' && required ? { state: 'open' as const, completedAt: null } : {}), ...(counts ? {} : { versionId: null }),
    })
  }
  return true
}
