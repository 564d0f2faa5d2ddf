import { existsSync } from 'node:fs'
import type { Database } from '../../db/database.ts'
import { UnusableInput } from '../../shared/errors.ts'
import { auditKeyFile, type AuditKey, keyIdOf, loadOrCreateAuditKey, makeNextAuditKey, nextAuditKeyFile } from './audit-key.ts'
import { takeNextAuditKey } from './change-audit-key.ts'
import { KEY_CHANGED } from './log-checker.ts'

/**
 * The key of this database's log: made at the first start, and from the first signed head on that one and no other (L1).
 * @throws UnusableInput when it is gone, garbled, readable by others, or not the key that signed the log so far.
 */
export async function openAuditKey(db: Database, folder: string): Promise<AuditKey> {
  const head = await db.read('audit_heads').orderBy('tree_size', 'desc').first('key_id') as { key_id: string } | undefined
  const path = auditKeyFile(folder)
  await finishChange(db, folder)
  if (head && !existsSync(path)) throw notTheKey('The key of the audit log is gone, though the log has been signed with it.', path)
  const key = await loadOrCreateAuditKey(folder)
  const before = (await db.rows(`select pem from certificates where purpose = 'audit' order by created_at, id`, [])).map((row) => row['pem'] as string)
  const publicKeys = [...before.filter((pem) => keyIdOf(pem) !== key.keyId), key.publicKeyPem]
  const named = head && head.key_id !== key.keyId && publicKeys.some((pem) => keyIdOf(pem) === head.key_id)
    ? (await db.rows('select id from audit_entries where event = ? and subject = ?', [KEY_CHANGED, `key:${key.keyId}`])).length > 0 : true
  if (head && head.key_id !== key.keyId && (!named || publicKeys.length === 1)) throw notTheKey('The key of the audit log is not the one that signed this log so far.', path)
  return { ...key, publicKeys }
}

/** A change that was stopped after the log had named the next key is carried on. */
async function finishChange(db: Database, folder: string): Promise<void> {
  if (!existsSync(nextAuditKeyFile(folder))) return
  const { keyId } = await makeNextAuditKey(folder)
  const named = await db.rows('select l.leaf_index from audit_entries e join audit_leaves l on l.entry_id = e.id where e.event = ? and e.subject = ?', [KEY_CHANGED, `key:${keyId}`])
  if (named.length > 0) takeNextAuditKey(folder)
}

const notTheKey = (what: string, where: string): UnusableInput =>
  new UnusableInput({ what, where, remedy: 'Restore this file from the backup that belongs to this database: a new key cannot continue the log.' })
