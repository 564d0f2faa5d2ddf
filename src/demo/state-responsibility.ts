import { today } from '../shared/dates.ts'
import type { Services } from '../services.ts'
import { createRandom } from './random.ts'

/** Of how many guardians the office knows it; the others show what a school meets. */
const STATED = 0.9

/**
 * A OneRoster feed tells nobody's parental responsibility, and without it nobody is asked to consent (F1). The demo's offices have it from
 * their admission forms for most families, and for all in `always`.
 */
export async function stateResponsibility({ db, clock, people, responsibility }: Services, always: ReadonlySet<string>, actor: string): Promise<void> {
  const random = createRandom(11)
  const rows = await db.read('guardian_links').where({ may_sign: 1, do_not_contact: 0 }).whereNull('ended_at').orderBy(['guardian_id', 'pupil_id']).select('guardian_id', 'pupil_id')
  const names = await people.people(rows.map((row) => row.guardian_id))
  const stated = rows.filter((row) => random.chance(STATED) || always.has(row.guardian_id))
  await responsibility.recordAll(stated.map((row) => ({
    pupilId: row.pupil_id, guardianId: row.guardian_id, value: 'yes' as const, basis: 'birth-certificate' as const, saidBy: names.get(row.guardian_id)?.name ?? '', statedOn: today(clock.now()),
  })), actor)
}
