import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { EMPTY_ROOT, leafHash, MerkleFrontier, merkleRoot, nodeHash } from '../../../src/features/audit/merkle.ts'
import { consistencyProof, inclusionProof, verifyConsistency, verifyInclusion } from '../../../src/features/audit/merkle-proofs.ts'

/** The eight inputs and roots that the reference code of Certificate Transparency is tested with. */
const INPUTS = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const LEAVES = INPUTS.map((hex) => leafHash(Buffer.from(hex, 'hex')))

/** The definition of RFC 9162, 2.1.1, word for word and slow: what the fast code is held against. */
function definedRoot(data: Buffer[]): Buffer {
  if (data.length === 0) return createHash('sha256').digest()
  if (data.length === 1) return createHash('sha256').update(Buffer.of(0)).update(data[0] as Buffer).digest()
  let k = 1
  while (k * 2 < data.length) k *= 2
  return createHash('sha256').update(Buffer.of(1)).update(definedRoot(data.slice(0, k))).update(definedRoot(data.slice(k))).digest()
}

const leavesOf = (count: number, salt = 0) => Array.from({ length: count }, (_, n) => leafHash(`leaf ${salt} ${n}`))
const sizes = fc.integer({ min: 1, max: 70 })

describe('merkle tree', () => {
  it('L1: gives the roots of the published vectors', () => {
    expect(EMPTY_ROOT.toString('hex')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
    ROOTS.forEach((root, n) => expect(merkleRoot(LEAVES.slice(0, n + 1)).toString('hex')).toBe(root))
  })

  it('is the tree the RFC defines, at every size, also after a stop between any two leaves', () => {
    fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 70 }), fc.nat(), (items, cut) => {
      const data = items.map((item) => Buffer.from(item))
      let frontier = new MerkleFrontier()
      data.forEach((item, n) => {
        if (n === cut % (data.length + 1)) frontier = MerkleFrontier.from(JSON.parse(JSON.stringify(frontier)))
        frontier.append(leafHash(item))
      })
      expect(frontier.root()).toEqual(definedRoot(data))
      expect(frontier.size).toBe(data.length)
    }))
  })

  it('refuses peaks that do not belong to the size', () => {
    const { peaks } = MerkleFrontier.from({ size: 0, peaks: [] }).toJSON()
    expect(() => MerkleFrontier.from({ size: 3, peaks })).toThrow(RangeError)
    expect(() => MerkleFrontier.from({ size: 1, peaks: ['00'] })).toThrow(RangeError)
    expect(() => MerkleFrontier.from({ size: -1, peaks: [] })).toThrow(RangeError)
  })
})

describe('merkle proofs', () => {
  const hex = (hashes: Buffer[]) => hashes.map((one) => one.toString('hex'))
  const node = (...parts: Buffer[]) => parts.reduce((left, right) => nodeHash(left, right))
  const [a, b, c, d, e, f, j] = leavesOf(7) as [Buffer, Buffer, Buffer, Buffer, Buffer, Buffer, Buffer]
  const seven = [a, b, c, d, e, f, j]
  const [g, h, i] = [node(a, b), node(c, d), node(e, f)]
  const k = nodeHash(g, h)
  const l = nodeHash(i, j)

  it('gives the paths of the RFC\'s example of seven leaves (2.1.5)', () => {
    expect(hex(inclusionProof(seven, 0))).toEqual(hex([b, h, l]))
    expect(hex(inclusionProof(seven, 3))).toEqual(hex([c, g, l]))
    expect(hex(inclusionProof(seven, 4))).toEqual(hex([f, j, k]))
    expect(hex(inclusionProof(seven, 6))).toEqual(hex([i, k]))
    expect(hex(consistencyProof(seven, 3))).toEqual(hex([c, d, g, l]))
    expect(hex(consistencyProof(seven, 4))).toEqual(hex([l]))
    expect(hex(consistencyProof(seven, 6))).toEqual(hex([i, j, k]))
  })

  it('proves every leaf, and no other leaf, index, size or root', () => {
    fc.assert(fc.property(sizes, fc.nat(), (size, pick) => {
      const leaves = leavesOf(size)
      const index = pick % size
      const claim = { leaf: leaves[index] as Buffer, index, size, proof: inclusionProof(leaves, index), root: merkleRoot(leaves) }
      expect(verifyInclusion(claim)).toBe(true)
      expect(verifyInclusion({ ...claim, leaf: leafHash('other') })).toBe(false)
      expect(verifyInclusion({ ...claim, root: leafHash('other') })).toBe(false)
      expect(verifyInclusion({ ...claim, proof: [...claim.proof, a] })).toBe(false)
      if (size > 1) {
        expect(verifyInclusion({ ...claim, index: (index + 1) % size })).toBe(false)
        expect(verifyInclusion({ ...claim, proof: claim.proof.slice(1) })).toBe(false)
      }
      expect(verifyInclusion({ ...claim, index: size })).toBe(false)
      expect(verifyInclusion({ ...claim, index: -1 })).toBe(false)
      expect(verifyInclusion({ ...claim, index: 0.5 })).toBe(false)
    }))
  })

  it('proves that a tree only grew, and nothing else', () => {
    fc.assert(fc.property(sizes, fc.nat(), (second, pick) => {
      const leaves = leavesOf(second)
      const first = pick % (second + 1)
      const claim = {
        first, second, firstRoot: merkleRoot(leaves.slice(0, first)), secondRoot: merkleRoot(leaves), proof: consistencyProof(leaves, first),
      }
      expect(verifyConsistency(claim)).toBe(true)
      if (first > 0) expect(verifyConsistency({ ...claim, firstRoot: merkleRoot(leavesOf(first, 1)) })).toBe(false)
      if (first > 0) expect(verifyConsistency({ ...claim, secondRoot: merkleRoot(leavesOf(second, 1)) })).toBe(false)
      expect(verifyConsistency({ ...claim, first: second + 1 })).toBe(false)
      expect(verifyConsistency({ ...claim, proof: [...claim.proof, a] })).toBe(false)
      if (claim.proof.length > 0) expect(verifyConsistency({ ...claim, proof: claim.proof.slice(1) })).toBe(false)
    }))
  })

  it('refuses to prove what is not there', () => {
    expect(() => inclusionProof(seven, 7)).toThrow(RangeError)
    expect(() => consistencyProof(seven, 8)).toThrow(RangeError)
  })
})
