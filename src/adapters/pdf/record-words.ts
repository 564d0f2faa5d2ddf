import type { RecordContent } from './pdf-records.ts'
import type { Instant } from '../../shared/dates.ts'

/** How the method of signing reads on the page. */
export const METHOD_WORDS: Record<RecordContent['method'], string> = {
  typed: 'Name typed as a signature',
  drawn: 'Signature drawn on screen',
  clicked: 'Agreed on screen with a button',
  'witnessed-mark': 'Mark made beside a witness',
  paper: 'Signed on paper; the paper is kept by the school',
}

const DATE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZoneName: 'short',
})
const SECONDS_KEPT = 64
const known = new Map<number, string>()

/** "1 September 2026 at 14:05:09 BST". Formatting is slow and neighbours share their seconds, so the last few answers are kept. */
export function momentWords(at: Instant): string {
  const second = Math.floor(at / 1000)
  const before = known.get(second)
  if (before !== undefined) return before
  const parts = Object.fromEntries(DATE.formatToParts(at).map((part) => [part.type, part.value]))
  const words = `${parts['day']} ${parts['month']} ${parts['year']} at ${parts['hour']}:${parts['minute']}:${parts['second']} ${parts['timeZoneName']}`
  if (known.size >= SECONDS_KEPT) known.clear()
  known.set(second, words)
  return words
}

/** A PDF date in UTC (ISO 32000-1, 7.9.4), to the second. */
export function pdfDate(at: Instant): string {
  const iso = new Date(at).toISOString()
  return `D:${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}+00'00'`
}
