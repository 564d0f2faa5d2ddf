import { OutsideFailure } from '../../../shared/errors.ts'
import { foldName, sameName } from '../names.ts'
import { isGood } from '../web/answers.ts'
import { quoted, type ScimClient } from './scim-client.ts'
import type { ScimSettings } from './scim-settings.ts'
import type { ScimGroup } from './scim-types.ts'

/** The groups that the settings name. Membership is read from the group: a user's own `groups` are optional (RFC 7643 section 4.1.2). */
export class ScimGroups {
  readonly #client: ScimClient
  readonly #settings: ScimSettings
  #known = new Map<string, ScimGroup[]>()

  constructor(client: ScimClient, settings: ScimSettings) {
    this.#client = client
    this.#settings = settings
  }

  forget(): void {
    this.#known = new Map()
  }

  /** Every group of that name or id, without its members. */
  async find(name: string): Promise<readonly ScimGroup[]> {
    const known = this.#known.get(foldName(name))
    if (known) return known
    const found: ScimGroup[] = []
    // Servers disagree about escapes within a filter: such a name is looked for among all groups.
    const filter = /["\\]/.test(name) ? '' : `filter=${encodeURIComponent(`displayName eq ${quoted(name)} or id eq ${quoted(name)}`)}&`
    for await (const group of this.#client.all<ScimGroup>(`/Groups?${filter}attributes=displayName`)) {
      if (group.id === name || sameName(group.displayName ?? '', name)) found.push(group)
    }
    this.#known.set(foldName(name), found)
    return found
  }

  /** Names of the groups of the mapping by account id. */
  async memberships(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const name of this.#settings.groups) for (const id of await this.#membersOf(name)) found.set(id, [...found.get(id) ?? [], name])
    return found
  }

  /** Ids of accounts in protected groups (B4). @throws OutsideFailure when one is not there. */
  async protectedIds(): Promise<Set<string>> {
    const found = new Set<string>()
    for (const name of this.#settings.protectedGroups ?? []) {
      if ((await this.find(name)).length === 0) {
        throw new OutsideFailure({
          what: `The protected group ${name} is not in the directory, so it cannot be said who is protected.`, where: this.#client.where,
          remedy: 'Correct the protected groups in the directory settings; it may have been renamed or deleted.',
        })
      }
      for (const id of await this.#membersOf(name)) found.add(id)
    }
    return found
  }

  async #membersOf(name: string): Promise<string[]> {
    const members: string[] = []
    for (const { id } of await this.find(name)) {
      const answer = await this.#client.call({ method: 'GET', path: `/Groups/${encodeURIComponent(id ?? '')}`, headers: { accept: 'application/scim+json' } })
      if (answer.status === 404) continue
      if (!isGood(answer)) throw this.#client.failureOf(answer)
      for (const { value } of (answer.body as ScimGroup).members ?? []) if (value) members.push(value)
    }
    return members
  }
}
