import fc from 'fast-check'
import { ACCESS_LEVELS } from '../../../src/features/accounts/desired-access.ts'
import type { Exemption, Restriction, RestrictionCause } from '../../../src/features/accounts/desired-access.ts'

// The same examples on every run; change the seed to look further.
fc.configureGlobal({ seed: 20260901 })

const causes: RestrictionCause[] = ['leaver', 'school-leaver', 'misuse', 'safeguarding', 'unsigned', 'guest-expired', 'manual']
export const PROFILES = ['no-internet', 'no-printing', 'no-chat']

/** Few dates, so that ranges overlap, touch and miss one another often. */
export const date = fc.integer({ min: 1, max: 9 }).map(day => `2026-09-0${day}`)
export const level = fc.constantFrom(...ACCESS_LEVELS)

export const restriction: fc.Arbitrary<Restriction> = fc.record({
  id: fc.uuid(),
  personId: fc.constant('p1'),
  cause: fc.constantFrom(...causes),
  level,
  profile: fc.option(fc.constantFrom(...PROFILES)),
  reason: fc.constant('made up'),
  fromDate: date,
  untilDate: fc.option(date),
  placedBy: fc.constant('u1'),
  placedAt: fc.constant(0),
  releaseKey: fc.constant(null),
  releasedAt: fc.option(fc.constant(1), { freq: 4 }),
  emergency: fc.boolean(),
})

export const exemption: fc.Arbitrary<Exemption> = fc.record({
  personId: fc.constant('p1'), floorLevel: level, untilDate: date, reason: fc.constantFrom('results', 'appeal'), by: fc.constantFrom('u1', 'u2'),
})
