import { describe, expect, it } from 'vitest'
import { BANDS, bandOf, familyOf, isYoungBand } from '../../../src/features/agreements/band.ts'
import type { Band, BandRole } from '../../../src/features/agreements/band.ts'

describe('bandOf', () => {
  const years: [Band, string[]][] = [
    ['EYFS', ['E1', 'E2', 'N1', 'N2', 'R']],
    ['KS1', ['1', '2']],
    ['KS2', ['3', '4', '5', '6']],
    ['KS3-4', ['7', '8', '9', '10', '11']],
    ['KS5', ['12', '13', '14']],
  ]
  it.each(years.flatMap(([band, codes]) => codes.map((code) => [code, band] as const)))('G3: a pupil of year code %s is in band %s', (yearCode, band) => {
    expect(bandOf({ role: 'pupil', yearCode })).toBe(band)
  })

  it.each(['M', 'X', '0', '15', '', 'r', null])('G3: nobody guesses a band for year code %s; a person sets it', (yearCode) => {
    expect(bandOf({ role: 'pupil', yearCode })).toBeNull()
    expect(bandOf({ role: 'pupil', yearCode, bandOverride: null })).toBeNull()
    expect(bandOf({ role: 'pupil', yearCode, bandOverride: 'KS2' })).toBe('KS2')
  })

  it('G3: a band set by a person survives rollover to another year code', () => {
    for (const yearCode of ['6', '7', 'X']) expect(bandOf({ role: 'pupil', yearCode, bandOverride: 'KS1' })).toBe('KS1')
  })

  const adults: [BandRole, Band][] = [
    ['teacher', 'staff'], ['support', 'staff'], ['trainee', 'staff'], ['supply', 'staff'], ['governor', 'governor'],
    ['volunteer', 'volunteer'], ['contractor', 'visitor'], ['visitor', 'visitor'], ['guardian', 'guardian'],
  ]
  it.each(adults)('G3: a %s is in band %s, whatever the year code says', (role, band) => {
    expect(bandOf({ role, yearCode: null })).toBe(band)
    expect(bandOf({ role, yearCode: '7' })).toBe(band)
  })

  it('puts every band into a family, and sets only pupils up to Year 6 in young letterforms', () => {
    expect(BANDS.map((band) => familyOf(band))).toEqual([
      'pupil', 'pupil', 'pupil', 'pupil', 'pupil', 'staff', 'governor', 'volunteer', 'visitor', 'guardian',
    ])
    expect(BANDS.filter((band) => isYoungBand(band))).toEqual(['EYFS', 'KS1', 'KS2'])
  })
})
