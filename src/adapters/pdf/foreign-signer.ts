import { cmsSigner } from './cms-read.ts'
import { nameOf } from './key-sealer.ts'

/**
 * For a PDF that is not a record of ours: the name in the last signature it carries, or null. Nothing is checked; the name only
 * helps a person understand what they have in hand.
 */
export function foreignSigner(file: Buffer): string | null {
  const at = Math.max(file.lastIndexOf('/SubFilter'), file.lastIndexOf('/ByteRange'))
  if (at < 0) return null
  const near = Math.max(0, at - 200_000)
  const contents = file.toString('latin1', near, Math.min(file.length, at + 200_000))
  const hex = /\/Contents\s*<([0-9a-fA-F]{200,200000})>/.exec(contents)?.[1]
  if (hex === undefined) return null
  try {
    return nameOf(cmsSigner(Buffer.from(hex.length % 2 ? hex.slice(1) : hex, 'hex')).signer)
  } catch {
    return null
  }
}
