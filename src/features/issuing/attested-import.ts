import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { today } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { type AttestedRow, readAttested } from './attested-file.ts'
import type { Attested, AttestedStore } from './attested-store.ts'
import type { BadLine } from './people-list.ts'
import { registeredKey, registeredPeople } from './registered-people.ts'

export interface AttestedDeps { db: Database; clock: Clock; ids: Ids; audit: AuditLog; agreements: AgreementStore; schools: SchoolStore; store: AttestedStore }

/** What a file of earlier signatures came to. */
export interface AttestedReport {
  read: number
  /** New ones; with `--plan` those that would be new. */
  added: number
  existing: number
  /** Open requests' slots that are answered by them; 0 under `--plan`. */
  settled: number
  rejected: BadLine[]
  /** False when nothing was written: a plan, or a file with bad rows. */
  applied: boolean
}

/**
 * Signatures gathered before Assent (I8): attested by the office, not sealed; they count until the next major version. A file with
 * bad rows changes nothing unless they are to be left out; the same file again changes nothing.
 */
export class AttestedImport {
  readonly #deps: AttestedDeps
  constructor(deps: AttestedDeps) {
    this.#deps = deps
  }

  /** `own`: the sender and the pupils of their family, for whom a colleague attests (P7). @throws UnusableInput when the file as a whole cannot be read. */
  async import(command: { bytes: Buffer; name: string; planOnly: boolean; skipBad: boolean; schools: 'all' | readonly string[]; actor: string; own?: readonly string[] }): Promise<AttestedReport> {
    const { db, audit, store } = this.#deps
    const { rows, bad } = await readAttested(command.bytes, command.name)
    const { found, wrong } = await this.#resolve(rows, command)
    const rejected = [...bad, ...wrong].sort((a, b) => a.line - b.line)
    const known = await store.known(found.map((row) => row.personId))
    const fresh = found.filter((row) => !known.has([row.personId, row.agreementId, row.slot, row.major].join('|')))
    const report = { read: rows.length + bad.length, added: fresh.length, existing: found.length - fresh.length, settled: 0, rejected, applied: false }
    if (command.planOnly || (rejected.length > 0 && !command.skipBad)) return report
    return db.transaction(async () => {
      const added = await store.insert(fresh, command.actor)
      const settled = await store.settle(found.map((row) => row.personId))
      await audit.record({ actor: command.actor, event: 'signatures.attested', subject: null, payload: { file: command.name, read: report.read, added, settled, rejected: rejected.length } })
      return { ...report, added, existing: found.length - added, settled, applied: true }
    })
  }

  async #resolve(rows: readonly AttestedRow[], command: { name: string; schools: 'all' | readonly string[]; own?: readonly string[] }): Promise<{ found: Attested[]; wrong: BadLine[] }> {
    const { ids, clock, agreements, schools } = this.#deps
    const on = today(clock.now())
    const all = await agreements.all()
    const places = await schools.all()
    const majors = new Map<string, number>()
    for (const agreement of all) {
      const major = await agreements.major(agreement.id)
      if (major) majors.set(agreement.id, major.number)
    }
    const people = await registeredPeople(this.#deps.db, rows[0]?.identifier ?? 'upn', rows.map((row) => row.value), on)
    const found: Attested[] = []
    const wrong: BadLine[] = []
    const seen = new Map<string, number>()
    for (const row of rows) {
      const agreement = all.find((one) => one.key === row.agreement || one.title.toLowerCase() === row.agreement.toLowerCase())
      const school = row.school === '' ? null : places.find((one) => [one.name, one.shortName, one.urn, one.dfeNumber].includes(row.school)) ?? 'unknown'
      const matches = (people.get(registeredKey(row.identifier, row.value)) ?? []).filter((person) => (command.schools === 'all' || person.schools.some((id) => command.schools.includes(id)))
        && (school === null || school === 'unknown' || person.schools.includes(school.id)))
      const bad = (reason: string) => { wrong.push({ line: row.line, reason }) }
      const major = agreement ? majors.get(agreement.id) : undefined
      if (!agreement || major === undefined) bad('no agreement of this name is in force')
      else if (school === 'unknown') bad('no school of this name')
      else if (matches.length === 0) bad(`nobody is known by this ${row.identifier}`)
      else if (matches.length > 1) bad(`several people have this ${row.identifier}; add the school`)
      else if (command.own?.includes(matches[0]?.id ?? '')) bad('this is you or a pupil of your own family, so a colleague has to attest it')
      else if (row.signedOn > on) bad('signed on a day to come')
      else {
        const entry: Attested = { id: ids.next(), personId: matches[0]?.id ?? '', agreementId: agreement.id, slot: row.slot, major, signedOn: row.signedOn, signerName: row.signerName, file: command.name.slice(0, 190), line: row.line }
        const key = [entry.personId, entry.agreementId, entry.slot].join('|')
        const before = seen.get(key)
        if (before !== undefined) bad(`the same as line ${before}`)
        else {
          seen.set(key, row.line)
          found.push(entry)
        }
      }
    }
    return { found, wrong }
  }
}
