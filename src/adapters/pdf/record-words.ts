import type { Instant, Language } from '../../shared/dates.ts'

const PARTS: Intl.DateTimeFormatOptions = {
  timeZone: 'Europe/London', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hour12: false, timeZoneName: 'short',
}
const ENGLISH = new Intl.DateTimeFormat('en-GB', PARTS)
const WELSH = new Intl.DateTimeFormat('cy', PARTS)
const SECONDS_KEPT = 64
const known = { 'en-GB': new Map<number, string>(), cy: new Map<number, string>() }

/**
 * "1 September 2026 at 14:05:09 BST", "1 Medi 2026 am 14:05:09 BST". Formatting is slow and neighbours share their seconds, so the last few answers
 * are kept.
 */
export function momentWords(at: Instant, language: Language = 'en-GB'): string {
  const second = Math.floor(at / 1000)
  const kept = known[language]
  const before = kept.get(second)
  if (before !== undefined) return before
  const zone = partsOf(ENGLISH, at)['timeZoneName']
  const words = `${language === 'cy' ? momentIn(WELSH, at, 'am') : momentIn(ENGLISH, at, 'at')} ${zone}`
  if (kept.size >= SECONDS_KEPT) kept.clear()
  kept.set(second, words)
  return words
}

// The zone is named as in English: Welsh has no short name for summer time.
function momentIn(format: Intl.DateTimeFormat, at: Instant, between: string): string {
  const parts = partsOf(format, at)
  return `${parts['day']} ${parts['month']} ${parts['year']} ${between} ${parts['hour']}:${parts['minute']}:${parts['second']}`
}

const partsOf = (format: Intl.DateTimeFormat, at: Instant) => Object.fromEntries(format.formatToParts(at).map((part) => [part.type, part.value]))

/** A PDF date in UTC (ISO 32000-1, 7.9.4), to the second. */
export function pdfDate(at: Instant): string {
  const iso = new Date(at).toISOString()
  return `D:${iso.slice(0, 4)}${iso.slice(5, 7)}${iso.slice(8, 10)}${iso.slice(11, 13)}${iso.slice(14, 16)}${iso.slice(17, 19)}+00'00'`
}
