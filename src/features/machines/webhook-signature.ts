import { createHmac } from 'node:crypto'
import type { Instant } from '../../shared/dates.ts'

// Contract with receivers: docs/webhooks.md.
export const ID_HEADER = 'Assent-Delivery'
export const TIMESTAMP_HEADER = 'Assent-Timestamp'
export const SIGNATURE_HEADER = 'Assent-Signature'

/** HMAC-SHA-256 in hex over the Unix second of sending, a dot, and the body to the letter. The key is the secret's text as it was shown. */
export function signatureOf(secret: string, second: number, body: string): string {
  return createHmac('sha256', secret).update(`${second}.${body}`).digest('hex')
}

/** Headers of one try. While a secret is being replaced there are two signatures, the new one's first. */
export function signedHeaders(delivery: { id: string; body: string }, secrets: readonly string[], now: Instant): Record<string, string> {
  const second = Math.floor(now / 1000)
  return {
    'Content-Type': 'application/json', 'User-Agent': 'Assent-Webhook',
    [ID_HEADER]: delivery.id, [TIMESTAMP_HEADER]: String(second), [SIGNATURE_HEADER]: secrets.map((secret) => `v1=${signatureOf(secret, second, delivery.body)}`).join(','),
  }
}
