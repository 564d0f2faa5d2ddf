/** What the table knows of a row. */
export interface DigestHit {
  slot: number
  isPerson: boolean
}

const WORDS = 4

/**
 * The digests of a source's rows as last applied, so that an unchanged row costs no look-up in the database. About 60 bytes
 * a row; whoever fills it sets the bound.
 */
export class DigestTable {
  readonly #mask: number
  /** Four words of digest each; slot + 1 with the person's bit lowest, 0 where nothing is. */
  readonly #words: Uint32Array
  readonly #marks: Uint32Array
  #size = 0

  /** @param rows how many will be added at most. */
  constructor(rows: number) {
    let capacity = 1024
    while (capacity < rows * 1.5) capacity *= 2
    this.#mask = capacity - 1
    this.#words = new Uint32Array(capacity * WORDS)
    this.#marks = new Uint32Array(capacity)
  }

  get size(): number {
    return this.#size
  }

  /** @param digest at least 16 characters of one byte each ("binary"), evenly spread. */
  add(digest: string, slot: number, isPerson: boolean): void {
    const at = this.#placeOf(digest)
    if (this.#marks[at] === 0) this.#size += 1
    for (let word = 0; word < WORDS; word += 1) this.#words[at * WORDS + word] = wordAt(digest, word * 4)
    this.#marks[at] = (slot + 1) * 2 + (isPerson ? 1 : 0)
  }

  find(digest: string): DigestHit | null {
    const mark = this.#marks[this.#placeOf(digest)] ?? 0
    return mark === 0 ? null : { slot: (mark >>> 1) - 1, isPerson: (mark & 1) === 1 }
  }

  #placeOf(digest: string): number {
    const a = wordAt(digest, 0)
    const b = wordAt(digest, 4)
    const c = wordAt(digest, 8)
    const d = wordAt(digest, 12)
    for (let at = a & this.#mask; ; at = (at + 1) & this.#mask) {
      if (this.#marks[at] === 0) return at
      const from = at * WORDS
      if (this.#words[from] === a && this.#words[from + 1] === b && this.#words[from + 2] === c && this.#words[from + 3] === d) return at
    }
  }
}

const wordAt = (text: string, at: number): number =>
  (text.charCodeAt(at) | (text.charCodeAt(at + 1) << 8) | (text.charCodeAt(at + 2) << 16) | (text.charCodeAt(at + 3) << 24)) >>> 0
