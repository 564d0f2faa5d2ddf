import { describe, expect, it } from 'vitest'
import { bankHolidays } from '../../src/shared/bank-holidays.ts'

// As published by the government for England and Wales; the coronation of 2023 was for one year only.
const published: Record<number, string[]> = {
  2021: ['2021-01-01', '2021-04-02', '2021-04-05', '2021-05-03', '2021-05-31', '2021-08-30', '2021-12-27', '2021-12-28'],
  2023: ['2023-01-02', '2023-04-07', '2023-04-10', '2023-05-01', '2023-05-29', '2023-08-28', '2023-12-25', '2023-12-26'],
  2026: ['2026-01-01', '2026-04-03', '2026-04-06', '2026-05-04', '2026-05-25', '2026-08-31', '2026-12-25', '2026-12-28'],
  2027: ['2027-01-01', '2027-03-26', '2027-03-29', '2027-05-03', '2027-05-31', '2027-08-30', '2027-12-27', '2027-12-28'],
}

describe('bank holidays of England and Wales', () => {
  it.each(Object.entries(published))('in %s', (year, days) => {
    expect(bankHolidays(Number(year))).toEqual(days)
  })

  it('moves a Sunday Christmas to the two days after', () => {
    expect(bankHolidays(2022).slice(-2)).toEqual(['2022-12-26', '2022-12-27'])
  })
})
