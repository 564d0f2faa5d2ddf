import type { AffiliationRole } from '../../src/adapters/sources/source.ts'
import type { School } from '../../src/features/schools/school-store.ts'
import type { TestApp } from './test-app.ts'

/** Made-up people are named by what they are in the tests. */
export interface SmallTrust {
  primary: School
  high: School
  /** Adds somebody with one affiliation; returns the person's id. */
  add(person: { name: string; role?: AffiliationRole; school?: School; year?: string; group?: string; email?: string }): Promise<string>
  link(pupilId: string, guardianId: string, flags?: { maySign?: boolean; doNotContact?: boolean }): Promise<void>
  /** From now on this adult is not to be contacted about this child (F2). */
  doNotContact(pupilId: string, guardianId: string): Promise<void>
  issue(): Promise<void>
}

/** Two schools of one trust, empty of people. */
export async function smallTrust({ services, db, clock }: Pick<TestApp, 'services' | 'db'> & { clock: { now(): number } }): Promise<SmallTrust> {
  const primary = await services.schools.add({ name: 'Larkmoor Primary School', urn: '100001', brandColour: '#7a2048' })
  const high = await services.schools.add({ name: 'Ashbeck High School', urn: '100002', brandColour: '#1c4587' })
  return {
    primary, high,
    async add({ name, role, school = primary, year, group, email }) {
      const [forename = '', ...rest] = name.split(' ')
      const [id] = await services.peopleStore.insert([{ preferredForename: forename, surname: rest.join(' '), email: email ?? null, username: email ?? forename.toLowerCase(), feedDisabled: false }])
      if (role) {
        await db.sql('affiliations').insert({
          id: services.ids.next(), person_id: id, school_id: school.id, role, year_code: year ?? null, reg_group: group ?? null, start_date: '2026-09-01', end_date: null,
          end_reason: null, source_id: null, missing_since: null, missing_runs: 0, created_at: clock.now(), updated_at: clock.now(),
        })
      }
      return id as string
    },
    async link(pupilId, guardianId, flags = {}) {
      await db.sql('guardian_links').insert({
        id: services.ids.next(), pupil_id: pupilId, guardian_id: guardianId, relationship: 'Mother', may_sign: flags.maySign === false ? 0 : 1, may_consent: 1,
        do_not_contact: flags.doNotContact ? 1 : 0, priority: 1, source_id: null, ended_at: null, created_at: clock.now(),
      })
    },
    async doNotContact(pupilId, guardianId) {
      await db.sql('guardian_links').where({ pupil_id: pupilId, guardian_id: guardianId }).update({ do_not_contact: 1 })
    },
    async issue() {
      await services.issuing.issue({ actor: 'system', planOnly: false })
    },
  }
}
