import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import { Forbidden } from '../../shared/errors.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { printedCode } from '../identity/letter-code.ts'
import type { LetterCodes } from '../identity/letter-codes.ts'
import type { PeopleQueries, Person } from '../people/people-queries.ts'
import type { School } from '../schools/school-store.ts'
import type { SigningQueries, SigningTask } from '../signing/signing-queries.ts'

/** One letter as it goes to the printer: the code and address are on the paper only and are kept nowhere. */
export interface PrintedLetter { person: Person; tasks: SigningTask[]; school: School; code: string; path: string; expiresAt: number }

/** Letters with a code, for those whom no mail reaches (F4). */
export class LetterService {
  readonly #deps: { db: Database; clock: Clock; audit: AuditLog; people: PeopleQueries; letterCodes: LetterCodes; signingQueries: SigningQueries }
  constructor(deps: { db: Database; clock: Clock; audit: AuditLog; people: PeopleQueries; letterCodes: LetterCodes; signingQueries: SigningQueries }) {
    this.#deps = deps
  }

  /**
   * Prints letters to those of these people for whom something is open at a school where the actor may. Printing again ends the earlier letter.
   * @throws Forbidden for oneself or an adult of one's own family, unless those are to be left out: a letter lets its holder sign (P7).
   */
  async print(actor: Actor, personIds: readonly string[], { leaveOutFamily = false }: { leaveOutFamily?: boolean } = {}): Promise<PrintedLetter[]> {
    const { db, audit, people, letterCodes, signingQueries } = this.#deps
    const letters: PrintedLetter[] = []
    for (const personId of personIds) {
      const person = await people.person(personId)
      const tasks = (await signingQueries.tasksOf(personId)).filter((task) => task.standing.kind === 'open')
      const [first] = tasks.filter((task) => actor.can('letters.print', task.school.id))
      if (!person || !first) continue
      const family = tasks.some((task) => actor.relatedTo?.includes(task.subject.id))
      if (leaveOutFamily && (personId === actor.personId || family)) continue
      if (personId === actor.personId || family) throw new Forbidden('One of these letters is for your own family, so a colleague must print it.')
      const letter = await letterCodes.issue(personId)
      await db.transaction(() => audit.record({ actor: actor.label, event: 'letter.printed', subject: `person:${personId}`, payload: { person: personId, until: letter.expiresAt } }))
      letters.push({ person, tasks, school: first.school, code: printedCode(letter.code), path: letter.path, expiresAt: letter.expiresAt })
    }
    return letters
  }
}
