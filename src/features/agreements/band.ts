/** The audiences of agreements, in the order lists show them (G3). */
export const BANDS = [
  'EYFS', 'KS1', 'KS2', 'KS3-4', 'KS5', 'staff', 'governor', 'volunteer', 'visitor', 'guardian',
] as const
export type Band = (typeof BANDS)[number]

/** The bands of pupils, youngest first. */
const PUPIL_BANDS = ['EYFS', 'KS1', 'KS2', 'KS3-4', 'KS5'] as const
export type PupilBand = (typeof PUPIL_BANDS)[number]

/** What kind of person an agreement is for; requests are unique within a family (I1). */
export const FAMILIES = ['pupil', 'guardian', 'staff', 'governor', 'volunteer', 'visitor'] as const
export type Family = (typeof FAMILIES)[number]

/** Kinds of affiliation, as the roster states them (P2). */
export type BandRole =
  | 'pupil' | 'teacher' | 'support' | 'trainee' | 'supply' | 'governor' | 'volunteer' | 'contractor' | 'visitor' | 'guardian'

/** The part of an affiliation that decides its band. */
export interface BandedAffiliation {
  role: BandRole
  /** DfE year code E1 E2 N1 N2 R 1..14 M X; null for adults or when the source does not say. Never an integer. */
  yearCode: string | null
  /** Set by a person, for example for year code X; it wins over the year code and survives rollover (G3). */
  bandOverride?: PupilBand | null
}

const BAND_OF_YEAR: ReadonlyMap<string, PupilBand> = new Map<string, PupilBand>([
  ...(['E1', 'E2', 'N1', 'N2', 'R'] as const).map((code) => [code, 'EYFS'] as const),
  ...(['1', '2'] as const).map((code) => [code, 'KS1'] as const),
  ...(['3', '4', '5', '6'] as const).map((code) => [code, 'KS2'] as const),
  ...(['7', '8', '9', '10', '11'] as const).map((code) => [code, 'KS3-4'] as const),
  ...(['12', '13', '14'] as const).map((code) => [code, 'KS5'] as const),
])

const BAND_OF_ADULT: Record<Exclude<BandRole, 'pupil'>, Band> = {
  teacher: 'staff',
  support: 'staff',
  trainee: 'staff',
  supply: 'staff',
  governor: 'governor',
  volunteer: 'volunteer',
  contractor: 'visitor',
  visitor: 'visitor',
  guardian: 'guardian',
}

/**
 * The band of one affiliation (G3). Null means that nobody can tell from the roster: a pupil of year code M or X, or of
 * an unknown code, until a person sets the band. The office's queue asks for it.
 */
export function bandOf(affiliation: BandedAffiliation): Band | null {
  if (affiliation.role !== 'pupil') return BAND_OF_ADULT[affiliation.role]
  return affiliation.bandOverride ?? BAND_OF_YEAR.get(affiliation.yearCode ?? '') ?? null
}

/** The family a band's agreements belong to. */
export function familyOf(band: Band): Family {
  return isPupilBand(band) ? 'pupil' : band
}

/** True for EYFS to KS5. */
export function isPupilBand(band: Band): band is PupilBand {
  return (PUPIL_BANDS as readonly Band[]).includes(band)
}

/** True for pupils up to Year 6, whose pages and records are set in an infant letterform. */
export function isYoungBand(band: Band): boolean {
  return band === 'EYFS' || band === 'KS1' || band === 'KS2'
}
