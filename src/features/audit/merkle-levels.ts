import { nodeHash } from './merkle.ts'

const SIZE = 32

/** All nodes of a finished tree, so that the path of any leaf costs a few look-ups: for exports with a path for every record. */
export class MerkleLevels {
  /** From the leaves upwards; a node without a neighbour is passed on to the next level as it is (RFC 9162, 2.1.1). */
  readonly #levels: Buffer[]

  /** `leaves`: leaf hashes, 32 bytes each, one after the other. */
  constructor(leaves: Buffer) {
    this.#levels = [leaves]
    for (let below = leaves; below.length > SIZE;) {
      const count = Math.ceil(below.length / SIZE / 2)
      const level = Buffer.alloc(count * SIZE)
      for (let at = 0; at < count; at += 1) {
        const left = nodeAt(below, at * 2)
        level.set(at * 2 + 1 < below.length / SIZE ? nodeHash(left, nodeAt(below, at * 2 + 1)) : left, at * SIZE)
      }
      this.#levels.push(level)
      below = level
    }
  }

  get root(): Buffer {
    return nodeAt(this.#levels.at(-1) ?? Buffer.alloc(0), 0)
  }

  /** The audit path of a leaf (RFC 9162, 2.1.3.1). @throws RangeError when the leaf is not in the tree. */
  path(index: number): Buffer[] {
    const [leaves] = this.#levels
    if (!leaves || !Number.isSafeInteger(index) || index < 0 || index >= leaves.length / SIZE) throw new RangeError(`No leaf ${index} here`)
    const path: Buffer[] = []
    let at = index
    for (const level of this.#levels.slice(0, -1)) {
      const beside = at % 2 === 0 ? at + 1 : at - 1
      if (beside < level.length / SIZE) path.push(nodeAt(level, beside))
      at = Math.floor(at / 2)
    }
    return path
  }
}

const nodeAt = (level: Buffer, at: number): Buffer => level.subarray(at * SIZE, (at + 1) * SIZE)
