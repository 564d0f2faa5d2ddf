import { z } from 'zod'
import { BANDS } from '../agreements/band.ts'

/** Where one agreement put to one person stands. Exactly one holds; "overdue" is a property beside it. */
export const BOARD_STATUSES = ['outstanding', 'waiting-guardian', 'waiting-pupil', 'unreachable', 'declined', 'excused', 'signed'] as const
export type BoardStatus = (typeof BOARD_STATUSES)[number]

/** Statuses in which a signature is still missing. */
export const OPEN_STATUSES: readonly BoardStatus[] = ['outstanding', 'waiting-guardian', 'waiting-pupil', 'unreachable']

export const BOARD_SORTS = ['name', '-name', 'group', '-group', 'due', '-due'] as const
export type BoardSort = (typeof BOARD_SORTS)[number]

/** Pupils of every band, or one band. */
const AUDIENCES = ['pupil', ...BANDS] as const
export type Audience = (typeof AUDIENCES)[number]

/** What the board's address says. A name that is searched for is not part of it (V4). */
export interface BoardFilter {
  school: string
  year: string
  group: string
  who: '' | Audience
  agreement: string
  /** `open`: every open one. `asked`: those of them whom somebody can answer. */
  status: '' | BoardStatus | 'open' | 'asked' | 'overdue'
  sort: BoardSort
  page: number
  /** `1`: the name kept in the session narrows the list. */
  named: '' | '1'
}

/** Nothing chosen. */
export const EVERYTHING: BoardFilter = { school: '', year: '', group: '', who: '', agreement: '', status: '', sort: 'name', page: 1, named: '' }

const ulid = z.union([z.literal(''), z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)]).default('')

/** The address's query; an empty choice of the form is no choice. */
export const boardQuery = z.object({
  school: ulid,
  year: z.string().max(3).default(''),
  group: z.string().max(60).default(''),
  who: z.enum(['', ...AUDIENCES]).default(''),
  agreement: ulid,
  status: z.enum(['', ...BOARD_STATUSES, 'open', 'asked', 'overdue']).default(''),
  sort: z.enum(BOARD_SORTS).default('name'),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  named: z.enum(['', '1']).default(''),
})

/** The address's query of a filter, with changes; what is at its default is left out. A changed choice starts at page one. */
export function boardHref(path: string, filter: BoardFilter, change: Partial<BoardFilter> = {}): string {
  const merged: BoardFilter = { ...filter, page: 1, ...change }
  const chosen = Object.entries(merged).filter(([name, value]) => value !== EVERYTHING[name as keyof BoardFilter]).map(([name, value]): [string, string] => [name, String(value)])
  return chosen.length === 0 ? path : `${path}?${new URLSearchParams(chosen).toString()}`
}
