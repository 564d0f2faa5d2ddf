import type { Browser } from '../../http/browser.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import { startTestApp, type TestApp, type TestAppOptions } from '../../support/test-app.ts'
import { openSlots, signAs, work } from '../signing/signing-walk.ts'

/** A small trust in which somebody has signed at each school, with the people of two offices and of the trust. */
export interface OfficeWorld {
  app: TestApp
  trust: SmallTrust
  /** Signed and sealed at the primary. */
  teacher: string
  /** Signed and sealed at the high school. */
  highTeacher: string
  /** Signature of each. */
  recordA: string
  recordB: string
  /** Gives somebody a role and signs them in. */
  staff(name: string, role: string, schoolId: string | null): Promise<Browser>
}

export async function officeWorld(options: TestAppOptions = {}): Promise<OfficeWorld> {
  const app = await startTestApp(options)
  const trust = await smallTrust(app)
  const teacher = await trust.add({ name: 'Amara Okafor', role: 'teacher', email: 'amara@larkmoor.example' })
  const highTeacher = await trust.add({ name: 'Idris Bello', role: 'teacher', school: trust.high, email: 'idris@ashbeck.example' })
  const pupil = await trust.add({ name: 'Cleo Rowan', role: 'pupil', year: '4', group: '4K' })
  const mother = await trust.add({ name: 'Maria Rowan', email: 'rowan@families.example' })
  await trust.link(pupil, mother)
  await trust.issue()
  for (const [id, name] of [[teacher, 'Amara Okafor'], [highTeacher, 'Idris Bello']] as const) {
    const browser = await app.as(id)
    const [slot = ''] = await openSlots(browser)
    await signAs(browser, slot, name)
  }
  await work(app)
  const recordOf = async (id: string) => (await app.db.read('signatures').where({ subject_id: id }).first('id') as { id: string }).id
  return {
    app, trust, teacher, highTeacher, recordA: await recordOf(teacher), recordB: await recordOf(highTeacher),
    async staff(name, role, schoolId) {
      const id = await trust.add({ name })
      await app.services.roles.grant({ personId: id, role, schoolId, groupName: null, until: null, grantedBy: 'os:test' })
      return app.as(id)
    },
  }
}
