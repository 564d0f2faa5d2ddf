import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AccountChange, ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { planAccountChange } from '../../../src/features/accounts/account-change.ts'
import { nextDelta } from '../../../src/features/accounts/account-delta.ts'
import type { AccountDelta } from '../../../src/features/accounts/account-delta.ts'
import { desiredAccess } from '../../../src/features/accounts/desired-access.ts'
import type { DesiredAccess, Restriction } from '../../../src/features/accounts/desired-access.ts'
import type { DirectoryMapping } from '../../../src/features/accounts/directory-mapping.ts'
import { PROFILES, level, restriction } from './access-arbitraries.ts'

const GROUPS = ['CN=a', 'CN=b', 'CN=c', 'CN=d', 'CN=e']
const CONTAINERS = ['OU=Home', 'OU=Away', 'OU=Elsewhere']
const TODAY = '2026-09-05'

const groups = fc.uniqueArray(fc.constantFrom(...GROUPS)).map(list => list.toSorted())
const account: fc.Arbitrary<ObservedAccount> = fc.record({
  immutableId: fc.constant('a1'), username: fc.constant('u'), displayName: fc.constant('U'), enabled: fc.boolean(),
  container: fc.constantFrom(...CONTAINERS), groups, protected: fc.constant(false), match: fc.constant({}),
})
const mapping: fc.Arbitrary<DirectoryMapping> = fc.record({
  suspendedContainer: fc.option(fc.constant('OU=Away')),
  profiles: fc.tuple(...PROFILES.map(name => fc.record({ groups, withoutGroups: groups }).map(profile => [name, profile] as const)))
    .map(entries => Object.fromEntries(entries)),
  restrictedGroups: groups,
  restrictedWithoutGroups: groups,
})
/** Restrictions without dates of their own, placed and released by the steps of a story. */
const restrictions = fc.uniqueArray(restriction, { minLength: 1, maxLength: 5, selector: each => each.id })
  .map(list => list.map((each): Restriction => ({ ...each, fromDate: TODAY, untilDate: null, releasedAt: null })))
/** A story: each number toggles one restriction; at the end all that are left are released, in the order of the list. */
const story = fc.array(fc.nat({ max: 4 }), { maxLength: 12 })

/** What a directory does with a change; the directories' own contract is tested elsewhere. */
function perform(observed: ObservedAccount, change: AccountChange | null): ObservedAccount {
  const removed = new Set(change?.removeGroups)
  return {
    ...observed,
    enabled: change?.enabled ?? observed.enabled,
    container: change?.moveTo ?? observed.container,
    groups: [...new Set([...observed.groups.filter(group => !removed.has(group)), ...change?.addGroups ?? []])].toSorted(),
  }
}

interface State { observed: ObservedAccount; delta: AccountDelta | null }

function reconcile({ observed, delta }: State, desired: DesiredAccess, mapping: DirectoryMapping): State {
  const { change } = planAccountChange(observed, desired, delta, mapping)
  const after = perform(observed, change)
  return { observed: after, delta: nextDelta({ delta, before: observed, change, after, desired, mapping }) }
}

function* tell(all: readonly Restriction[], steps: readonly number[]): Generator<DesiredAccess> {
  const active = new Set<Restriction>()
  for (const step of steps) {
    const restriction = all[step % all.length]
    if (!restriction) continue
    if (!active.delete(restriction)) active.add(restriction)
    yield desiredAccess([...active], [], TODAY)
  }
  for (const restriction of all) {
    if (active.delete(restriction)) yield desiredAccess([...active], [], TODAY)
  }
  yield desiredAccess([], [], TODAY)
}

describe('planning the change of one account, for any account and any story', () => {
  it('A4: any overlap of restrictions, ended in any order, gives back exactly the account as it was', () => {
    fc.assert(fc.property(account, mapping, restrictions, story, (prior, mapping, all, steps) => {
      let state: State = { observed: prior, delta: null }
      for (const desired of tell(all, steps)) state = reconcile(state, desired, mapping)
      expect(state).toEqual({ observed: prior, delta: null })
    }), { numRuns: 2000 })
  })

  it('A1: after reconcile the account is as desired, and a second reconcile changes nothing', () => {
    fc.assert(fc.property(account, mapping, restrictions, story, (prior, mapping, all, steps) => {
      let state: State = { observed: prior, delta: null }
      for (const desired of tell(all, steps)) {
        state = reconcile(state, desired, mapping)
        const noAccess = desired.level === 'none-yet' || desired.level === 'suspended'
        if (noAccess) expect(state.observed.enabled).toBe(false)
        if (desired.level === 'suspended' && mapping.suspendedContainer) expect(state.observed.container).toBe(mapping.suspendedContainer)
        const without = new Set(desired.profiles.flatMap(name => mapping.profiles[name]?.withoutGroups ?? []))
        if (desired.level === 'restricted') for (const group of mapping.restrictedWithoutGroups ?? []) without.add(group)
        const wanted = [...desired.profiles.flatMap(name => mapping.profiles[name]?.groups ?? []), ...desired.level === 'restricted' ? mapping.restrictedGroups : []]
        expect(state.observed.groups.filter(group => without.has(group))).toEqual([])
        expect(state.observed.groups).toEqual(expect.arrayContaining(wanted.filter(group => !without.has(group))))
        expect(planAccountChange(state.observed, desired, state.delta, mapping)).toMatchObject({ change: null, drift: [] })
      }
    }), { numRuns: 1000 })
  })

  it('A4: what a person does by hand during a restriction is never written over without asking', () => {
    fc.assert(fc.property(account, mapping, fc.uniqueArray(fc.constantFrom(...PROFILES)), level, account, (prior, mapping, profiles, level, byHand) => {
      const desired: DesiredAccess = { level, profiles, emergency: false, because: [] }
      const first = reconcile({ observed: prior, delta: null }, desired, mapping)
      const ours = first.delta
      const { change } = planAccountChange(byHand, desired, ours, mapping)
      if (ours?.disabledByUs) expect(change?.enabled).toBeUndefined()
      if (ours?.movedTo && ours.movedTo !== byHand.container) expect(change?.moveTo).toBeUndefined()
      for (const group of ours?.groupsAdded ?? []) expect(change?.addGroups ?? []).not.toContain(group)
      for (const group of ours?.groupsRemoved ?? []) expect(change?.removeGroups ?? []).not.toContain(group)
      // And restoring keeps whatever the person has decided about what Assent had written.
      const second = reconcile({ observed: byHand, delta: ours }, desired, mapping)
      const restored = reconcile(second, { ...desired, level: 'full', profiles: [] }, mapping)
      if (byHand.enabled) expect(restored.observed.enabled).toBe(true)
      if (!prior.enabled && !byHand.enabled) expect(restored.observed.enabled).toBe(false)
      if (byHand.container === 'OU=Elsewhere') expect(restored.observed.container).toBe('OU=Elsewhere')
      expect(restored.delta).toBeNull()
    }), { numRuns: 2000 })
  })

  it('A4: confirmed by a person, access becomes as desired again', () => {
    fc.assert(fc.property(account, mapping, restrictions, account, (prior, mapping, all, byHand) => {
      const desired = { ...desiredAccess(all, [], TODAY), emergency: false }
      const { delta } = reconcile({ observed: prior, delta: null }, desired, mapping)
      const after = perform(byHand, planAccountChange(byHand, desired, delta, mapping, { confirmed: true }).change)
      expect(planAccountChange(after, desired, delta, mapping).drift.filter(note => note.waits)).toEqual([])
      if (desired.level === 'suspended' || desired.level === 'none-yet') expect(after.enabled).toBe(false)
    }))
  })

  it('B4: no state of the world plans a change to a protected account', () => {
    fc.assert(fc.property(account, mapping, restrictions, account, fc.boolean(), (prior, mapping, all, now, confirmed) => {
      const desired = desiredAccess(all, [], TODAY)
      const { delta } = reconcile({ observed: prior, delta: null }, desired, mapping)
      expect(planAccountChange({ ...now, protected: true }, desired, delta, mapping, { confirmed }).change).toBeNull()
    }))
  })
})
