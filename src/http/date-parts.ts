import { z } from 'zod'
import { type CalendarDate, isCalendarDate } from '../shared/dates.ts'

type PartName<N extends string> = `${N}-day` | `${N}-month` | `${N}-year`

/** The three fields of `components/date-input.njk` for a form's schema: `z.strictObject({ ...datePartsSchema('from') })`. */
export function datePartsSchema<N extends string>(name: N): Record<PartName<N>, z.ZodDefault<z.ZodString>> {
  const short = z.string().trim().max(4, 'Use figures, such as 31 8 2026').default('')
  return { [`${name}-day`]: short, [`${name}-month`]: short, [`${name}-year`]: short } as Record<PartName<N>, z.ZodDefault<z.ZodString>>
}

/** The date that was typed; null when it is none, `''` when all three are empty. */
export function dateFromParts<N extends string>(body: Readonly<Record<PartName<N>, string>>, name: N): CalendarDate | '' | null {
  const [day, month, year] = [body[`${name}-day`], body[`${name}-month`], body[`${name}-year`]]
  if (day === '' && month === '' && year === '') return ''
  const date = `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isCalendarDate(date) && date >= '1900-01-01' ? date : null
}
