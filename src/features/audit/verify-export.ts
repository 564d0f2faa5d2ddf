import { UnusableInput } from '../../shared/errors.ts'
import { keyIdOf } from './audit-key.ts'
import { type BadEntry, LogChecker, type Witness } from './log-checker.ts'
import { openExport } from './log-export.ts'
import type { VerifiedLog } from './verify-log.ts'

export interface VerifiedExport extends VerifiedLog {
  /**
   * Identifiers of the keys the heads were believed by. Without `keyId` they come from the file itself: compare them, or a head
   * from a receipt, with what you know from elsewhere.
   */
  keyIds: string[]
}

/**
 * Walks an export in order and names the first bad entry. Needs nothing but the file (L2).
 * `keyId`: believe only this key. `witnesses`: heads known from outside.
 * @throws UnusableInput when the file is no export, or does not hold the key asked for.
 */
export async function verifyExport(path: string, options: { keyId?: string; witnesses?: readonly Witness[] } = {}): Promise<VerifiedExport> {
  const { publicKeys, lines } = await openExport(path)
  try {
    const believed = believedKeys(path, publicKeys, options.keyId)
    const checker = new LogChecker([...believed.values()], options.witnesses)
    const firstBad = await walk(lines, checker)
    return {
      valid: firstBad === null, size: checker.size, root: checker.root, heads: checker.heads, erased: null, keyIds: [...believed.keys()], firstBad,
    }
  } finally {
    await lines.return(undefined)
  }
}

function believedKeys(path: string, publicKeys: readonly string[], keyId: string | undefined): Map<string, string> {
  let keys: Map<string, string>
  try {
    keys = new Map(publicKeys.map((pem) => [keyIdOf(pem), pem]))
  } catch (error) {
    throw new UnusableInput({ what: 'The export holds a public key that cannot be read.', where: path }, error)
  }
  if (keyId === undefined) return keys
  const pem = keys.get(keyId)
  if (!pem) throw new UnusableInput({ what: 'The export was not signed with the key asked for.', where: path, remedy: `It names ${[...keys.keys()].join(', ')}.` })
  return new Map([[keyId, pem]])
}

async function walk(lines: Awaited<ReturnType<typeof openExport>>['lines'], checker: LogChecker): Promise<BadEntry | null> {
  let ended = false
  for await (const line of lines) {
    if (ended) return { index: checker.size, id: null, reason: 'something follows the end mark' }
    if (line.kind === 'broken') return { index: checker.size, id: null, reason: `line ${line.line} of the file cannot be read` }
    if (line.kind === 'item') {
      const bad = checker.take(line.item)
      if (bad) return bad
      continue
    }
    ended = true
    if (line.leaves !== checker.size || line.heads !== checker.heads) return { index: checker.size, id: null, reason: 'the end mark counts otherwise' }
  }
  if (!ended) return { index: checker.size, id: null, reason: 'the file is cut short: its end mark is missing' }
  return checker.end()
}
