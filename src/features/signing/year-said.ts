import type { Sentence } from '../../shared/sentence.ts'
import { saidYear } from '../people/year-name.ts'

/** A pupil's year as families read it, in the reader's language; null for codes that name no year (M, X). */
export const yearSaid = (code: string | null): Sentence | null => (code === null || code === 'M' || code === 'X' ? null : saidYear(code))
