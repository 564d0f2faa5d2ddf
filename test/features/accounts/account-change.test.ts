import { describe, expect, it } from 'vitest'
import type { ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { planAccountChange } from '../../../src/features/accounts/account-change.ts'
import { nextDelta } from '../../../src/features/accounts/account-delta.ts'
import type { AccountDelta } from '../../../src/features/accounts/account-delta.ts'
import type { AccessLevel, DesiredAccess } from '../../../src/features/accounts/desired-access.ts'
import type { DirectoryMapping } from '../../../src/features/accounts/directory-mapping.ts'

const HOME = 'OU=Year 7,OU=Pupils,DC=school'
const AWAY = 'OU=Away,DC=school'
const mapping: DirectoryMapping = {
  suspendedContainer: AWAY,
  profiles: { 'no-internet': { groups: ['CN=filtered'], withoutGroups: ['CN=internet'] } },
  restrictedGroups: ['CN=limited'],
}
const account = (more: Partial<ObservedAccount> = {}): ObservedAccount => ({
  immutableId: 'a1', username: 'pupil1', displayName: 'Pupil 1', enabled: true, container: HOME, groups: ['CN=internet', 'CN=year 7'],
  protected: false, match: {}, ...more,
})
const access = (level: AccessLevel, profiles: string[] = [], emergency = false): DesiredAccess => ({ level, profiles, emergency, because: [] })
const suspendedByUs: AccountDelta = { disabledByUs: true, movedFrom: HOME, movedTo: AWAY, groupsAdded: [], groupsRemoved: [] }
const away = (more: Partial<ObservedAccount> = {}) => account({ enabled: false, container: AWAY, ...more })

describe('planning the change of one account', () => {
  it('A4: suspends by disabling and moving, and remembers what it did', () => {
    const plan = planAccountChange(account(), access('suspended'), null, mapping)
    expect(plan).toMatchObject({ change: { enabled: false, moveTo: AWAY }, drift: [] })
    const delta = nextDelta({ delta: null, before: account(), change: plan.change, after: away(), desired: access('suspended'), mapping })
    expect(delta).toEqual(suspendedByUs)
  })

  it('A1: no access yet is disabled where it is', () => {
    expect(planAccountChange(account(), access('none-yet'), null, mapping).change).toEqual({ enabled: false })
    expect(planAccountChange(away(), access('none-yet'), suspendedByUs, mapping).change).toBeNull()
  })

  it('A1: restricts by groups, and a profile may also take a group away', () => {
    expect(planAccountChange(account(), access('restricted', ['no-internet']), null, mapping).change)
      .toEqual({ addGroups: ['CN=filtered', 'CN=limited'], removeGroups: ['CN=internet'] })
  })

  it('says so when a profile means nothing in this directory', () => {
    const plan = planAccountChange(account(), access('full', ['toString']), null, mapping)
    expect(plan.change).toBeNull()
    expect(plan.drift).toMatchObject([{ kind: 'unmapped-profile', target: 'toString', waits: true }])
  })

  it('does nothing where everything is so already, however the names are spelt', () => {
    expect(planAccountChange(account({ enabled: false, container: 'ou=AWAY, dc=School' }), access('suspended'), null, mapping).change).toBeNull()
    expect(planAccountChange(account({ groups: ['cn=LIMITED'] }), access('restricted'), null, mapping).change).toBeNull()
  })

  it('A4: restores to the recorded home, or to the computed one where there is a rule', () => {
    expect(planAccountChange(away(), access('full'), suspendedByUs, mapping).change).toEqual({ enabled: true, moveTo: HOME })
    expect(planAccountChange(away(), access('full'), suspendedByUs, { ...mapping, homeContainer: 'OU=Year 8' }).change)
      .toEqual({ enabled: true, moveTo: 'OU=Year 8' })
  })

  it('A4: an account disabled by hand before is not enabled on restore', () => {
    const byHand = account({ enabled: false })
    const plan = planAccountChange(byHand, access('suspended'), null, mapping)
    expect(plan.change).toEqual({ moveTo: AWAY })
    const delta = nextDelta({ delta: null, before: byHand, change: plan.change, after: away(), desired: access('suspended'), mapping })
    expect(delta).toEqual({ ...suspendedByUs, disabledByUs: false })
    expect(planAccountChange(away(), access('full'), delta, mapping).change).toEqual({ moveTo: HOME })
  })

  it('A4: re-enabled by hand while suspended is drift and waits; it is planned again only when a person confirms', () => {
    const reEnabled = away({ enabled: true })
    const plan = planAccountChange(reEnabled, access('suspended'), suspendedByUs, mapping)
    expect(plan).toMatchObject({ change: null, drift: [{ kind: 'enabled-by-hand', waits: true }] })
    // It goes on being reported at the next reconcile, instead of looking like an account that was never suspended.
    const settled = nextDelta({ delta: suspendedByUs, before: reEnabled, change: null, after: reEnabled, desired: access('suspended'), mapping })
    expect(settled).toEqual(suspendedByUs)
    expect(planAccountChange(reEnabled, access('suspended'), settled, mapping, { confirmed: true })).toMatchObject({
      change: { enabled: false }, drift: [], because: [{ does: 'disable', why: 'confirmed-by-a-person' }],
    })
  })

  it('B7: a safeguarding emergency does not wait for a person, and the drift is shown beside it', () => {
    expect(planAccountChange(away({ enabled: true }), access('suspended', [], true), suspendedByUs, mapping)).toMatchObject({
      change: { enabled: false }, drift: [{ kind: 'enabled-by-hand', waits: false }],
    })
  })

  it('A4: what was undone by hand meanwhile is left alone on restore, noted, and then forgotten', () => {
    const meanwhile = account({ container: 'OU=Elsewhere', groups: ['CN=year 7'] })
    const delta: AccountDelta = { ...suspendedByUs, groupsAdded: ['CN=limited'], groupsRemoved: [] }
    const plan = planAccountChange(meanwhile, access('full'), delta, mapping)
    expect(plan.change).toBeNull()
    expect(plan.drift).toMatchObject([
      { kind: 'enabled-by-hand', waits: false }, { kind: 'moved-by-hand', waits: false }, { kind: 'group-left-by-hand', waits: false },
    ])
    expect(nextDelta({ delta, before: meanwhile, change: null, after: meanwhile, desired: access('full'), mapping })).toBeNull()
  })

  it('A4: confirmed after a move by hand, home is where the person had put it', () => {
    const moved = away({ container: 'OU=Elsewhere' })
    expect(planAccountChange(moved, access('suspended'), suspendedByUs, mapping)).toMatchObject({ change: null, drift: [{ kind: 'moved-by-hand', waits: true }] })
    const { change } = planAccountChange(moved, access('suspended'), suspendedByUs, mapping, { confirmed: true })
    expect(change).toEqual({ moveTo: AWAY })
    expect(nextDelta({ delta: suspendedByUs, before: moved, change, after: away(), desired: access('suspended'), mapping }))
      .toEqual({ ...suspendedByUs, movedFrom: 'OU=Elsewhere' })
  })

  it('A4: when the setting names another unit for suspended accounts, home stays home', () => {
    const changed = { ...mapping, suspendedContainer: 'OU=New away' }
    const { change } = planAccountChange(away(), access('suspended'), suspendedByUs, changed)
    expect(change).toEqual({ moveTo: 'OU=New away' })
    expect(nextDelta({ delta: suspendedByUs, before: away(), change, after: away({ container: 'OU=New away' }), desired: access('suspended'), mapping: changed }))
      .toEqual({ ...suspendedByUs, movedTo: 'OU=New away' })
  })

  it('A4: from suspended to restricted gives the login back and keeps the limit', () => {
    expect(planAccountChange(away(), access('restricted'), suspendedByUs, mapping).change)
      .toEqual({ enabled: true, moveTo: HOME, addGroups: ['CN=limited'] })
  })

  it('A4: a group left by hand while it is still wanted stays reported, and is not joined again', () => {
    const delta: AccountDelta = { disabledByUs: false, movedFrom: null, movedTo: null, groupsAdded: ['CN=limited'], groupsRemoved: [] }
    const left = account()
    const settled = nextDelta({ delta, before: left, change: null, after: left, desired: access('restricted'), mapping })
    expect(settled).toEqual(delta)
    expect(planAccountChange(left, access('restricted'), settled, mapping)).toMatchObject({
      change: null, drift: [{ kind: 'group-left-by-hand', target: 'CN=limited', waits: true }],
    })
  })

  it('A4: while nobody can log in, groups of earlier restrictions stay; they go when access returns', () => {
    const restricted = account({ groups: ['CN=internet', 'CN=limited'] })
    const delta: AccountDelta = { disabledByUs: false, movedFrom: null, movedTo: null, groupsAdded: ['CN=limited'], groupsRemoved: [] }
    const { change } = planAccountChange(restricted, access('suspended'), delta, mapping)
    expect(change).toEqual({ enabled: false, moveTo: AWAY })
    const after = away({ groups: restricted.groups })
    const next = nextDelta({ delta, before: restricted, change, after, desired: access('suspended'), mapping })
    expect(planAccountChange(after, access('full'), next, mapping).change).toEqual({ enabled: true, moveTo: HOME, removeGroups: ['CN=limited'] })
  })

  it('B4: a protected account is never changed; it is shown', () => {
    const plan = planAccountChange(account({ protected: true }), access('suspended'), null, mapping, { confirmed: true })
    expect(plan).toMatchObject({ change: null, because: [], drift: [{ kind: 'protected', waits: true }] })
    expect(planAccountChange(account({ protected: true }), access('full'), null, mapping).drift).toEqual([])
  })

  it('a change that did not happen is not remembered', () => {
    const change = { enabled: false, moveTo: AWAY, addGroups: ['CN=limited'], removeGroups: ['CN=internet'] }
    expect(nextDelta({ delta: null, before: account(), change, after: account(), desired: access('suspended'), mapping })).toBeNull()
  })
})
