import { Ber, BerWriter, Control, MessageParser, PagedResultsControl, ResultCodeError, SearchResponse } from 'ldapts'
import type { Client, Entry, Filter } from 'ldapts'

export interface Search {
  base: string
  scope: 'base' | 'sub'
  filter: Filter | string
  attributes: string[]
  /** Attributes to hand over as bytes. */
  bytes?: string[]
}

/** All entries of a search that is known to be small (one page's worth at most). */
export async function searchSmall(client: Client, search: Search): Promise<Entry[]> {
  const { searchEntries } = await client.search(search.base, {
    scope: search.scope, filter: search.filter, attributes: search.attributes, explicitBufferAttributes: search.bytes ?? [],
  })
  return searchEntries
}

/** Is there an object of that name and kind? A name that cannot be one counts as absent. */
export async function exists(client: Client, dn: string, filter: string): Promise<boolean> {
  try {
    return (await searchSmall(client, { base: dn, scope: 'base', filter, attributes: ['objectClass'] })).length > 0
  } catch (error) {
    if (isCode(error, 32) || isCode(error, 34)) return false
    throw error
  }
}

export function isCode(error: unknown, code: number): boolean {
  return error instanceof ResultCodeError && error.code === code
}

/** A paged search of RFC 2696, one page at a time. */
class PageRequest extends Control {
  readonly #size: number
  readonly #cookie: Buffer
  constructor(size: number, cookie: Buffer) {
    super(PagedResultsControl.type, { critical: true })
    this.#size = size
    this.#cookie = cookie
  }
  override writeControl(writer: BerWriter): void {
    const value = new BerWriter()
    value.startSequence()
    value.writeInt(this.#size)
    value.writeBuffer(this.#cookie, Ber.OctetString)
    value.endSequence()
    writer.writeBuffer(value.buffer, Ber.OctetString)
  }
}

/**
 * ldapts' own paging takes an empty page, and an answer without the paging control, for the end of the list; so the page is
 * asked for and the control of the answer is read here. A null cookie: the answer carried no such control. `elsewhere`: where the
 * server says that more of the list lies (RFC 4511 section 4.5.3).
 */
export async function requestPage(client: Client, search: Search, size: number, cookie: Buffer): Promise<{ entries: Entry[]; cookie: Buffer | null; elsewhere: string[] }> {
  const parser: unknown = Reflect.get(client, 'messageParser')
  if (!(parser instanceof MessageParser)) throw new TypeError('this version of ldapts keeps its answers elsewhere')
  let next: Buffer | null = null
  const listen = (message: unknown) => {
    if (!(message instanceof SearchResponse)) return
    const control = message.controls?.find(each => each instanceof PagedResultsControl)
    next = control?.value?.cookie ?? null
  }
  parser.on('message', listen)
  try {
    const { searchEntries, searchReferences } = await client.search(search.base, {
      scope: search.scope, filter: search.filter, attributes: search.attributes, explicitBufferAttributes: search.bytes ?? [], timeLimit: 0,
    }, new PageRequest(size, cookie))
    return { entries: searchEntries, cookie: next, elsewhere: searchReferences.flatMap((reference: unknown) => urisOf(reference)) }
  } finally {
    parser.off('message', listen)
  }
}

function urisOf(reference: unknown): string[] {
  const { uris } = (reference ?? {}) as { uris?: unknown }
  return Array.isArray(uris) ? uris.map(String) : [String(reference)]
}

/** Parts of every domain that hold no accounts; a search from its root is always pointed to them. */
const NO_ACCOUNTS = /\/(?:DC=DomainDnsZones|DC=ForestDnsZones|CN=Configuration|CN=Schema)\b/i

/** True when accounts may lie where the server points to. */
export function mayHoldAccounts(uri: string): boolean {
  return !NO_ACCOUNTS.test(decodeURI(uri))
}
