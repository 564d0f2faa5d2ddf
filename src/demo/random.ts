/** A repeatable stream of choices: the same seed always gives the same people. Never used for secrets. */
export interface Random {
  /** A number in [0, 1). */
  next(): number
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number
  /** True with this probability (0 to 1). */
  chance(probability: number): boolean
  /** One item. @throws RangeError on an empty list. */
  pick<T>(items: readonly T[]): T
  /** One item, by weight; weights are not negative and not all 0. @throws RangeError when they are. */
  weighted<T>(items: readonly (readonly [item: T, weight: number])[]): T
  /** The same items in another order; the list given is left alone. */
  shuffle<T>(items: readonly T[]): T[]
  /** A stream of its own for a named part: what one part draws does not disturb another. */
  fork(label: string): Random
}

/** Starts a stream (sfc32, seeded through a 32-bit mixing function). `seed` may be any whole number. */
export function createRandom(seed: number): Random {
  return streamOf(mix(seed >>> 0, Math.floor(seed / 0x1_0000_0000) >>> 0))
}

function streamOf(key: number): Random {
  let a = mix(key, 1)
  let b = mix(key, 2)
  let c = mix(key, 3)
  let counter = 1
  const word = (): number => {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round++) word()
  const next = () => word() / 0x1_0000_0000
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1))
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (items) => at(items, int(0, items.length - 1)),
    weighted: (items) => {
      let total = 0
      for (const entry of items) total += entry[1]
      let rest = next() * total
      for (const entry of items) {
        rest -= entry[1]
        if (rest < 0) return entry[0]
      }
      throw new RangeError('Nothing to choose from.')
    },
    shuffle: (items) => {
      const mixed = [...items]
      for (let last = mixed.length - 1; last > 0; last--) {
        const other = int(0, last)
        const kept = at(mixed, last)
        mixed[last] = at(mixed, other)
        mixed[other] = kept
      }
      return mixed
    },
    fork: (label) => {
      let hash = key
      for (let index = 0; index < label.length; index++) hash = mix(hash, label.charCodeAt(index))
      return streamOf(hash)
    },
  }
}

function at<T>(items: readonly T[], index: number): T {
  if (index < 0 || index >= items.length) throw new RangeError('Nothing to choose from.')
  return items[index] as T
}

/** Mixes a 32-bit word into another (multiply and shift; constants are odd and otherwise arbitrary). */
function mix(state: number, word: number): number {
  let mixed = (state ^ Math.imul(word + 0x9e3779b9, 0x85ebca6b)) | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97)
  return (mixed ^ (mixed >>> 15)) >>> 0
}
