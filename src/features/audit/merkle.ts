import { hash } from 'node:crypto'

const LEAF = Buffer.of(0)
const HALF = 32

/** SHA-256 over the empty string: the root of a tree without leaves (RFC 9162, 2.1.1). */
export const EMPTY_ROOT = sha256(Buffer.alloc(0))

/** Hash of one leaf: SHA-256 of a zero byte and the data (RFC 9162, 2.1.1). Text is taken as UTF-8. */
export function leafHash(data: Buffer | string): Buffer {
  return sha256(Buffer.concat([LEAF, typeof data === 'string' ? Buffer.from(data) : data]))
}

/** Hash of an inner node: SHA-256 of a one byte and the hashes of its children (RFC 9162, 2.1.1). */
export function nodeHash(left: Buffer, right: Buffer): Buffer {
  pair.set(left, 1)
  pair.set(right, 1 + HALF)
  return sha256(pair)
}

/** One buffer for all pairs: nothing else runs between filling and hashing it. */
const pair = Buffer.alloc(1 + 2 * HALF, 1)

/** The frontier as it is stored: number of leaves and the roots of its perfect subtrees in hex, largest first. */
export interface FrontierState {
  size: number
  peaks: string[]
}

/** A Merkle tree that only grows and only remembers the roots of its perfect subtrees: at most 53 hashes. */
export class MerkleFrontier {
  #size = 0
  #peaks: Buffer[] = []

  /** @throws RangeError when the number of peaks does not belong to the size. */
  static from(state: FrontierState): MerkleFrontier {
    const frontier = new MerkleFrontier()
    frontier.#size = state.size
    frontier.#peaks = state.peaks.map((peak) => Buffer.from(peak, 'hex'))
    const right = Number.isSafeInteger(state.size) && state.size >= 0 && state.peaks.length === ones(state.size)
    if (!right || frontier.#peaks.some((peak) => peak.length !== HALF)) {
      throw new RangeError(`A tree of ${state.size} leaves does not have these ${state.peaks.length} peaks`)
    }
    return frontier
  }

  /** Number of leaves. */
  get size(): number {
    return this.#size
  }

  /** Adds one leaf, given by its leaf hash. */
  append(leaf: Buffer): void {
    let whole = leaf
    for (let size = this.#size; size % 2 === 1; size = (size - 1) / 2) {
      whole = nodeHash(this.#peaks.pop() as Buffer, whole)
    }
    this.#peaks.push(whole)
    this.#size += 1
  }

  root(): Buffer {
    return this.#peaks.length === 0 ? EMPTY_ROOT : this.#peaks.reduceRight((right, left) => nodeHash(left, right))
  }

  toJSON(): FrontierState {
    return { size: this.#size, peaks: this.#peaks.map((peak) => peak.toString('hex')) }
  }
}

/** Root of a whole list of leaf hashes. */
export function merkleRoot(leaves: Iterable<Buffer>): Buffer {
  const frontier = new MerkleFrontier()
  for (const leaf of leaves) frontier.append(leaf)
  return frontier.root()
}

function ones(size: number): number {
  let count = 0
  for (let rest = size; rest > 0; rest = Math.floor(rest / 2)) count += rest % 2
  return count
}

/** SHA-256. By way of a binary string, which costs half of what a buffer from the hash function itself does. */
export function sha256(data: Buffer): Buffer {
  return Buffer.from(hash('sha256', data, 'binary'), 'binary')
}
