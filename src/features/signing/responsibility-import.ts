import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { today } from '../../shared/dates.ts'
import { emailNorm, searchText } from '../../shared/names.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { BadLine } from '../issuing/people-list.ts'
import { registeredKey, registeredPeople } from '../issuing/registered-people.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { NewStatement, ResponsibilityService } from '../people/responsibility-service.ts'
import { readResponsibility, type ResponsibilityRow } from './responsibility-file.ts'

export interface ResponsibilityImportDeps { db: Database; clock: Clock; audit: AuditLog; people: PeopleQueries; responsibility: ResponsibilityService }

/** What a list came to. */
export interface ResponsibilityReport {
  read: number
  usable: number
  /** New statements; 0 where nothing was written. */
  added: number
  rejected: BadLine[]
  applied: boolean
}

/** Parental responsibility from a CSV (F1). All or nothing, unless lines that cannot be used are to be left out; the same list again changes nothing. */
export class ResponsibilityImport {
  readonly #deps: ResponsibilityImportDeps
  constructor(deps: ResponsibilityImportDeps) {
    this.#deps = deps
  }

  /**
   * `related`: pupils of the sender's own family, who are left to a colleague (P7).
   * @throws UnusableInput when the file as a whole cannot be read.
   */
  async import(command: { bytes: Buffer; name: string; planOnly: boolean; skipBad: boolean; schools: 'all' | readonly string[]; related: readonly string[]; actor: string }): Promise<ResponsibilityReport> {
    const { db, audit, responsibility } = this.#deps
    const { rows, bad } = await readResponsibility(command.bytes, command.name)
    const { found, wrong } = await this.#resolve(rows, command)
    const rejected = [...bad, ...wrong].sort((a, b) => a.line - b.line)
    const report = { read: rows.length + bad.length, usable: found.length, added: 0, rejected, applied: false }
    if (command.planOnly || (rejected.length > 0 && !command.skipBad)) return report
    return db.transaction(async () => {
      const added = await responsibility.recordAll(found, command.actor)
      await audit.record({ actor: command.actor, event: 'responsibility.imported', subject: null, payload: { file: command.name, read: report.read, added, rejected: rejected.length } })
      return { ...report, added, applied: true }
    })
  }

  async #resolve(rows: readonly ResponsibilityRow[], command: { name: string; schools: 'all' | readonly string[]; related: readonly string[] }): Promise<{ found: NewStatement[]; wrong: BadLine[] }> {
    const { db, clock, people } = this.#deps
    const on = today(clock.now())
    const registered = await registeredPeople(db, rows[0]?.identifier ?? 'upn', rows.map((row) => row.pupil), on)
    const theirs = (row: ResponsibilityRow) => (registered.get(registeredKey(row.identifier, row.pupil)) ?? []).filter((one) => command.schools === 'all' || one.schools.some((id) => command.schools.includes(id)))
    const pupilIds = [...new Set(rows.flatMap((row) => theirs(row).map((one) => one.id)))]
    const links = await people.guardiansOf(pupilIds)
    const adults = await people.people([...new Set([...links.values()].flat().map((link) => link.guardianId))])
    const found: NewStatement[] = []
    const wrong: BadLine[] = []
    const seen = new Map<string, number>()
    for (const row of rows) {
      const bad = (reason: string) => { wrong.push({ line: row.line, reason }) }
      const pupils = theirs(row)
      const [pupil] = pupils
      const matches = (pupil ? links.get(pupil.id) ?? [] : []).filter((link) => {
        const adult = adults.get(link.guardianId)
        return adult && (row.adult.includes('@') ? emailNorm(adult.email) === emailNorm(row.adult) : searchText(adult.name) === searchText(row.adult))
      })
      const [match] = matches
      const before = match && seen.get(match.id)
      if (!pupil) bad(`nobody is known by this ${row.identifier}`)
      else if (pupils.length > 1) bad(`several people have this ${row.identifier}`)
      else if (command.related.includes(pupil.id)) bad('a child of your own family; a colleague enters this line')
      else if (!match) bad('no adult of this pupil has this name or address')
      else if (matches.length > 1) bad('several adults of this pupil have this name or address')
      else if (before !== undefined) bad(`the same adult and pupil as line ${before}`)
      else if ((row.statedOn ?? on) > on) bad('a date to come')
      else {
        seen.set(match.id, row.line)
        found.push({ pupilId: pupil.id, guardianId: match.guardianId, value: row.value, basis: row.basis, saidBy: row.saidBy || `List ${command.name}`.slice(0, 190), statedOn: row.statedOn ?? on })
      }
    }
    return { found, wrong }
  }
}
