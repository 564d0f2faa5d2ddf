import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { desiredAccess, isActive, stricter } from '../../../src/features/accounts/desired-access.ts'
import type { AccessLevel, Exemption, Restriction } from '../../../src/features/accounts/desired-access.ts'
import { date, exemption, restriction } from './access-arbitraries.ts'

const placed = (more: Partial<Restriction>): Restriction => ({
  id: 'r1', personId: 'p1', cause: 'manual', level: 'restricted', profile: null, reason: 'made up', fromDate: '2026-09-01', untilDate: null,
  placedBy: 'u1', placedAt: 0, releaseKey: null, releasedAt: null, emergency: false, ...more,
})
const floor = (floorLevel: AccessLevel, untilDate: string): Exemption => ({ personId: 'p1', floorLevel, untilDate, reason: 'results', by: 'u1' })

describe('desired access', () => {
  it('A1: nobody restricts: full access', () => {
    expect(desiredAccess([], [], '2026-09-01')).toEqual({ level: 'full', profiles: [], emergency: false, because: [] })
  })

  it('A1: the strictest level decides and the profiles are joined', () => {
    const access = desiredAccess([
      placed({ id: 'b', level: 'full', profile: 'no-printing' }),
      placed({ id: 'a', level: 'suspended', cause: 'leaver' }),
      placed({ id: 'c', level: 'restricted', profile: 'no-internet' }),
      placed({ id: 'd', level: 'restricted', profile: 'no-internet' }),
    ], [], '2026-09-01')
    expect(access).toMatchObject({ level: 'suspended', profiles: ['no-internet', 'no-printing'] })
    expect(access.because.map(cause => cause.effect)).toEqual(['decides', 'weaker', 'weaker', 'weaker'])
    expect(desiredAccess([placed({ level: 'suspended' }), placed({ id: 'n', level: 'none-yet' })], [], '2026-09-01').level).toBe('none-yet')
  })

  it('A2: holds from its first day to its last, both included, unless released', () => {
    const restriction = placed({ fromDate: '2026-09-02', untilDate: '2026-09-04' })
    expect(['2026-09-01', '2026-09-02', '2026-09-04', '2026-09-05'].map(day => isActive(restriction, day))).toEqual([false, true, true, false])
    expect(isActive({ ...restriction, releasedAt: 5 }, '2026-09-03')).toBe(false)
    expect(isActive({ ...restriction, untilDate: null }, '2030-01-01')).toBe(true)
  })

  it('A1: an exemption is a floor up to and including its date', () => {
    const leaver = [placed({ cause: 'leaver', level: 'suspended' })]
    const results = [floor('full', '2026-09-30')]
    expect(desiredAccess(leaver, results, '2026-09-30').level).toBe('full')
    expect(desiredAccess(leaver, results, '2026-10-01').level).toBe('suspended')
    expect(desiredAccess(leaver, [floor('restricted', '2026-09-30')], '2026-09-30').level).toBe('restricted')
    expect(desiredAccess(leaver, results, '2026-09-30').because).toEqual([
      expect.objectContaining({ id: 'r1', effect: 'lifted' }), expect.objectContaining({ kind: 'exemption', effect: 'decides' }),
    ])
  })

  it('A1: an exemption never lowers anyone, and profiles stay', () => {
    const access = desiredAccess([placed({ level: 'full', profile: 'no-internet' })], [floor('suspended', '2026-09-30')], '2026-09-01')
    expect(access).toMatchObject({ level: 'full', profiles: ['no-internet'] })
  })

  it('A1, A5: what was decided about one person holds in spite of every exemption; what follows from lists and dates does not', () => {
    const exempt = [floor('full', '2026-09-30')]
    const emergency = placed({ cause: 'safeguarding', level: 'suspended', emergency: true })
    expect(desiredAccess([emergency], exempt, '2026-09-01')).toMatchObject({ level: 'suspended', emergency: true })
    expect(desiredAccess([{ ...emergency, emergency: false }], exempt, '2026-09-01')).toMatchObject({ level: 'suspended', emergency: false })
    expect(desiredAccess([{ ...emergency, emergency: false, cause: 'misuse', level: 'restricted' }], exempt, '2026-09-01').level).toBe('restricted')
    for (const cause of ['leaver', 'school-leaver', 'unsigned', 'guest-expired', 'manual'] as const) expect(desiredAccess([{ ...emergency, cause }], exempt, '2026-09-01')).toMatchObject({ level: 'full', emergency: false })
    // Beside one another: the list's is lifted, the person's stays.
    expect(desiredAccess([placed({ cause: 'leaver', level: 'suspended' }), placed({ id: 'r2', cause: 'misuse', level: 'restricted' })], exempt, '2026-09-01').level).toBe('restricted')
  })

  it('A1: the order of restrictions and exemptions does not matter', () => {
    fc.assert(fc.property(fc.array(restriction), fc.array(exemption), date, fc.infiniteStream(fc.nat()), (restrictions, exemptions, today, keys) => {
      const shuffle = <T>(list: T[]): T[] => list.map(each => ({ each, key: keys.next().value ?? 0 })).toSorted((a, b) => a.key - b.key).map(({ each }) => each)
      expect(desiredAccess(shuffle(restrictions), shuffle(exemptions), today)).toEqual(desiredAccess(restrictions, exemptions, today))
    }))
  })

  it('A1: one more restriction never raises access; one more exemption never lowers it', () => {
    fc.assert(fc.property(fc.array(restriction), fc.array(exemption), restriction, exemption, date, (restrictions, exemptions, more, exempt, today) => {
      const before = desiredAccess(restrictions, exemptions, today)
      const restricted = desiredAccess([...restrictions, more], exemptions, today)
      const exempted = desiredAccess(restrictions, [...exemptions, exempt], today)
      expect(stricter(before.level, restricted.level)).toBe(false)
      expect(restricted.profiles).toEqual(expect.arrayContaining(before.profiles))
      expect(stricter(exempted.level, before.level)).toBe(false)
      expect(exempted.profiles).toEqual(before.profiles)
    }))
  })

  it('A2: overlapping restrictions may end in either order; what is left decides, and after both all is as before', () => {
    fc.assert(fc.property(fc.array(restriction), restriction, restriction, fc.array(exemption), date, (others, one, two, exemptions, today) => {
      const end = (restriction: Restriction): Restriction => ({ ...restriction, releasedAt: 1 })
      const access = (...restrictions: Restriction[]) => desiredAccess([...others, ...restrictions], exemptions, today)
      expect(access(end(one), two)).toEqual(access(two))
      expect(access(one, end(two))).toEqual(access(one))
      expect(access(end(one), end(two))).toEqual(access())
    }))
  })

  it('A1: no exemption lets anyone above what a safeguarding emergency allows', () => {
    fc.assert(fc.property(fc.array(restriction), fc.array(exemption), restriction, date, (restrictions, exemptions, other, today) => {
      const emergency: Restriction = { ...other, cause: 'safeguarding', emergency: true, releasedAt: null, fromDate: today, untilDate: today }
      expect(stricter(emergency.level, desiredAccess([...restrictions, emergency], exemptions, today).level)).toBe(false)
    }))
  })

  it('every active restriction is answered for, and something answers for every level below full', () => {
    fc.assert(fc.property(fc.uniqueArray(restriction, { selector: each => each.id }), fc.array(exemption), date, (restrictions, exemptions, today) => {
      const access = desiredAccess(restrictions, exemptions, today)
      const ids = access.because.flatMap(cause => cause.kind === 'restriction' ? cause.id : [])
      expect(ids).toEqual(restrictions.filter(each => isActive(each, today)).map(each => each.id).toSorted())
      if (access.level !== 'full') expect(access.because.some(cause => cause.effect === 'decides')).toBe(true)
    }))
  })
})
