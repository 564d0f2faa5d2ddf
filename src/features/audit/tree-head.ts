import { type KeyObject, verify } from 'node:crypto'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Instant } from '../../shared/dates.ts'
import type { AuditKey } from './audit-key.ts'
import { MerkleFrontier } from './merkle.ts'

/** What the log promises at one size: the first `size` leaves have this root. */
export interface TreeHead {
  size: number
  /** Merkle root in hex. */
  root: string
  at: Instant
}

export interface SignedTreeHead extends TreeHead {
  keyId: string
  /** Ed25519 over `headMessage`. */
  signature: Buffer
}

export interface TreeHeadRow {
  tree_size: number
  root_hash: string
  at: number
  key_id: string
  signature: Buffer | ArrayBuffer
  peaks: string
}

export function signHead(head: TreeHead, key: AuditKey): SignedTreeHead {
  return { ...head, keyId: key.keyId, signature: key.sign(headMessage(head, key.keyId)) }
}

export function isSignedBy(head: SignedTreeHead, publicKey: KeyObject): boolean {
  return verify(null, headMessage(head, head.keyId), publicKey, head.signature)
}

/** The bytes a head's signature is over: a line of context, then canonical JSON. */
export function headMessage(head: TreeHead, keyId: string): Buffer {
  return Buffer.from(`assent audit tree head 1\n${canonicalJson({ at: head.at, key_id: keyId, root: head.root, size: head.size })}`)
}

export function headFromRow(row: TreeHeadRow): SignedTreeHead {
  return {
    size: Number(row.tree_size), root: row.root_hash, at: Number(row.at), keyId: row.key_id,
    signature: Buffer.from(row.signature as Buffer),
  }
}

/** The frontier stored with a head, or null when it cannot belong to it. */
export function frontierOf(row: Pick<TreeHeadRow, 'tree_size' | 'peaks'>): MerkleFrontier | null {
  try {
    return MerkleFrontier.from({ size: Number(row.tree_size), peaks: JSON.parse(row.peaks) as string[] })
  } catch {
    return null
  }
}
