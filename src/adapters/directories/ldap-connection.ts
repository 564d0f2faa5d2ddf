import { Client, InvalidCredentialsError, ResultCodeError } from 'ldapts'
import type { Entry } from 'ldapts'
import { OutsideFailure } from '../../shared/errors.ts'
import type { Clock } from '../clock.ts'
import { DIRECTORY_DEFAULTS } from './active-directory-settings.ts'
import type { ActiveDirectorySettings } from './active-directory-settings.ts'
import { DirectoryRefusal } from './directory.ts'
import { outsideFailure } from './ldap-failures.ts'
import { mayHoldAccounts, requestPage } from './ldap-search.ts'
import type { Search } from './ldap-search.ts'

/** After a refused bind the server is left alone this long: trying the same password again and again locks the account. */
const REFUSED_BIND_PAUSE = 60_000
/** A server may answer a page with nothing and still have more; one that does so without end is not believed. */
const MOST_EMPTY_PAGES = 1000

/** One bound connection to one directory server; it is opened when first used, and its uses wait for one another. */
export class LdapConnection {
  readonly where: string
  readonly #settings: ActiveDirectorySettings
  readonly #clock: Clock
  #client: Client | null = null
  #last: Promise<unknown> = Promise.resolve()
  #refused: { failure: Error; until: number } | null = null

  constructor(settings: ActiveDirectorySettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.where = `directory "${settings.name}" at ${settings.url}`
  }

  /**
   * Runs `work` on a bound connection, alone. When a connection that was open before turns out to be broken, it is opened
   * and bound anew and `work` is run again, once; so `work` must be one that may be repeated.
   * @throws OutsideFailure, or what `work` throws when that is an AssentError or DirectoryRefusal.
   */
  async use<T>(work: (client: Client) => Promise<T>): Promise<T> {
    return await this.#alone(async () => {
      try {
        const open = this.#client?.isBound ? this.#client : null
        if (open) {
          const outcome = await attempt(work, open)
          if (!outcome.dropped) return outcome.value
          this.#forget()
        }
        const outcome = await attempt(work, await this.#bind())
        if (outcome.dropped) throw outcome.error
        return outcome.value
      } catch (error) {
        if (!this.#client?.isBound) this.#forget()
        // A fault of ours is not the directory's.
        if (error instanceof TypeError || error instanceof ReferenceError) throw error
        throw outsideFailure(error, this.where)
      }
    })
  }

  /**
   * Walks a search page by page to a positive end: the server's own word that there is no more.
   * @throws OutsideFailure when it does not give it, or the connection breaks on the way (a page cannot be asked for on another one).
   */
  async *pages(search: Search): AsyncGenerator<Entry[]> {
    let cookie: Buffer = Buffer.alloc(0)
    let holder: Client | null = null
    let empty = 0
    do {
      const page = await this.use(async client => {
        if (holder && holder !== client) throw this.#unproved('the connection broke off on the way')
        return { client, ...await requestPage(client, search, this.#settings.pageSize ?? DIRECTORY_DEFAULTS.pageSize, cookie) }
      })
      if (page.cookie === null) throw this.#unproved('the server did not say whether there is more')
      if (page.elsewhere.some(mayHoldAccounts)) throw this.#unproved('the server says that a part lies on another server; name the search bases so that none holds another domain')
      empty = page.entries.length === 0 ? empty + 1 : 0
      if (empty > MOST_EMPTY_PAGES) throw this.#unproved('the server sent only empty pages')
      holder = page.client
      cookie = page.cookie
      if (page.entries.length > 0) yield page.entries
    } while (cookie.length > 0)
  }

  async close(): Promise<void> {
    await this.#alone(async () => {
      await this.#client?.unbind().catch(() => undefined)
      this.#client = null
    })
  }

  async #alone<T>(task: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(task)
    this.#last = turn.catch(() => undefined)
    return await turn
  }

  async #bind(): Promise<Client> {
    if (this.#refused && this.#clock.now() < this.#refused.until) throw this.#refused.failure
    this.#forget()
    const { url, ca, servername, bindDn, password } = this.#settings
    const client = new Client({
      url,
      connectTimeout: this.#settings.connectTimeout ?? DIRECTORY_DEFAULTS.connectTimeout,
      timeout: this.#settings.timeout ?? DIRECTORY_DEFAULTS.timeout,
      tlsOptions: {
        minVersion: 'TLSv1.2', rejectUnauthorized: true,
        ...(ca === undefined ? {} : { ca }), ...(servername === undefined ? {} : { servername }),
      },
    })
    this.#client = client
    try {
      await client.bind(bindDn, password)
    } catch (error) {
      const failure = outsideFailure(error, this.where)
      if (error instanceof InvalidCredentialsError) this.#refused = { failure, until: this.#clock.now() + REFUSED_BIND_PAUSE }
      throw failure
    }
    this.#refused = null
    return client
  }

  #forget(): void {
    void this.#client?.unbind().catch(() => undefined)
    this.#client = null
  }

  #unproved(why: string): OutsideFailure {
    return new OutsideFailure({
      what: `The accounts could not be read to the end: ${why}. Part of a list is never taken for the whole.`,
      where: this.where,
      remedy: 'Run again; nothing was changed.',
    })
  }
}

type Outcome<T> = { dropped: false; value: T } | { dropped: true; error: unknown }

/** ldapts reconnects by itself, but without the bind: whatever came back on such a connection came from nobody's rights. */
async function attempt<T>(work: (client: Client) => Promise<T>, client: Client): Promise<Outcome<T>> {
  const lost = new Error('the connection was lost')
  try {
    const value = await work(client)
    return client.isBound ? { dropped: false, value } : { dropped: true, error: lost }
  } catch (error) {
    if (client.isBound) throw error
    return { dropped: true, error: error instanceof ResultCodeError || error instanceof DirectoryRefusal ? lost : error }
  }
}
