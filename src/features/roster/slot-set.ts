/** A bitmap of slots seen: one bit per row of the source, so that noticing absence costs no memory worth speaking of. */
export class SlotSet {
  #bits = new Uint8Array(4096)
  #size = 0

  get size(): number {
    return this.#size
  }

  has(slot: number): boolean {
    return ((this.#bits[slot >> 3] ?? 0) & (1 << (slot & 7))) !== 0
  }

  /** False when the slot was there already. */
  add(slot: number): boolean {
    const at = slot >> 3
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2))
      grown.set(this.#bits)
      this.#bits = grown
    }
    const bit = 1 << (slot & 7)
    const byte = this.#bits[at] ?? 0
    if ((byte & bit) !== 0) return false
    this.#bits[at] = byte | bit
    this.#size += 1
    return true
  }
}
