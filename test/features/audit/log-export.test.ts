import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Database } from '../../../src/db/database.ts'
import { loadOrCreateAuditKey } from '../../../src/features/audit/audit-key.ts'
import { exportLog } from '../../../src/features/audit/log-export.ts'
import { verifyExport } from '../../../src/features/audit/verify-export.ts'
import { UnusableInput } from '../../../src/shared/errors.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { makeLedger, openForTampering, temporaryDirectory } from './ledger.ts'

/** 27 entries under heads of 9 and 27; the export as lines. */
async function exported(db: Database, count = 9) {
  const ledger = await makeLedger(db)
  const ids: string[] = []
  for (const part of [count, count * 2]) {
    ids.push(...await ledger.add(part))
    await ledger.sequencer.sequence()
  }
  const path = join(temporaryDirectory(), 'log.jsonl')
  const done = await exportLog(db, path, { publicKeys: [ledger.key.publicKeyPem], now: ledger.clock.now() })
  return { ...ledger, ids, path, done, lines: readFileSync(path, 'utf8').trimEnd().split('\n') }
}

type Exported = Awaited<ReturnType<typeof exported>>
type Line = Record<string, unknown>

/** Writes the lines back, changed by `change`, and verifies. */
function verifyChanged({ lines, path }: Exported, change: (lines: Line[]) => unknown[]) {
  const changed = change(lines.map((line) => JSON.parse(line) as Line))
  writeFileSync(path, changed.map((line) => (typeof line === 'string' ? line : JSON.stringify(line))).join('\n'))
  return verifyExport(path)
}

/** In lines: 0 opening, 1..9 leaves 0..8, 10 head 9, 11..28 leaves 9..26, 29 head 27, 30 end. */
const CHANGES: [string, (lines: Line[]) => unknown[], { index: number; entry: number | null; reason: RegExp }][] = [
  ['a changed entry', (lines) => lines.with(4, { ...lines[4], entry: { ...lines[4]?.['entry'] as Line, actor: 'os:other' } }),
    { index: 3, entry: 3, reason: /not what was recorded/ }],
  ['something added to an entry', (lines) => lines.with(4, { ...lines[4], entry: { ...lines[4]?.['entry'] as Line, extra: 1 } }),
    { index: 3, entry: 3, reason: /not what was recorded/ }],
  ['a value of another kind', (lines) => lines.with(4, { ...lines[4], entry: { ...lines[4]?.['entry'] as Line, at: 0.5 } }),
    { index: 3, entry: 3, reason: /never written/ }],
  ['an entry without a body', (lines) => lines.with(4, { ...lines[4], entry: null }), { index: 3, entry: 3, reason: /gone/ }],
  ['the leaf of another entry', (lines) => lines.with(4, { ...lines[4], entry: lines[5]?.['entry'] }), { index: 3, entry: 3, reason: /another entry/ }],
  ['a missing leaf', (lines) => lines.toSpliced(5, 1), { index: 4, entry: null, reason: /missing/ }],
  ['swapped leaves', (lines) => lines.with(5, { ...lines[6], index: 4 }).with(6, { ...lines[5], index: 5 }), { index: 4, entry: 5, reason: /place/ }],
  ['a missing head', (lines) => lines.toSpliced(29, 1), { index: 27, entry: null, reason: /end mark counts/ }],
  ['a forged head', (lines) => lines.with(10, { ...lines[10], root: 'ab'.repeat(32) }), { index: 8, entry: 8, reason: /signature/ }],
  ['a head in the wrong place', (lines) => lines.with(10, lines[11] ?? {}).with(11, lines[10] ?? {}), { index: 9, entry: 9, reason: /out of its place/ }],
  ['an end taken off', (lines) => lines.slice(0, 20), { index: 18, entry: null, reason: /end mark is missing/ }],
  ['an end taken off with a new end mark', (lines) => [...lines.slice(0, 20), { type: 'end', leaves: 18, heads: 1 }], { index: 9, entry: 9, reason: /no signed head/ }],
  ['a broken line', (lines) => lines.with(4, '{"type":' as unknown as Line), { index: 3, entry: null, reason: /line 5 / }],
  ['a line of an unknown kind', (lines) => lines.with(4, { type: 'note' }), { index: 3, entry: null, reason: /line 5 / }],
  ['a leaf without its parts', (lines) => lines.with(4, { type: 'leaf' }), { index: 3, entry: null, reason: /line 5 / }],
  ['something after the end', (lines) => [...lines, { type: 'end', leaves: 27, heads: 2 }], { index: 27, entry: null, reason: /follows/ }],
]

describe('exportLog and verifyExport', () => {
  onBothDatabases('exports', (get) => {
    it('L2: an export is verified without the database, and holds no payload', async () => {
      const { db, path, done, key, queries, lines } = await exported(get().db)
      expect(done).toEqual({ path, leaves: 27, heads: 2 })
      expect(lines).toHaveLength(31)
      expect(lines.join('')).not.toMatch(/payload|"salt"|"n":/)
      expect(statSync(path).mode & 0o777).toBe(0o600)
      const head = await queries.head()
      await openForTampering(db)
      for (const table of ['audit_entries', 'audit_leaves', 'audit_heads']) await db.sql(table).del()
      expect(await verifyExport(path, { keyId: key.keyId, witnesses: head ? [head] : [] })).toEqual({
        valid: true, size: 27, root: head?.root, heads: 2, erased: null, keyIds: [key.keyId], firstBad: null,
      })
    })

    it('leaves out what is not signed yet, and exports an empty log', async () => {
      const { db, key, clock, add } = await makeLedger(get().db)
      await add(3)
      const path = join(temporaryDirectory(), 'log.jsonl')
      expect(await exportLog(db, path, { publicKeys: [key.publicKeyPem], now: clock.now() })).toMatchObject({ leaves: 0, heads: 0 })
      expect(await verifyExport(path)).toMatchObject({ valid: true, size: 0 })
    })

    it.each(CHANGES)('L2: names the first bad entry of an export: %s', async (_, change, expected) => {
      const made = await exported(get().db)
      const answer = await verifyChanged(made, change)
      expect(answer.valid).toBe(false)
      expect(answer.firstBad).toMatchObject({ index: expected.index, reason: expect.stringMatching(expected.reason) })
      expect(answer.firstBad?.id).toBe(expected.entry === null ? null : made.ids[expected.entry])
    })

    it('L2: is not taken in by another key put into the file', async () => {
      const made = await exported(get().db)
      const other = await loadOrCreateAuditKey(temporaryDirectory())
      expect((await verifyChanged(made, (lines) => lines.with(0, { ...lines[0], public_keys: [other.publicKeyPem] }))).firstBad?.reason).toMatch(/unknown key/)
      await expect(verifyExport(made.path, { keyId: made.key.keyId })).rejects.toMatchObject({ constructor: UnusableInput, remedy: expect.stringContaining(other.keyId) })
    })

    it('replaces an old export whole and leaves nothing else behind', async () => {
      const { db, path, key, clock } = await exported(get().db)
      await exportLog(db, path, { publicKeys: [key.publicKeyPem], now: clock.now() })
      expect(readdirSync(dirname(path))).toEqual(['log.jsonl'])
      await expect(exportLog(db, join(path, 'x'), { publicKeys: [], now: 0 })).rejects.toBeInstanceOf(UnusableInput)
    })
  })

  it.each(['', 'hello\n', '{"type":"log"}\n', '[1]\n', '{"type":"log","format":"assent-audit-log/1","public_keys":["no key"]}\n'])(
    'refuses a file that is no export: %j', async (content) => {
      const path = join(temporaryDirectory(), 'x')
      writeFileSync(path, content)
      await expect(verifyExport(path)).rejects.toBeInstanceOf(UnusableInput)
    })

  it('says when the file is not there', async () => {
    await expect(verifyExport(join(temporaryDirectory(), 'none'))).rejects.toMatchObject({ constructor: UnusableInput, what: expect.stringMatching(/ENOENT/) })
  })
})
