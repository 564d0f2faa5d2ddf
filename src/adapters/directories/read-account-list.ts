import { readFile, stat } from 'node:fs/promises'
import { OutsideFailure } from '../../shared/errors.ts'
import { RecordSplitter } from '../sources/csv/record-splitter.ts'
import type { ObservedAccount } from './directory.ts'
import type { AccountList } from './task-list.ts'

const MOST_BYTES = 50_000_000
const COLUMNS = ['username', 'id', 'name', 'employeeId', 'email', 'enabled', 'protected'] as const

/**
 * Reads the list of accounts that a system without an interface exports: CSV in UTF-8 with a header line. `username` is needed;
 * `id` is the username where absent, `enabled` is yes. @throws OutsideFailure naming the line that cannot be used.
 */
export async function readAccountList(path: string, where: string): Promise<AccountList> {
  const { text, madeAt } = await contentOf(path, where)
  const wrong = (what: string) => new OutsideFailure({ what, where, remedy: `Correct ${path}, or export it again.` })
  const records: { cells: string[]; line: number }[] = []
  const splitter = new RecordSplitter(',', 100_000, (cells, line) => void records.push({ cells, line }))
  try {
    splitter.push(text.replace(/^\uFEFF/, ''))
    splitter.end()
  } catch {
    throw wrong('The list of accounts is no CSV that can be read to its end.')
  }
  const [header, ...rows] = records
  const at = new Map((header?.cells ?? []).map((name, index) => [name.trim().toLowerCase(), index]))
  if (!at.has('username')) throw wrong(`The list of accounts has no column username; it may have ${COLUMNS.join(', ')}.`)
  const seen = new Set<string>()
  const accounts = rows.flatMap(({ cells, line }): ObservedAccount[] => {
    if (cells.every((cell) => cell.trim() === '')) return []
    const cell = (name: (typeof COLUMNS)[number]) => cells[at.get(name.toLowerCase()) ?? -1]?.trim() ?? ''
    const username = cell('username')
    const immutableId = cell('id') || username
    if (username === '' || cells.length !== header?.cells.length) throw wrong(`Line ${line} of the list of accounts has no username, or not as many cells as the header.`)
    if (seen.has(immutableId)) throw wrong(`Line ${line} of the list of accounts names an account that an earlier line has.`)
    seen.add(immutableId)
    const employeeId = cell('employeeId')
    const mail = cell('email')
    return [{
      immutableId, username, displayName: cell('name') || username, enabled: !isNo(cell('enabled')), container: '', groups: [], protected: isYes(cell('protected')),
      match: { ...(employeeId ? { employeeId } : {}), ...(mail ? { mail } : {}) },
    }]
  })
  return { accounts, madeAt, tellsEnabled: at.has('enabled') }
}

async function contentOf(path: string, where: string): Promise<{ text: string; madeAt: number }> {
  try {
    const { mtimeMs, size } = await stat(path)
    if (size > MOST_BYTES) throw new RangeError('too large')
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(await readFile(path)), madeAt: Math.floor(mtimeMs) }
  } catch (error) {
    throw new OutsideFailure({ what: `The list of accounts ${path} cannot be read.`, where, remedy: 'Check that the file is there, is UTF-8, and may be read by this user.' }, error)
  }
}

const isNo = (text: string): boolean => /^(?:no|n|false|0|disabled|inactive)$/i.test(text)
const isYes = (text: string): boolean => /^(?:yes|y|true|1)$/i.test(text)
