import type { SignCommand } from '../../src/features/signing/sign-command.ts'
import type { Services } from '../../src/services.ts'

/** A drawn name of usual size. */
const DRAWN = [Array.from({ length: 180 }, (_, at) => ({ x: 60 + at * 4, y: 200 + ((at * 37) % 90) }))]

/** What the page would send for so many open slots: people signing for themselves, with a drawn name. */
export async function captureCommands(services: Services, most: number): Promise<SignCommand[]> {
  const rows = await services.db.read('signatories as s').join('requests as r', 'r.id', 's.request_id')
    .where('s.state', 'open').where('r.state', 'open').where('s.act', 'sign').whereNot('s.slot', 'guardian').orderBy('s.id').limit(most).select('s.id', 'r.person_id')
  const commands: SignCommand[] = []
  for (const row of rows) {
    const page = await services.signingQueries.page(row.id, row.person_id)
    if (!page) continue
    commands.push({
      signatoryId: row.id, signerId: row.person_id, actor: `person:${row.person_id}`, method: 'drawn', typed: null, drawn: DRAWN,
      renditionHash: page.rendition.hash, formKey: `bench-${row.id}`, assurance: 'session', address: '192.0.2.7', userAgent: 'bench',
    })
  }
  return commands
}
