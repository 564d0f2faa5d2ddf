import { pagesOf } from '../../http/paging.ts'
import { longInstant } from '../../shared/dates.ts'
import type { ListedEnd } from '../people/place-ends.ts'
import { dayWords, roleWords, yearWords } from './change-words.ts'
import type { MissingPlace } from './missing-places.ts'

export const MISSING_PER_PAGE = 25

export interface MissingInput {
  proposed: MissingPlace[]
  newly: MissingPlace[]
  /** Ended by a confirmed list, and still listed by their source. */
  stated: readonly ListedEnd[]
  page: number
  schoolNames: ReadonlyMap<string, string>
  /** Notes "asked the MIS", by affiliation. */
  asked: ReadonlyMap<string, { at: number; by: string; note: string }>
  may: (place: Pick<MissingPlace, 'schoolId' | 'personId'>) => 'yes' | 'no' | 'family'
  values: Readonly<Record<string, string | string[]>>
  filter: { school?: string | undefined }
  personHref: ((personId: string) => string) | null
}

/** The view model of `/rosters/missing`. */
export function missingView(input: MissingInput): object {
  const { proposed, page } = input
  const shown = proposed.slice((page - 1) * MISSING_PER_PAGE, page * MISSING_PER_PAGE)
  const place = (row: Pick<MissingPlace, 'role' | 'yearCode' | 'regGroup' | 'schoolId'>) => [roleWords(row.role), ...(row.yearCode === null ? [] : [yearWords(row.yearCode)]), ...(row.regGroup === null ? [] : [row.regGroup]),
    input.schoolNames.get(row.schoolId) ?? ''].join(', ')
  const identifier = (row: MissingPlace) => (row.admissionNumber ? `${row.externalId}, admission number ${row.admissionNumber}` : row.externalId)
  const wrong = typeof input.values['place'] === 'string' ? input.values['place'] : null
  return {
    crumbs: [{ text: 'Rosters', href: '/rosters' }],
    total: proposed.length,
    proposed: shown.map((row) => {
      const asked = input.asked.get(row.affiliationId)
      return {
        id: row.affiliationId, name: row.name, place: place(row), identifier: identifier(row),
        ...(input.personHref ? { href: input.personHref(row.personId) } : {}),
        since: row.deletedInSource ? `“${row.sourceName}” marks them as deleted since ${longInstant(row.missingSince)}; it gives no last day.`
          : `Missing from “${row.sourceName}” since ${longInstant(row.missingSince)}, in ${row.missingRuns} complete readings.`,
        ...(asked ? { asked: `The MIS was asked on ${longInstant(asked.at)} by ${asked.by}${asked.note ? `: ${asked.note}` : '.'}` } : {}),
        may: input.may(row), wrong: wrong === row.affiliationId,
        ...(wrong === row.affiliationId ? { answer: input.values['answer'], note: input.values['note'], day: input.values['on-day'], month: input.values['on-month'], year: input.values['on-year'] } : {}),
      }
    }),
    pages: pagesOf({ page, size: MISSING_PER_PAGE, shown: shown.length, total: proposed.length, what: 'person', whatMany: 'people', path: '/rosters/missing', keep: input.filter }),
    stated: input.stated.slice(0, 200).map((row) => ({
      id: row.affiliationId, name: row.name, place: place(row), ...(input.personHref ? { href: input.personHref(row.personId) } : {}), may: input.may(row),
      since: `A confirmed list says that they left; last day ${dayWords(row.endDate)}. “${row.sourceName}” still lists them.`,
    })),
    newly: {
      total: input.newly.length,
      table: {
        caption: 'Newly missing', captionHidden: true, columns: [{ text: 'Name' }, { text: 'Place' }, { text: 'Source' }, { text: 'Missing since' }],
        rows: input.newly.slice(0, 200).map((row) => [
          { text: row.name, sub: identifier(row), ...(input.personHref ? { href: input.personHref(row.personId) } : {}) }, { text: place(row) }, { text: row.sourceName },
          { text: longInstant(row.missingSince), sub: row.missingRuns === 1 ? 'one reading' : `${row.missingRuns} readings` },
        ]),
      },
    },
  }
}
