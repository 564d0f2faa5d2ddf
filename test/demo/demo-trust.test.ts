import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { makeDemoTrust } from '../../src/demo/demo-trust.ts'
import { generatePeople, streamDemoTrust } from '../../src/demo/generate-people.ts'
import type { DemoTrust } from '../../src/demo/model.ts'
import { yearGroups } from '../../src/demo/years.ts'

const base = { year: '2026/27', today: '2026-09-10' }
const trust = makeDemoTrust({ ...base, seed: 1 })
const everyone = (one: DemoTrust) => [...one.pupils, ...one.guardians, ...one.staff, ...one.governors, ...one.volunteers, ...[...one.households()].flatMap((h) => h.contacts)]
const digest = (one: DemoTrust) => createHash('sha256').update(JSON.stringify({ ...one, households: [...one.households()] })).digest('hex')
const story = (name: string) => {
  const found = [...trust.households()].find((household) => household.story === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

describe('the demo trust', () => {
  it('is the same to the letter for the same seed, another for another', () => {
    expect(digest(makeDemoTrust({ ...base, seed: 1 }))).toBe(digest(trust))
    expect(digest(makeDemoTrust({ ...base, seed: 2 }))).not.toBe(digest(trust))
  })

  it('streams the same families as it holds, as often as asked', () => {
    const streamed = streamDemoTrust({ ...base, seed: 1 })
    expect([...streamed.households()]).toEqual([...trust.households()])
    expect([...streamed.households()]).toEqual([...trust.households()])
    expect([...generatePeople({ ...base, seed: 1 })].length).toBe([...trust.households()].length)
  })

  it('is one primary N1 to Y6 and one secondary Y7 to Y13 with about 600 pupils, two classes a year in most', () => {
    expect(trust.pupils.length).toBe(600)
    expect(trust.schools.map((school) => school.phase)).toEqual(['primary', 'secondary'])
    const years = (schoolId: string) => [...new Set(trust.groups.filter((group) => group.schoolId === schoolId).map((group) => group.yearCode))]
    expect(years('SCH001')).toEqual(['N1', 'N2', 'R', '1', '2', '3', '4', '5', '6'])
    expect(years('SCH002')).toEqual(['7', '8', '9', '10', '11', '12', '13'])
    expect(trust.groups.filter((group) => group.yearCode === '7' && group.kind === 'registration').map((group) => group.name)).toEqual(['7A', '7B'])
    expect(trust.groups.map((group) => group.name)).toContain('Kingfisher')
  })

  it('shows every tradition, own scripts, mixed families, a name of 60 signs and one of three', () => {
    const names = trust.pupils.map((pupil) => `${pupil.name.forename} ${pupil.name.surname}`)
    expect(Math.max(...names.map((name) => name.length))).toBeGreaterThanOrEqual(60)
    expect(names).toContain('O Ng')
    const scripts = ['Bengali', 'Arabic', 'Han', 'Cyrillic', 'Greek', 'Gurmukhi', 'Tamil']
    expect(scripts.filter((script) => names.some((name) => new RegExp(`\\p{Script=${script}}`, 'u').test(name)))).toEqual(scripts)
    const signs = ["'", '’', '-', ' Giolla ']
    expect(signs.filter((sign) => everyone(trust).some((person) => person.name.surname.includes(sign)))).toEqual(signs)
  })

  it('writes e-mail only at reserved domains, and some 6 % of guardians have none', () => {
    for (const { email } of everyone(trust)) if (email !== null) expect(email).toMatch(/^[a-z0-9._-]+@([a-z0-9-]+\.)*(example|example\.org)$/)
    const large = makeDemoTrust({ ...base, seed: 3, people: 2_400 })
    const without = large.guardians.filter((guardian) => guardian.email === null).length / large.guardians.length
    expect(without).toBeGreaterThan(0.04)
    expect(without).toBeLessThan(0.09)
  })

  it('F2: has a father who may not be contacted for one of his two children', () => {
    const { links, pupils } = story('do-not-contact-for-one')
    expect(pupils.length).toBe(2)
    const barred = links.filter((link) => link.doNotContact)
    expect(barred.length).toBe(1)
    expect(links.filter((link) => link.guardianId === barred[0]?.guardianId && !link.doNotContact).length).toBe(1)
  })

  it('P1: has a teacher who is a parent too, a parent who governs, a head who governs, and a governor of two schools', () => {
    const teacherLinks = trust.links.filter((link) => trust.staff.some((person) => person.id === link.guardianId))
    expect(teacherLinks.length).toBeGreaterThan(0)
    expect(story('teacher-parent').colleague?.affiliations.some((hat) => hat.role === 'teacher')).toBe(true)
    const parentGovernor = story('parent-governor').guardians[0]
    expect(parentGovernor?.affiliations.map((hat) => hat.role).toSorted()).toEqual(['governor', 'guardian'])
    expect(trust.allGovernors.some((person) => person.affiliations.some((hat) => hat.jobTitle === 'Headteacher'))).toBe(true)
    expect(trust.governors.some((person) => new Set(person.affiliations.map((hat) => hat.schoolId)).size === 2)).toBe(true)
  })

  it('F1: has foster care with a social worker, grandparents, two homes with four guardians, a shared address and a family without e-mail', () => {
    expect(story('foster-care').links.map((link) => [link.relationship, link.maySign, link.mayConsent])).toEqual([['Foster carer', true, false], ['Social worker', true, true]])
    expect(story('grandparents').links[0]?.relationship).toBe('Grandmother')
    expect(story('four-guardians').guardians.length).toBe(4)
    const [one, other] = story('shared-address').guardians
    expect(one?.email).not.toBeNull()
    expect(other?.email).toBe(one?.email)
    expect(story('letters-only').guardians.every((guardian) => guardian.email === null)).toBe(true)
  })

  it('R7: never lets an emergency contact sign, nor counts one among the guardians', () => {
    const contacts = [...trust.households()].flatMap((household) => household.contacts)
    expect(contacts.length).toBeGreaterThan(5)
    for (const link of trust.links.filter((one) => one.emergencyOnly)) expect([link.maySign, link.mayConsent]).toEqual([false, false])
    for (const contact of contacts) expect(trust.guardians).not.toContain(contact)
  })

  it('offers personas who belong together', () => {
    const of = (key: string) => trust.personas.find((persona) => persona.key === key)?.id ?? key
    expect(trust.personas.map((persona) => persona.key)).toEqual([
      'trust-admin', 'it-admin', 'office', 'dsl', 'head', 'class-teacher', 'pupil-y4', 'pupil-y9', 'student-y12', 'parent', 'new-teacher', 'governor',
    ])
    for (const persona of trust.personas) {
      expect(everyone(trust).map((person) => person.id)).toContain(persona.id)
      expect(persona.story).not.toMatch(/undefined|\s{2}|\n/)
    }
    const parentOf = trust.links.filter((link) => link.guardianId === of('parent')).map((link) => link.pupilId)
    expect(parentOf.length).toBe(3)
    expect(parentOf).toEqual(expect.arrayContaining([of('pupil-y4'), of('pupil-y9')]))
    const pupil = trust.pupils.find((one) => one.id === of('pupil-y4'))
    const teacher = trust.staff.find((one) => one.id === of('class-teacher'))
    expect(teacher?.affiliations[0]?.groupIds).toEqual([pupil?.groupIds[0]])
    expect(trust.staff.find((one) => one.id === of('new-teacher'))?.affiliations[0]?.startDate).toBe('2026-09-01')
    expect(trust.pupils.find((one) => one.id === of('student-y12'))?.yearCode).toBe('12')
  })

  it('refuses options that make no sense', () => {
    expect(() => makeDemoTrust({ ...base, seed: 1, people: 0 })).toThrow(RangeError)
    expect(() => makeDemoTrust({ ...base, seed: 1, people: 1.5 })).toThrow(RangeError)
    expect(() => makeDemoTrust({ ...base, seed: 1, year: '2026' })).toThrow(RangeError)
  })
})

describe('for any seed and size', () => {
  it('every pupil has one to four guardians who exist, numbers are unique, years and groups fit', () => {
    fc.assert(fc.property(fc.integer(), fc.integer({ min: 1, max: 3_000 }), (seed, people) => {
      const one = makeDemoTrust({ ...base, seed, people })
      expect(one.pupils.length).toBe(people)
      const persons = everyone(one)
      const ids = new Set(persons.map((person) => person.id))
      expect(ids.size).toBe(persons.length)
      expect(new Set(persons.map((person) => person.misId)).size).toBe(persons.length)
      for (const key of ['admissionNumber', 'upn'] as const) expect(new Set(one.pupils.map((pupil) => pupil[key])).size).toBe(people)
      const logins = persons.flatMap((person) => person.username ?? [])
      expect(new Set(logins).size).toBe(logins.length)
      for (const login of logins) expect(login).toMatch(/^[a-z0-9.]{1,20}$/)

      const byPupil = Map.groupBy(one.links.filter((link) => !link.emergencyOnly), (link) => link.pupilId)
      const groups = new Map(one.groups.map((group) => [group.id, group]))
      const years = new Set(yearGroups.map((year) => year.code))
      for (const pupil of one.pupils) {
        const links = byPupil.get(pupil.id) ?? []
        expect(links.length).toBeGreaterThanOrEqual(1)
        expect(links.length).toBeLessThanOrEqual(4)
        expect(links.some((link) => link.maySign && !link.doNotContact)).toBe(true)
        expect(years.has(pupil.yearCode)).toBe(true)
        const group = groups.get(pupil.groupIds[0] ?? '')
        expect([group?.yearCode, group?.schoolId, group?.kind]).toEqual([pupil.yearCode, pupil.schoolId, 'registration'])
        expect(pupil.startDate <= base.today && pupil.dateOfBirth < pupil.startDate).toBe(true)
      }
      for (const link of one.links) expect(ids.has(link.guardianId) && ids.has(link.pupilId)).toBe(true)
      const filled = Map.groupBy(one.pupils, (pupil) => pupil.groupIds[0])
      for (const group of one.groups.filter((other) => other.kind === 'registration')) {
        expect(filled.get(group.id)?.length).toBe(group.places)
        expect(group.places).toBeLessThanOrEqual(34)
      }
    }), { numRuns: 25, seed: 20_260_901 })
  })

  it('families are as large as families are, and classes as large as classes', () => {
    const large = makeDemoTrust({ ...base, seed: 9, people: 2_400 })
    const households = [...large.households()]
    const mean = large.pupils.length / households.length
    expect(mean).toBeGreaterThan(1.3)
    expect(mean).toBeLessThan(1.8)
    expect(Math.max(...households.map((household) => household.pupils.length))).toBeLessThanOrEqual(5)
    expect(large.guardians.length / households.length).toBeGreaterThan(1.5)
    for (const group of large.groups.filter((one) => one.kind === 'registration' && !one.yearCode.startsWith('N'))) expect(group.places).toBeGreaterThan(20)
  })

  it('a large trust has more schools, none too large, and their names differ', () => {
    const large = streamDemoTrust({ ...base, seed: 1, people: 20_000 })
    expect(large.schools.length).toBe(24)
    for (const key of ['id', 'name', 'urn', 'dfeNumber', 'domain'] as const) expect(new Set(large.schools.map((school) => school[key])).size).toBe(24)
  })
})
