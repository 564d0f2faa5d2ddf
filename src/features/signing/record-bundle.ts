import { createWriteStream } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { csvLine } from '../../shared/csv-line.ts'
import type { AuditKey } from '../audit/audit-key.ts'
import type { HeadStamps } from '../audit/head-stamps.ts'
import { exportLog, openExport } from '../audit/log-export.ts'
import { MerkleLevels } from '../audit/merkle-levels.ts'
import type { SealingService } from './sealing-service.ts'
import type { SigningStore } from './signing-store.ts'

export interface BundleDeps {
  db: Database
  clock: Clock
  signingStore: SigningStore
  sealing: SealingService
  sequencer: { sequence(): Promise<unknown> }
  headStamps: Pick<HeadStamps, 'all' | 'trusted'>
  auditKey: Pick<AuditKey, 'publicKeys'>
}

export interface BundleOptions {
  /** An empty or existing folder that this user may write to. */
  folder: string
  /** Only records of the school of this name; null: all. */
  schoolName: string | null
  /** Folder with `verify.mjs` and `README.txt`. */
  shipped: string
}

const COLUMNS = ['file', 'sha256', 'reference', 'agreement', 'version', 'signed_at', 'about', 'signed_by', 'capacity', 'school', 'status']
const PAGE = 1_000
const OWN = { mode: 0o600 }

/**
 * Writes the sealed PDFs with all that somebody needs to check them without Assent: index, certificates, ledger, a path from each record to
 * the signed head, and a program (L2). Returns how many PDFs there are.
 */
export async function writeBundle(deps: BundleDeps, { folder, schoolName, shipped }: BundleOptions): Promise<number> {
  const files = await writeRecords(deps, folder, schoolName)
  await writeFile(join(folder, 'certificates.pem'), await certificates(deps.db), OWN)
  // After the records: so each of them is in the ledger that is written.
  await deps.sequencer.sequence()
  const ledger = join(folder, 'ledger.jsonl')
  await exportLog(deps.db, ledger, { publicKeys: deps.auditKey.publicKeys, now: deps.clock.now() })
  await writeProofs(deps.db, join(folder, 'proofs.jsonl'), files, await leavesOf(ledger))
  const stamps = await deps.headStamps.all()
  await writeFile(join(folder, 'timestamps.jsonl'), stamps.map((stamp) => `${JSON.stringify({ size: stamp.size, token: stamp.token.toString('base64') })}\n`).join(''), OWN)
  await writeFile(join(folder, 'time-authority.pem'), deps.headStamps.trusted.map((one) => one.toString()).join(''), OWN)
  for (const name of ['verify.mjs', 'README.txt']) await writeFile(join(folder, name), await readFile(join(shipped, name)), OWN)
  return files.size
}

/** File names by the hash of their bytes. */
async function writeRecords({ signingStore, sealing }: BundleDeps, folder: string, schoolName: string | null): Promise<Map<string, string>> {
  const index = createWriteStream(join(folder, 'index.csv'), OWN)
  index.write(csvLine(COLUMNS))
  const files = new Map<string, string>()
  for await (const batch of signingStore.sealed()) {
    for (const { signature } of batch) {
      const { evidence } = signature
      if (schoolName !== null && evidence.schoolName !== schoolName) continue
      const file = await sealing.file(signature.id)
      if (!file) continue
      const name = `${signature.id}.pdf`
      await writeFile(join(folder, name), file.bytes, OWN)
      index.write(csvLine([
        name, file.sha256, signature.id, evidence.agreementKey, String(evidence.versionNumber), new Date(signature.signedAt).toISOString(),
        evidence.subjectName, evidence.signerName, evidence.capacity, evidence.schoolName, signature.endedKind ?? 'active',
      ]))
      files.set(file.sha256, name)
    }
  }
  index.end()
  await finished(index)
  return files
}

/** Every certificate that ever sealed, with the authorities behind them. */
async function certificates(db: Database): Promise<string> {
  const rows = await db.rows(`select pem from certificates where purpose in ('seal', 'ca') order by purpose, created_at, id`, [])
  return rows.map((row) => `${String(row['pem']).trim()}\n`).join('')
}

/** Leaf hashes of an export up to its last signed head. */
async function leavesOf(ledger: string): Promise<Buffer> {
  const { lines } = await openExport(ledger)
  const hashes: Buffer[] = []
  let signed = 0
  for await (const line of lines) {
    if (line.kind !== 'item') continue
    if (line.item.kind === 'leaf') hashes.push(Buffer.from(line.item.hash, 'hex'))
    else signed = line.item.head.size
  }
  return Buffer.concat(hashes.slice(0, signed))
}

async function writeProofs(db: Database, path: string, files: ReadonlyMap<string, string>, leaves: Buffer): Promise<void> {
  const levels = leaves.length > 0 ? new MerkleLevels(leaves) : null
  const out = createWriteStream(path, OWN)
  let after = ''
  for (;;) {
    const rows = await db.rows(`select e.id, l.leaf_index, p.salt, p.payload from audit_entries e join audit_leaves l on l.entry_id = e.id join audit_payloads p on p.entry_id = e.id
      where e.event = 'record.sealed' and e.id > ? order by e.id limit ${PAGE}`, [after])
    for (const row of rows) {
      const payload = row['payload'] as string
      const sha256 = (JSON.parse(payload) as { file: string }).file
      const file = files.get(sha256)
      const index = Number(row['leaf_index'])
      if (file === undefined || !levels || index >= leaves.length / 32) continue
      out.write(`${JSON.stringify({ file, sha256, index, entry_id: row['id'], salt: row['salt'], payload, path: levels.path(index).map((part) => part.toString('hex')) })}\n`)
    }
    if (rows.length < PAGE) break
    after = rows.at(-1)?.['id'] as string
  }
  out.end()
  await finished(out)
}
