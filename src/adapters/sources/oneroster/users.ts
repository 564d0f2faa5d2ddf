import { resolveColumns } from '../csv/columns.ts'
import type { ColumnIndexes } from '../csv/columns.ts'
import type { TableReader, TableWalk } from '../csv/table-reader.ts'
import { parseYesNo, splitList, valueOf } from '../facts/cells.ts'
import type { Organisations } from '../facts/organisations.ts'
import { CELL_GAP, joinCells, LazyRow, reject, rowKey } from '../facts/row.ts'
import { parseYearCodes } from '../facts/year-codes.ts'
import type { PersonFact, RosterFact } from '../source.ts'
import { USERS_1_1, USERS_1_2 } from './columns.ts'
import type { UserColumn } from './columns.ts'
import { KNOWN_ROLES, oneRosterRole } from './roles.ts'
import { isDeleted } from './small-tables.ts'

export interface UserReading {
  version: '1.1' | '1.2'
  organisations: Organisations
  /** R7: read the UPN out of `userIds`. Off unless the connector's allow-list has it. */
  readUpn: boolean
}

/** Raised when the same row comes to mean something else, so that stored digests no longer match. */
const MEANING = 'or-user-1'

/** users.csv: a person; in 1.1 the affiliations too; the links of a pupil, read from the pupil's row. */
export async function openUsers(reader: TableReader, file: string, reading: UserReading): Promise<TableWalk> {
  const header = await reader.header(file)
  const warn = (text: string) => reader.warn(text)
  const at: ColumnIndexes<UserColumn> = reading.version === '1.1'
    ? resolveColumns(USERS_1_1, header, file, warn)
    : { ...resolveColumns(USERS_1_2, header, file, warn), orgSourcedIds: -1, role: -1 }
  const user = new UserFacts(at, reading, warn)
  const used = [
    at.status, at.enabledUser, at.orgSourcedIds, at.role, at.username, at.identifier, at.givenName, at.familyName,
    at.preferredGivenName, at.preferredFamilyName, at.email, at.agentSourcedIds, at.grades,
  ]
  const build = (cells: readonly string[]) => user.facts(cells)
  return () => reader.stream(file, (cells, line, add) => {
    const key = (cells[at.sourcedId] ?? '').trim()
    if (key === '') return add(reject(file, line, 'The column sourcedId is empty.'))
    const text = joinCells(MEANING, cells, used) + user.context(cells)
    add(new LazyRow(rowKey('user', key), file, line, text, cells, build))
  })
}

class UserFacts {
  readonly #at: ColumnIndexes<UserColumn>
  readonly #reading: UserReading
  readonly #warn: (text: string) => void
  readonly #contexts = new Map<string, string>()
  /** A glance that tells whether `userIds` holds anything we may read. */
  readonly #readIds: RegExp

  constructor(at: ColumnIndexes<UserColumn>, reading: UserReading, warn: (text: string) => void) {
    this.#at = at
    this.#reading = reading
    this.#warn = warn
    this.#readIds = reading.readUpn ? /adm|adno|mis|upn/i : /adm|adno|mis/i
  }

  /** What the facts depend on beyond this row's own cells, and the allowed part of `userIds`. */
  context(cells: readonly string[]): string {
    const at = this.#at
    let text = ''
    const ids = at.userIds === -1 ? '' : (cells[at.userIds] ?? '')
    if (this.#readIds.test(ids)) text += CELL_GAP + this.#identifiers(ids).join(CELL_GAP)
    return at.orgSourcedIds === -1 ? text : text + this.#schoolContext(cells[at.orgSourcedIds] ?? '')
  }

  /** The schools that parts of schools stand for. Thousands of rows share few cells, so each is worked out once. */
  #schoolContext(cell: string): string {
    let text = this.#contexts.get(cell)
    if (text === undefined) {
      text = ''
      for (const org of splitList(cell)) {
        const school = this.#reading.organisations.schoolOf(org)
        if (school !== org) text += CELL_GAP + (school ?? '-')
      }
      if (this.#contexts.size < 5000) this.#contexts.set(cell, text)
    }
    return text
  }

  facts(cells: readonly string[]): RosterFact[] | string {
    const at = this.#at
    const cell = (index: number) => (index === -1 ? '' : (cells[index] ?? ''))
    const personKey = cell(at.sourcedId).trim()
    const yearCode = parseYearCodes(splitList(cell(at.grades)))
    if (yearCode === undefined) return `The column grades of user ${personKey} must name one year: N1, N2, R, or 1 to 14.`
    const person = this.#person(personKey, cell)
    if (typeof person === 'string') return person
    if (this.#reading.version === '1.2') return [{ ...person, yearCode }, ...links(personKey, cell(at.agentSourcedIds))]

    const role = oneRosterRole(cell(at.role))
    if (role === undefined) return `The column role of user ${personKey} holds an unknown word. Known roles: ${KNOWN_ROLES}.`
    const facts: RosterFact[] = [person]
    if (role === 'pupil') person.admissionNumber ??= valueOf(cell(at.identifier))
    else person.misId ??= valueOf(cell(at.identifier))
    const schools = new Set<string>()
    for (const org of splitList(cell(at.orgSourcedIds))) {
      const school = this.#reading.organisations.schoolOf(org)
      if (school === undefined) return `User ${personKey} names the organisation ${org}, which is not in orgs.csv.`
      if (school === null) this.#warn('users.csv: people belong to an organisation above the schools; that gives them no school.')
      else schools.add(school)
    }
    for (const schoolKey of schools) {
      facts.push({ kind: 'affiliation', personKey, schoolKey, role, yearCode: role === 'pupil' ? yearCode : null, startDate: null, endDate: null })
    }
    if (role === 'pupil') facts.push(...links(personKey, cell(at.agentSourcedIds)))
    return facts
  }

  #person(personKey: string, cell: (index: number) => string): PersonFact | string {
    const at = this.#at
    const preferredForename = valueOf(cell(at.preferredGivenName)) ?? valueOf(cell(at.givenName)) ?? ''
    const surname = valueOf(cell(at.preferredFamilyName)) ?? valueOf(cell(at.familyName)) ?? ''
    if (preferredForename === '' && surname === '') return `User ${personKey} has no name.`
    const enabled = parseYesNo(cell(at.enabledUser))
    if (enabled === undefined) this.#warn('users.csv: enabledUser is neither true nor false; it was read as true.')
    if (cell(at.status).trim().toLowerCase() === 'inactive') this.#warn('users.csv: the status "inactive" is not of this version; it was read as tobedeleted.')
    const [admissionNumber, misId, upn] = this.#identifiers(cell(at.userIds))
    const identifier = this.#reading.version === '1.2' ? valueOf(cell(at.identifier)) : null
    return {
      kind: 'person', personKey, preferredForename, surname,
      email: valueOf(cell(at.email)),
      username: valueOf(cell(at.username)),
      admissionNumber: valueOf(admissionNumber),
      misId: valueOf(misId) ?? identifier,
      upn: valueOf(upn),
      enabled: enabled ?? true,
      toBeDeleted: isDeleted(cell(at.status)),
    }
  }

  /** Admission number, MIS id and (where allowed) UPN out of `{type:id},{type:id}`. */
  #identifiers(cell: string): [string, string, string] {
    const found: [string, string, string] = ['', '', '']
    for (const [, type = '', id = ''] of cell.matchAll(/\{([^:{}]*):([^{}]*)\}/g)) {
      const word = type.trim().toLowerCase().replace(/[\s_-]/g, '')
      if (word === 'admissionnumber' || word === 'adno') found[0] = id
      else if (word === 'misid' || word === 'mis') found[1] = id
      else if (word === 'upn' && this.#reading.readUpn) found[2] = id
    }
    return found
  }
}

/**
 * OneRoster names a pupil's parents, guardians and relatives without saying which is which, nor who has parental
 * responsibility: they may sign, and nobody may consent until the office records it (F1).
 */
function links(personKey: string, agents: string): RosterFact[] {
  return [...new Set(splitList(agents))].filter((agent) => agent !== personKey).map((guardianKey, index) => ({
    kind: 'link', personKey, guardianKey, relationship: 'guardian', maySign: true, mayConsent: false, doNotContact: false, priority: index + 1,
  }))
}
