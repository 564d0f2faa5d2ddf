import { foldName } from '../../adapters/directories/names.ts'
import type { DesiredAccess } from './desired-access.ts'

/** What the levels and profiles of access mean in one directory; a setting of that directory. */
export interface DirectoryMapping {
  /** Where suspended accounts are kept; null leaves them where they are. */
  suspendedContainer: string | null
  /** Where archived accounts are kept; a suspended one is left there as well. */
  archivedContainer?: string | null
  /** Only while a retention plan runs: whether suspended accounts are marked as archived, or no longer. */
  archivedUser?: boolean
  profiles: Readonly<Record<string, ProfileMapping>>
  /** Groups that the level `restricted` adds. */
  restrictedGroups: readonly string[]
  /** Groups that the level `restricted` takes away, such as the one that opens the internet. */
  restrictedWithoutGroups?: readonly string[]
  /** The home computed from the person's affiliation where the school has a rule for it; else the recorded one serves (A4). */
  homeContainer?: string | null
}

export interface ProfileMapping {
  groups: readonly string[]
  withoutGroups?: readonly string[]
}

/** What an account should be like. Groups are keyed by their folded name. */
export interface WantedAccount {
  disabled: boolean
  /** `as-is`: neither moved away nor brought back. */
  container: 'suspended' | 'home' | 'as-is'
  groups: ReadonlyMap<string, string>
  withoutGroups: ReadonlyMap<string, string>
  /** Whether what Assent added or removed earlier and is no longer asked for should be reversed now. */
  reversesGroups: boolean
  unmappedProfiles: readonly string[]
}

/**
 * Translates desired access into the terms of one directory. A person with no access yet is disabled in place; a suspended
 * one is also moved. While nobody can log in, groups of earlier restrictions stay: they are reversed when access returns.
 */
export function wantedAccount(desired: DesiredAccess, mapping: DirectoryMapping): WantedAccount {
  const noAccess = desired.level === 'none-yet' || desired.level === 'suspended'
  const profiles = desired.profiles.flatMap(name => profileOf(name, mapping) ?? [])
  const restricted = desired.level === 'restricted'
  const withoutGroups = byFold([
    ...profiles.flatMap(profile => profile.withoutGroups ?? []), ...(restricted ? mapping.restrictedWithoutGroups ?? [] : []),
  ])
  const groups = byFold([...profiles.flatMap(profile => profile.groups), ...(restricted ? mapping.restrictedGroups : [])])
  // Where two profiles disagree, being out of the group wins: it is always the same answer, and a person sees the profiles.
  for (const group of withoutGroups.keys()) groups.delete(group)
  return {
    disabled: noAccess,
    container: desired.level === 'suspended' && mapping.suspendedContainer !== null ? 'suspended' : noAccess ? 'as-is' : 'home',
    groups,
    withoutGroups,
    reversesGroups: !noAccess,
    unmappedProfiles: desired.profiles.filter(name => !profileOf(name, mapping)),
  }
}

/** Groups by folded name, each as first spelt. */
export function byFold(names: readonly string[]): Map<string, string> {
  const map = new Map<string, string>()
  for (const name of names) if (!map.has(foldName(name))) map.set(foldName(name), name)
  return map
}

function profileOf(name: string, mapping: DirectoryMapping): ProfileMapping | undefined {
  return Object.hasOwn(mapping.profiles, name) ? mapping.profiles[name] : undefined
}
