import type { CalendarDate } from '../../shared/dates.ts'
import type { AgreementVersion } from './agreement.ts'
import type { Review } from './authoring-store.ts'

/** When an agreement is to be looked at next, and why. */
export interface ReviewDate {
  on: CalendarDate
  /** Null: the cycle says so. */
  because: string | null
  /** The review that was asked for; null where the cycle says so. */
  askedId: string | null
}

/**
 * The cycle counts from the last publication or the last look that found nothing to change, whichever is later; a review that
 * somebody asked for is due at once. Null before anything is in force. Pure (G1).
 */
export function nextReview(current: AgreementVersion | null, reviews: readonly Review[], reviewMonths: number): ReviewDate | null {
  const asked = reviews.find((review) => review.doneOn === null)
  if (asked) return { on: asked.askedOn, because: asked.reason, askedId: asked.id }
  if (!current?.publishedOn) return null
  const last = reviews.reduce((latest, { doneOn }) => (doneOn !== null && doneOn > latest ? doneOn : latest), current.publishedOn)
  return { on: addMonths(last, reviewMonths), because: null, askedId: null }
}

/** The same day some months later; the last day of a shorter month. */
export function addMonths(date: CalendarDate, months: number): CalendarDate {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const first = new Date(Date.UTC(year, month - 1 + months, 1))
  const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate()
  first.setUTCDate(Math.min(day, last))
  return first.toISOString().slice(0, 10)
}
