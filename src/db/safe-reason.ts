import { AssentError } from '../shared/errors.ts'

/**
 * An error in words that may be stored and logged (V4): ours say nothing personal; of others the quoted parts, addresses and
 * long numbers are masked, because servers like to repeat what they were sent. At most 300 characters.
 */
export function safeReason(error: unknown): string {
  if (error instanceof AssentError) return cut(error.where ? `${error.what} (${error.where})` : error.what)
  if (!(error instanceof Error)) return 'An error without a description.'
  const code = (error as { code?: unknown }).code
  const message = error.message
    .replace(/\S*@\S*/g, '(address)')
    .replace(/(["'`‘“]).*?(["'`’”])/g, '(text)')
    .replace(/\d{6,}/g, '(number)')
    .replace(/\p{Cc}+/gu, ' ')
  return cut(`${error.name}${typeof code === 'string' ? ` ${code}` : ''}: ${message}`)
}

const cut = (text: string) => (text.length > 300 ? `${text.slice(0, 299)}…` : text)
