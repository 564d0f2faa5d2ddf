import { hash } from 'node:crypto'

const WORDS = 4

/**
 * The row keys that a run has staged so far, with what each row said, so that a key that comes twice is noticed without an index
 * in the database: 16 bytes a place, 24 to 48 bytes a row. Both texts are known by 64 bits of SHA-256.
 */
export class StagedKeys {
  #words = new Uint32Array(4096 * WORDS)
  #size = 0

  get size(): number {
    return this.#size
  }

  /**
   * Notes a row. `new`: its key had not come before; `same`: it came with this very digest; `other`: with another one.
   * @param digest at least 8 characters of one byte each.
   */
  add(key: string, digest: string): 'new' | 'same' | 'other' {
    if (this.#size * 3 > this.#places() * 2) this.#grow()
    const name = hash('sha256', key, 'binary')
    // Nothing is where the first two words are nought; no key is worth that case.
    const a = wordAt(name, 0) || 1
    const b = wordAt(name, 4)
    const c = wordAt(digest, 0)
    const d = wordAt(digest, 4)
    const from = this.#placeOf(this.#words, a, b)
    if (this.#words[from] === 0) {
      this.#put(this.#words, from, a, b, c, d)
      this.#size += 1
      return 'new'
    }
    return this.#words[from + 2] === c && this.#words[from + 3] === d ? 'same' : 'other'
  }

  #places(): number {
    return this.#words.length / WORDS
  }

  #placeOf(words: Uint32Array, a: number, b: number): number {
    const mask = words.length / WORDS - 1
    for (let at = a & mask; ; at = (at + 1) & mask) {
      const from = at * WORDS
      if (words[from] === 0 || (words[from] === a && words[from + 1] === b)) return from
    }
  }

  #put(words: Uint32Array, from: number, ...row: [number, number, number, number]): void {
    for (let word = 0; word < WORDS; word += 1) words[from + word] = row[word] as number
  }

  #grow(): void {
    const old = this.#words
    const wide = new Uint32Array(old.length * 2)
    for (let from = 0; from < old.length; from += WORDS) {
      const [a = 0, b = 0, c = 0, d = 0] = old.subarray(from, from + WORDS)
      if (a !== 0) this.#put(wide, this.#placeOf(wide, a, b), a, b, c, d)
    }
    this.#words = wide
  }
}

const wordAt = (text: string, at: number): number =>
  (text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24)) >>> 0
