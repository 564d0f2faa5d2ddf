const FIRST_SIZE = 16_384
/** The smallest number of more digits than its place. */
const LIMITS = [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000]

/**
 * Builds ASCII text of many small pieces as bytes. Added up as strings, a few hundred pieces become a tree that is walked once more when the
 * text is used; here they are one flat text from the start. What is written stays until it is taken.
 */
export class AsciiWriter {
  #bytes = Buffer.allocUnsafeSlow(FIRST_SIZE)
  #at = 0

  /** ASCII only: of other characters the low byte alone is kept. */
  text(ascii: string): void {
    const { length } = ascii
    this.#room(length)
    const bytes = this.#bytes
    const from = this.#at
    for (let place = 0; place < length; place += 1) bytes[from + place] = ascii.charCodeAt(place)
    this.#at += length
  }

  /** A whole number from 0 to 2^31 - 1, in decimal, with zeros before it up to `digits`. */
  whole(value: number, digits = 1): void {
    let length = digits
    while (length < LIMITS.length && value >= (LIMITS[length] as number)) length += 1
    this.#room(length)
    const bytes = this.#bytes
    let rest = value | 0
    for (let place = this.#at + length - 1; place >= this.#at; place -= 1) {
      const tenth = (rest / 10) | 0
      bytes[place] = 48 + rest - tenth * 10
      rest = tenth
    }
    this.#at += length
  }

  /** A number of 16 bits as four hexadecimal digits, small letters. */
  hex4(value: number): void {
    this.#room(4)
    for (let shift = 12; shift >= 0; shift -= 4) {
      const digit = (value >> shift) & 15
      this.#bytes[this.#at] = digit + (digit < 10 ? 48 : 87)
      this.#at += 1
    }
  }

  /** The text so far; the writer begins anew. */
  take(): string {
    const text = this.#bytes.toString('latin1', 0, this.#at)
    this.#at = 0
    return text
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return
    const larger = Buffer.allocUnsafeSlow((this.#at + length) * 2)
    this.#bytes.copy(larger, 0, 0, this.#at)
    this.#bytes = larger
  }
}
