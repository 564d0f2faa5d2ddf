import { createPublicKey, type KeyObject } from 'node:crypto'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { keyIdOf } from './audit-key.ts'
import { commitmentOf } from './commitment.ts'
import type { HeadItem, LeafItem, LogItem } from './log-items.ts'
import { type FrontierState, leafHash, MerkleFrontier } from './merkle.ts'
import { frontierOf, isSignedBy, type TreeHead } from './tree-head.ts'

export interface BadEntry {
  /** Place in the log, from 0; null for an entry that has none. */
  index: number | null
  id: string | null
  reason: string
}

/** A head known from outside, such as one from a receipt mail (L2). */
export type Witness = Pick<TreeHead, 'size' | 'root'>

/** The entry by which a key that signs hands over to the next; its subject is `key:` and the next one's identifier. */
export const KEY_CHANGED = 'audit.key-changed'

/** Entries since the last head whose ids are remembered to say which one is wrong. */
const REMEMBERED = 20_000

/** Walks a log item by item and says what is wrong first. Memory does not grow with the log. */
export class LogChecker {
  heads = 0
  erased = 0
  readonly #keys: ReadonlyMap<string, KeyObject>
  readonly #witnesses: readonly Witness[]
  readonly #frontier = new MerkleFrontier()
  readonly #named = new Set<string>()
  #signedSize = 0
  #since: string[] = []
  #lastId: string | null = null

  /** Only heads signed by one of these public keys (PEM) are believed. */
  constructor(publicKeys: readonly string[], witnesses: readonly Witness[] = []) {
    this.#keys = new Map(publicKeys.map((pem) => [keyIdOf(pem), createPublicKey(pem)]))
    this.#witnesses = witnesses
  }

  get size(): number {
    return this.#frontier.size
  }

  get root(): string {
    return this.#frontier.root().toString('hex')
  }

  /** Takes the next item; what is wrong with it, or null. To be used no further after the first answer. */
  take(item: LogItem): BadEntry | null {
    return item.kind === 'leaf' ? this.#leaf(item) : this.#head(item)
  }

  /** To be asked once after the last item. */
  end(): BadEntry | null {
    if (this.#signedSize < this.size) {
      return { index: this.#signedSize, id: this.#since[0] ?? null, reason: 'no signed head speaks for this entry and those after it' }
    }
    const ahead = this.#witnesses.find((witness) => witness.size > this.size)
    return ahead ? this.#cutShort(ahead.size, 'the outside witness') : null
  }

  #leaf(item: LeafItem): BadEntry | null {
    const index = this.size
    if (item.index !== index) return this.#disorder() ?? { index, id: null, reason: `the leaf is missing; the next one is ${item.index}` }
    const reason = this.#leafProblem(item)
    if (this.#since.length < REMEMBERED) this.#since.push(item.entryId)
    if (reason) return this.#disorder() ?? { index, id: item.entryId, reason }
    if (item.payload === null) this.erased += 1
    this.#frontier.append(Buffer.from(item.hash, 'hex'))
    const { event, subject } = item.entry as { event?: unknown; subject?: unknown }
    if (event === KEY_CHANGED && typeof subject === 'string' && subject.startsWith('key:')) this.#named.add(subject.slice('key:'.length))
    this.#lastId = item.entryId
    const witness = this.#witnesses.find(({ size }) => size === this.size)
    if (witness && witness.root !== this.root) {
      return { index, id: item.entryId, reason: `up to here the log is not the one the outside witness saw (root of ${witness.size} entries)` }
    }
    return null
  }

  #leafProblem({ entry, entryId, hash, payload }: LeafItem): string | null {
    if (!entry) return 'the entry is gone'
    const { id, commitment } = entry as { id?: unknown; commitment?: unknown }
    if (id !== entryId) return 'the leaf belongs to another entry'
    let text: string
    try {
      text = canonicalJson(entry)
    } catch {
      return 'the entry holds a value that was never written'
    }
    if (leafHash(text).toString('hex') !== hash) return 'the entry is not what was recorded'
    if (payload && commitmentOf(payload.salt, payload.text) !== commitment) return 'the payload is not what was recorded'
    return null
  }

  #head({ head, peaks }: HeadItem): BadEntry | null {
    if (head.size > this.size) return this.#disorder() ?? this.#cutShort(head.size, 'a stored head')
    const at = { index: Math.max(0, this.size - 1), id: this.#lastId }
    const key = this.#keys.get(head.keyId)
    // The first head's key begins; every other must have been named before, in the log that its predecessor signed.
    if (this.heads === 0) this.#named.add(head.keyId)
    if (head.size !== this.size || head.size < 1) return { ...at, reason: `the head of size ${head.size} is out of its place` }
    if (!key) return { ...at, reason: `the head of size ${head.size} is signed with an unknown key` }
    if (!this.#named.has(head.keyId)) return { ...at, reason: `the head of size ${head.size} is signed with a key that no key before it named` }
    if (!isSignedBy(head, key)) return { ...at, reason: `the signature of the head of size ${head.size} is not valid` }
    if (head.root !== this.root) return this.#disorder() ?? this.#changedSince(head, peaks)
    const stored = peaks === null ? null : frontierOf({ tree_size: head.size, peaks })
    if (peaks !== null && stored?.root().toString('hex') !== head.root) return { ...at, reason: `the subtrees stored with the head of size ${head.size} were changed` }
    this.heads += 1
    this.#signedSize = head.size
    this.#since = []
    return null
  }

  /** The sequencer writes the entries of one head in the order of their ids: the first that is not so was moved. */
  #disorder(): BadEntry | null {
    const sorted = this.#since.toSorted()
    const n = this.#since.findIndex((id, place) => id !== sorted[place])
    return n < 0 ? null : { index: this.#signedSize + n, id: this.#since[n] ?? null, reason: 'the leaf is not in the place it was given' }
  }

  /** The hashes agree with each other but not with the signed root: the subtrees signed with it narrow the place down. */
  #changedSince({ size, root }: TreeHead, peaks: string | null): BadEntry {
    const signed = peaks === null ? null : frontierOf({ tree_size: size, peaks })
    const narrowed = signed?.root().toString('hex') === root ? firstDifference(this.#frontier.toJSON(), signed.toJSON()) : 0
    const from = Math.max(this.#signedSize, narrowed)
    const last = size - 1
    const which = from === last ? 'this entry' : `one of the entries ${from} to ${last}`
    return { index: from, id: this.#since[from - this.#signedSize] ?? null, reason: `${which} is not what the head of size ${size} was signed over` }
  }

  #cutShort(size: number, who: string): BadEntry {
    return { index: this.size, id: null, reason: `the log is cut short: ${who} speaks for ${size} entries, here are ${this.size}` }
  }
}

/** First leaf of the first perfect subtree in which two trees of one size differ. */
function firstDifference(ours: FrontierState, theirs: FrontierState): number {
  let start = 0
  for (const [n, peak] of ours.peaks.entries()) {
    if (peak !== theirs.peaks[n]) break
    start += 2 ** Math.floor(Math.log2(ours.size - start))
  }
  return start
}
