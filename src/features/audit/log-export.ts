import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Instant } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import { type LogItem, logExtent, readLog } from './log-items.ts'

const FORMAT = 'assent-audit-log/1'
const FLUSH = 256 * 1024

export interface ExportedLog {
  path: string
  /** Leaves and heads written. */
  leaves: number
  heads: number
}

/**
 * Writes the log as JSON Lines with all an outside verifier needs (L2): public keys, then leaves with their entries and signed
 * heads in order, then an end mark. Payloads are not part of it. The file appears whole or not at all, mode 0600.
 * @throws UnusableInput when the file cannot be written.
 */
export async function exportLog(db: Database, path: string, options: { publicKeys: readonly string[]; now: Instant }): Promise<ExportedLog> {
  const draft = `${path}.${randomUUID()}.tmp`
  try {
    const done = await writeDraft(db, draft, options)
    await rename(draft, path)
    const folder = await open(dirname(path), 'r')
    await folder.sync().finally(() => folder.close())
    return { path, ...done }
  } catch (error) {
    await rm(draft, { force: true }).catch(() => undefined)
    const { code, syscall } = error as NodeJS.ErrnoException
    if (syscall === undefined) throw error
    throw new UnusableInput({ what: `The export cannot be written: ${code}.`, where: path, remedy: 'Choose a file in a folder you may write to.' }, error)
  }
}

async function writeDraft(db: Database, draft: string, options: { publicKeys: readonly string[]; now: Instant }): Promise<{ leaves: number; heads: number }> {
  const file = await open(draft, 'wx', 0o600)
  try {
    const count = { leaves: 0, heads: 0 }
    let lines = `${canonicalJson({ type: 'log', format: FORMAT, exported_at: options.now, public_keys: [...options.publicKeys] })}\n`
    for await (const item of readLog(db, await logExtent(db), { payloads: false })) {
      if (item.kind === 'leaf') count.leaves += 1
      else count.heads += 1
      lines += `${JSON.stringify(toLine(item))}\n`
      if (lines.length >= FLUSH) {
        await file.appendFile(lines)
        lines = ''
      }
    }
    await file.appendFile(`${lines}${canonicalJson({ type: 'end', ...count })}\n`)
    await file.sync()
    return count
  } finally {
    await file.close()
  }
}

function toLine(item: LogItem): object {
  if (item.kind === 'leaf') return { type: 'leaf', index: item.index, entry_id: item.entryId, hash: item.hash, entry: item.entry }
  const { size, root, at, keyId, signature } = item.head
  return { type: 'head', size, root, at, key_id: keyId, signature: signature.toString('base64'), peaks: item.peaks }
}

/** One line of an export: an item of the log, the end mark, or why it cannot be read. */
export type ExportLine = { kind: 'item'; item: LogItem } | { kind: 'end'; leaves: number; heads: number } | { kind: 'broken'; line: number }

/**
 * Opens an export: its public keys, and its lines in order.
 * @throws UnusableInput when the file cannot be read or is no such export.
 */
export async function openExport(path: string): Promise<{ publicKeys: string[]; lines: AsyncGenerator<ExportLine> }> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw new UnusableInput({ what: `The export cannot be read: ${(error as NodeJS.ErrnoException).code}.`, where: path }, error)
  })
  const lines = readLines(file)
  const first = await lines.next()
  const opening = first.done ? null : first.value
  const keys = opening?.['public_keys']
  if (opening?.['type'] !== 'log' || opening['format'] !== FORMAT || !Array.isArray(keys) || !keys.every((key) => typeof key === 'string')) {
    await lines.return(undefined)
    throw new UnusableInput({ what: 'This file is not an export of the audit log.', where: path, remedy: 'Give a file written by the audit export.' })
  }
  return { publicKeys: keys, lines: exportLines(lines) }
}

async function* readLines(file: FileHandle): AsyncGenerator<Record<string, unknown> | null> {
  try {
    for await (const text of file.readLines({ autoClose: false })) yield parse(text)
  } finally {
    await file.close()
  }
}

async function* exportLines(lines: AsyncGenerator<Record<string, unknown> | null>): AsyncGenerator<ExportLine> {
  let line = 1
  for await (const value of lines) {
    line += 1
    yield fromLine(value) ?? { kind: 'broken', line }
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? value as Record<string, unknown> : null
  } catch {
    return null
  }
}

function fromLine(line: Record<string, unknown> | null): ExportLine | null {
  if (!line) return null
  const text = (name: string) => (typeof line[name] === 'string' ? line[name] : null)
  const count = (name: string) => (Number.isSafeInteger(line[name]) ? line[name] as number : null)
  const [index, entryId, hash, entry] = [count('index'), text('entry_id'), text('hash'), line['entry']]
  const [size, root, at, keyId, signature] = [count('size'), text('root'), count('at'), text('key_id'), text('signature')]
  const [leaves, heads] = [count('leaves'), count('heads')]
  switch (line['type']) {
    case 'leaf':
      if (index === null || entryId === null || hash === null || typeof entry !== 'object') return null
      return { kind: 'item', item: { kind: 'leaf', index, entryId, hash, entry, payload: null } }
    case 'head':
      if (size === null || root === null || at === null || keyId === null || signature === null) return null
      return { kind: 'item', item: { kind: 'head', head: { size, root, at, keyId, signature: Buffer.from(signature, 'base64') }, peaks: text('peaks') } }
    case 'end':
      return leaves === null || heads === null ? null : { kind: 'end', leaves, heads }
    default:
      return null
  }
}
