import { describe, expect, it } from 'vitest'
import { demoAccounts, makeDemoDirectory, pupilContainer } from '../../src/demo/demo-directory.ts'
import { makeDemoTrust } from '../../src/demo/demo-trust.ts'

const trust = makeDemoTrust({ seed: 1, year: '2026/27', today: '2026-09-10' })
const directory = makeDemoDirectory(trust)

describe('the simulated directory', () => {
  it('has an account for each pupil from Reception, in the year\'s container, matched by external id', () => {
    const byId = new Map(directory.accounts.map((account) => [account.match.employeeId, account]))
    for (const pupil of trust.pupils) {
      const account = byId.get(pupil.id)
      const school = trust.schools.find((one) => one.id === pupil.schoolId)
      if (pupil.yearCode.startsWith('N')) expect(account).toBeUndefined()
      else expect([account?.username, account?.container]).toEqual([pupil.username, school && pupilContainer(school, pupil.yearCode)])
    }
  })

  it('gives each account an immutable id, login name and address of its own, in a container that exists', () => {
    for (const key of ['immutableId', 'username'] as const) expect(new Set(directory.accounts.map((account) => account[key])).size).toBe(directory.accounts.length)
    const mails = directory.accounts.flatMap((account) => account.match.mail ?? [])
    expect(new Set(mails).size).toBe(mails.length)
    for (const account of directory.accounts) {
      expect(directory.containers).toContain(account.container)
      expect(account.immutableId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/)
      expect(account.groups).toEqual(account.groups.toSorted())
    }
    for (const [index, container] of directory.containers.entries()) {
      const parent = container.slice(0, container.lastIndexOf('/'))
      if (parent !== '') expect(directory.containers.slice(0, index)).toContain(parent)
    }
  })

  it('B4, A7: protects the administrator and the service account, has a shared login and three orphans', () => {
    expect(directory.accounts.filter((account) => account.protected).map((account) => account.username)).toEqual(['administrator', 'svc-roster-sync'])
    const known = new Set([...trust.pupils, ...trust.staff].flatMap((person) => person.username ?? []))
    const unknown = directory.accounts.filter((account) => !known.has(account.username) && !account.protected)
    expect(unknown.map((account) => account.username)).toEqual(['22tpemberley', 'test.pupil', 'exam01', 'wren-tablets'])
  })

  it('lets some of the staff be found by address alone, and is the same each time', () => {
    const staff = directory.accounts.filter((account) => account.container.endsWith('/Staff'))
    expect(staff.some((account) => account.match.employeeId === undefined && account.match.upn !== undefined)).toBe(true)
    expect([...demoAccounts(trust)]).toEqual(directory.accounts)
  })
})
