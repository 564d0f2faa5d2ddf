import { hash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { MerkleFrontier, sha256 } from './merkle.ts'

const PREFIX = 33
const PER_TURN = 4000

/**
 * SHA-256 hex of the salt's bytes followed by the text: it ties an entry to its payload, and once the payload and its salt
 * are erased nobody can find the text by guessing. `salt` is hex of 32 bytes.
 */
export function commitmentOf(salt: string, text: string): string {
  return hash('sha256', Buffer.concat([Buffer.from(salt, 'hex'), Buffer.from(text)]), 'hex')
}

/** Root and number of a run's items, made before the transaction that records it. */
export interface ItemsDigest {
  salt: string
  root: string
  count: number
}

/**
 * Merkle root over the texts of a bulk run, in order; leaf data is the salt's 32 bytes followed by the text (UTF-8). Streams in constant
 * memory and lets other work run in between. `salt` is hex of 32 bytes.
 */
export async function digestItems(salt: string, items: Iterable<string> | AsyncIterable<string>): Promise<ItemsDigest> {
  const key = Buffer.from(salt, 'hex')
  if (key.length !== PREFIX - 1) throw new RangeError('The salt is not 32 bytes in hex')
  const frontier = new MerkleFrontier()
  // One buffer for all leaves: the zero byte that marks a leaf and the salt stay, the text is written over.
  let leaf = leafBuffer(key, 4096)
  const add = (text: string) => {
    if (text.length * 3 + PREFIX > leaf.length) leaf = leafBuffer(key, text.length * 6 + PREFIX)
    frontier.append(sha256(leaf.subarray(0, PREFIX + leaf.write(text, PREFIX))))
  }
  if (Symbol.iterator in items) {
    for (const text of items) {
      add(text)
      if (frontier.size % PER_TURN === 0) await setImmediate()
    }
  } else {
    for await (const text of items) {
      add(text)
      if (frontier.size % PER_TURN === 0) await setImmediate()
    }
  }
  return { salt, root: frontier.root().toString('hex'), count: frontier.size }
}

function leafBuffer(salt: Buffer, size: number): Buffer {
  const buffer = Buffer.alloc(size)
  salt.copy(buffer, 1)
  return buffer
}
