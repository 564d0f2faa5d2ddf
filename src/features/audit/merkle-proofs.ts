import { EMPTY_ROOT, merkleRoot, nodeHash } from './merkle.ts'

/**
 * The audit path of one leaf: the hashes that lead from it to the root (RFC 9162, 2.1.3.1). `leaves` are leaf hashes.
 * @throws RangeError when the leaf is not in the tree.
 */
export function inclusionProof(leaves: readonly Buffer[], index: number): Buffer[] {
  if (!Number.isSafeInteger(index) || index < 0 || index >= leaves.length) throw new RangeError(`No leaf ${index} in ${leaves.length}`)
  const path: Buffer[] = []
  let from = 0
  let to = leaves.length
  while (to - from > 1) {
    const middle = from + splitOf(to - from)
    if (index < middle) {
      path.push(merkleRoot(leaves.slice(middle, to)))
      to = middle
    } else {
      path.push(merkleRoot(leaves.slice(from, middle)))
      from = middle
    }
  }
  return path.reverse()
}

/** True when `proof` leads from the leaf to the root of the tree with `size` leaves (RFC 9162, 2.1.3.2). */
export function verifyInclusion(claim: { leaf: Buffer; index: number; size: number; proof: readonly Buffer[]; root: Buffer }): boolean {
  if (!isCount(claim.index) || !isCount(claim.size) || claim.index >= claim.size) return false
  let node = claim.index
  let last = claim.size - 1
  let hash = claim.leaf
  for (const sibling of claim.proof) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)]
    } else {
      hash = nodeHash(hash, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && hash.equals(claim.root)
}

/**
 * The hashes that show the tree of the first `first` leaves to be the beginning of the whole (RFC 9162, 2.1.4.1).
 * Empty when nothing needs showing: an empty or an equal tree.
 */
export function consistencyProof(leaves: readonly Buffer[], first: number): Buffer[] {
  if (!isCount(first) || first > leaves.length) throw new RangeError(`No tree of ${first} in ${leaves.length}`)
  if (first === 0 || first === leaves.length) return []
  const path: Buffer[] = []
  let from = 0
  let to = leaves.length
  // The left-most subtree is known to whoever knows the first root, so it is left out while nothing was cut off.
  while (to !== first) {
    const middle = from + splitOf(to - from)
    if (first <= middle) {
      path.push(merkleRoot(leaves.slice(middle, to)))
      to = middle
    } else {
      path.push(merkleRoot(leaves.slice(from, middle)))
      from = middle
    }
  }
  if (from > 0) path.push(merkleRoot(leaves.slice(from, to)))
  return path.reverse()
}

/** True when `proof` shows that the second tree only added leaves to the first (RFC 9162, 2.1.4.2). */
export function verifyConsistency(
  claim: { first: number; second: number; firstRoot: Buffer; secondRoot: Buffer; proof: readonly Buffer[] },
): boolean {
  const { first, second, firstRoot, secondRoot } = claim
  if (!isCount(first) || !isCount(second) || first > second) return false
  if (first === second) return claim.proof.length === 0 && firstRoot.equals(secondRoot)
  if (first === 0) return claim.proof.length === 0 && firstRoot.equals(EMPTY_ROOT)
  // A first tree that is one perfect subtree is its own first step.
  const path = isPowerOfTwo(first) ? [firstRoot, ...claim.proof] : [...claim.proof]
  const start = path.shift()
  if (!start) return false
  let node = first - 1
  let last = second - 1
  while (node % 2 === 1) [node, last] = [half(node), half(last)]
  let one = start
  let two = start
  for (const sibling of path) {
    if (last === 0) return false
    if (node % 2 === 1 || node === last) {
      one = nodeHash(sibling, one)
      two = nodeHash(sibling, two)
      while (node % 2 === 0 && node !== 0) [node, last] = [node / 2, half(last)]
    } else {
      two = nodeHash(two, sibling)
    }
    node = half(node)
    last = half(last)
  }
  return last === 0 && one.equals(firstRoot) && two.equals(secondRoot)
}

/** The largest power of two below `size`; `size` is at least 2. */
function splitOf(size: number): number {
  let split = 1
  while (split * 2 < size) split *= 2
  return split
}

const half = (value: number) => Math.floor(value / 2)
const isCount = (value: number) => Number.isSafeInteger(value) && value >= 0
const isPowerOfTwo = (value: number) => splitOf(value * 2) === value
