import type { DirectoryObject, Group, UnifiedRoleAssignment } from '@microsoft/microsoft-graph-types'
import { type AssentError, OutsideFailure } from '../../../shared/errors.ts'
import type { Clock } from '../../clock.ts'
import { DirectoryRefusal } from '../directory.ts'
import { foldName } from '../names.ts'
import { refusals } from '../refusals.ts'
import { isGood } from '../web/answers.ts'
import type { EntraRules } from './entra-account.ts'
import { codeOf, type EntraClient } from './entra-client.ts'
import { type EntraSettings, GUID } from './entra-settings.ts'

/** Roles and groups change rarely, and one run asks for them with every account. */
const KEEP_FOR = 60_000
const GROUP_SELECT = 'id,displayName,groupTypes,isAssignableToRole,mailEnabled,onPremisesSyncEnabled'

/** The groups that the settings name, and who is protected by a role or a group (B4). */
export class EntraGroups {
  readonly #client: EntraClient
  readonly #settings: EntraSettings
  readonly #clock: Clock
  #rules: { rules: EntraRules; until: number } | null = null
  #known = new Map<string, Group[]>()

  constructor(client: EntraClient, settings: EntraSettings, clock: Clock) {
    this.#client = client
    this.#settings = settings
    this.#clock = clock
  }

  /** Looks again at the next question. */
  forget(): void {
    this.#rules = null
    this.#known = new Map()
  }

  /** @throws OutsideFailure when roles cannot be read or a protected group is not there: nobody may lose protection because of that. */
  async rules(): Promise<EntraRules> {
    if (this.#rules && this.#clock.now() < this.#rules.until) return this.#rules.rules
    const principals = new Set<string>()
    for await (const { principalId } of this.#client.all<UnifiedRoleAssignment>('/roleManagement/directory/roleAssignments?$select=principalId')) if (principalId) principals.add(principalId)
    for await (const id of this.#eligible()) principals.add(id)
    const deep: string[] = []
    for await (const { id } of this.#client.all<Group>('/groups?$filter=isAssignableToRole eq true&$select=id')) if (id) deep.push(id)
    for (const name of this.#settings.protectedGroups ?? []) {
      const [group] = await this.find(name)
      if (!group?.id) throw missingProtected(name, this.#client.where)
      deep.push(group.id)
    }
    for (const id of deep) for await (const member of this.#client.all<DirectoryObject>(`/groups/${id}/transitiveMembers?$select=id&$top=999`)) if (member.id) principals.add(member.id)
    const users = new Set((this.#settings.protectedUsers ?? []).map(foldName))
    this.#rules = { rules: { principals, users }, until: this.#clock.now() + KEEP_FOR }
    return this.#rules.rules
  }

  /** Every group of that name, or the one with that id. */
  async find(name: string): Promise<readonly Group[]> {
    const known = this.#known.get(foldName(name))
    if (known) return known
    const found: Group[] = []
    if (GUID.test(name)) {
      const answer = await this.#client.call({ method: 'GET', path: `/groups/${name}?$select=${GROUP_SELECT}` })
      if (answer.status !== 404 && !isGood(answer)) throw this.#client.failureOf(answer)
      if (isGood(answer)) found.push(answer.body as Group)
    } else {
      const filter = encodeURIComponent(`displayName eq '${name.replaceAll("'", "''")}'`)
      for await (const group of this.#client.all<Group>(`/groups?$filter=${filter}&$select=${GROUP_SELECT}`)) found.push(group)
    }
    this.#known.set(foldName(name), found)
    return found
  }

  /** The group's id, or why nobody can be added to or taken out of it by Assent. */
  async changeable(name: string): Promise<string | DirectoryRefusal> {
    const [group, second] = await this.find(name)
    if (!group?.id) return refusals.unknownGroup(name)
    if (second) return new DirectoryRefusal(`The directory has several groups ${name}.`, 'Write the object id of the right one into the mapping.')
    if (group.isAssignableToRole) return new DirectoryRefusal(`The group ${name} gives administrator roles, so Assent never changes it.`, 'Use another group in the mapping.')
    if (group.groupTypes?.includes('DynamicMembership')) return new DirectoryRefusal(`The members of the group ${name} are worked out by a rule, so Assent cannot change them.`, 'Use a group with assigned members in the mapping.')
    // Graph reads them and cannot change them ("Working with groups in Microsoft Graph": mail-enabled security and distribution groups are managed in Exchange).
    if (group.mailEnabled && !group.groupTypes?.includes('Unified')) return new DirectoryRefusal(`The group ${name} takes mail, and such groups can only be changed in Exchange.`, 'Use a security group without mail, or a Microsoft 365 group, in the mapping.')
    if (group.onPremisesSyncEnabled) return new DirectoryRefusal(`The group ${name} follows the school's Active Directory.`, 'Use a group that lives in Entra, or map it in the Active Directory.')
    return group.id
  }

  /** Ids of the groups of the mapping, each with its name as the settings spell it. */
  async mapped(): Promise<Map<string, string>> {
    const names = new Map<string, string>()
    for (const name of this.#settings.groups) for (const { id } of await this.find(name)) if (id && !names.has(id)) names.set(id, name)
    return names
  }

  /** The groups of the mapping that each account is in, by account id; an error for one that could not be asked. */
  async of(ids: readonly string[]): Promise<Map<string, string[] | AssentError>> {
    const found = new Map<string, string[] | AssentError>(ids.map((id) => [id, []]))
    const names = await this.mapped()
    if (names.size === 0) return found
    const answers = await this.#client.many(ids.map((id) => ({ method: 'GET', path: `/users/${id}/memberOf?$select=id&$top=999` })))
    for (const [at, id] of ids.entries()) {
      const answer = answers[at]
      if (!answer || answer.status === 404) continue
      if (!isGood(answer)) {
        found.set(id, this.#client.failureOf(answer))
        continue
      }
      const theirs: string[] = []
      for await (const { id: group } of this.#client.rest<DirectoryObject>(answer)) {
        const name = names.get(group ?? '')
        if (name !== undefined) theirs.push(name)
      }
      found.set(id, theirs)
    }
    return found
  }

  /** The same for everybody, asked group by group. */
  async everybody(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const [group, name] of await this.mapped()) {
      for await (const { id } of this.#client.all<DirectoryObject>(`/groups/${group}/members?$select=id&$top=999`)) if (id) found.set(id, [...found.get(id) ?? [], name])
    }
    return found
  }

  /** Whoever may take a role when needed. Tenants without that licence have nobody of the kind. */
  async* #eligible(): AsyncGenerator<string> {
    const answer = await this.#client.call({ method: 'GET', path: '/roleManagement/directory/roleEligibilityScheduleInstances?$select=principalId' })
    if (!isGood(answer) && codeOf(answer) === 'AadPremiumLicenseRequired') return
    if (!isGood(answer)) throw this.#client.failureOf(answer)
    for await (const { principalId } of this.#client.rest<UnifiedRoleAssignment>(answer)) if (principalId) yield principalId
  }
}

function missingProtected(name: string, where: string): OutsideFailure {
  return new OutsideFailure({
    what: `The protected group ${name} is not in the directory, so it cannot be said who is protected.`, where,
    remedy: 'Correct the protected groups in the directory settings; it may have been renamed or deleted.',
  })
}
