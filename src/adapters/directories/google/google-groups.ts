import type { admin_directory_v1 } from '@googleapis/admin'
import { type AssentError, OutsideFailure } from '../../../shared/errors.ts'
import type { Clock } from '../../clock.ts'
import { foldName, sameName } from '../names.ts'
import { isGood } from '../web/answers.ts'
import type { RestClient } from '../web/rest-client.ts'
import type { GoogleRules } from './google-account.ts'
import { pages } from './google-pages.ts'
import type { GoogleSettings } from './google-settings.ts'

const API = '/admin/directory/v1'
/** Groups and their nesting change rarely, and one run asks for them with every account. */
const KEEP_FOR = 60_000

/** The groups that the settings name, and who is protected by one (B4). */
export class GoogleGroups {
  readonly #client: RestClient
  readonly #settings: GoogleSettings
  readonly #clock: Clock
  #rules: { rules: GoogleRules; until: number } | null = null
  /** Addresses as Google spells them, by folded name; null for a group that is not there. */
  #known = new Map<string, string | null>()

  constructor(client: RestClient, settings: GoogleSettings, clock: Clock) {
    this.#client = client
    this.#settings = settings
    this.#clock = clock
  }

  /** Looks again at the next question. */
  forget(): void {
    this.#rules = null
    this.#known = new Map()
  }

  /** @throws OutsideFailure when a protected group is not there: nobody may lose protection because it was renamed. */
  async rules(): Promise<GoogleRules> {
    if (this.#rules && this.#clock.now() < this.#rules.until) return this.#rules.rules
    const members = new Set<string>()
    for (const group of this.#settings.protectedGroups ?? []) {
      if (await this.find(group) === null) throw missingProtected(group, this.#client.where)
      for await (const id of this.#members(group, '&includeDerivedMembership=true')) members.add(id)
    }
    const users = new Set([...this.#settings.protectedUsers ?? [], this.#settings.adminUser].map(foldName))
    this.#rules = { rules: { members, users }, until: this.#clock.now() + KEEP_FOR }
    return this.#rules.rules
  }

  /** The group's address as Google spells it; null when there is no such group. */
  async find(group: string): Promise<string | null> {
    const known = this.#known.get(foldName(group))
    if (known !== undefined) return known
    const answer = await this.#client.call({ method: 'GET', path: `${API}/groups/${encodeURIComponent(group)}?fields=email` })
    if (answer.status !== 404 && !isGood(answer)) throw this.#client.failureOf(answer)
    const address = isGood(answer) ? (answer.body as admin_directory_v1.Schema$Group).email ?? null : null
    this.#known.set(foldName(group), address)
    return address
  }

  /** The groups of the mapping that each account is in, by account id; an error for one that could not be asked. */
  async of(ids: readonly string[]): Promise<Map<string, string[] | AssentError>> {
    const found = new Map<string, string[] | AssentError>(ids.map((id) => [id, []]))
    if (this.#settings.groups.length === 0) return found
    const answers = await this.#client.many(ids.map((id) => ({ method: 'GET', path: `${API}/groups?userKey=${id}&maxResults=200&fields=nextPageToken,groups(email)` })))
    for (const [at, id] of ids.entries()) {
      const answer = answers[at]
      if (!answer || answer.status === 404) continue
      if (!isGood(answer)) {
        found.set(id, this.#client.failureOf(answer))
        continue
      }
      const { groups = [], nextPageToken } = answer.body as admin_directory_v1.Schema$Groups
      const addresses = groups.flatMap(({ email }) => email ?? [])
      if (nextPageToken) for await (const page of pages(this.#client, `${API}/groups?userKey=${id}&maxResults=200&fields=nextPageToken,groups(email)`)) {
        for (const { email } of (page as admin_directory_v1.Schema$Groups).groups ?? []) if (email && !addresses.includes(email)) addresses.push(email)
      }
      found.set(id, addresses.filter((address) => this.#settings.groups.some((group) => sameName(group, address))))
    }
    return found
  }

  /** The same for everybody, asked group by group. */
  async everybody(): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>()
    for (const group of this.#settings.groups) {
      const address = await this.find(group)
      if (address === null) continue
      for await (const id of this.#members(address, '')) found.set(id, [...found.get(id) ?? [], address])
    }
    return found
  }

  async* #members(group: string, more: string): AsyncGenerator<string> {
    for await (const page of pages(this.#client, `${API}/groups/${encodeURIComponent(group)}/members?maxResults=200&fields=nextPageToken,members(id,type)${more}`)) {
      for (const { id } of (page as admin_directory_v1.Schema$Members).members ?? []) if (id) yield id
    }
  }
}

function missingProtected(group: string, where: string): OutsideFailure {
  return new OutsideFailure({
    what: `The protected group ${group} is not in the directory, so it cannot be said who is protected.`, where,
    remedy: 'Correct the protected groups in the directory settings; it may have been renamed or deleted.',
  })
}
