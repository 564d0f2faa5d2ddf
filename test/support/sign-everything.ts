import { DEMO_STROKES } from './strokes.ts'
import type { SignCommand } from '../../src/features/signing/sign-command.ts'
import type { TestApp } from './test-app.ts'

/** Signs every open slot through the service: adults and pupils in turn typed and drawn. Gives the signatures' ids; nothing is sealed yet. */
export async function signEverything({ services, db }: Pick<TestApp, 'services' | 'db'>, change: Partial<SignCommand> = {}): Promise<string[]> {
  const slots = await db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where('s.state', 'open').where('r.state', 'open')
    .orderBy('s.id').select('s.id', 's.slot', 's.act', 'r.person_id')
  const done: string[] = []
  for (const [at, slot] of slots.entries()) {
    const guardians = slot.slot === 'guardian' ? (await services.people.guardiansOf([slot.person_id])).get(slot.person_id) ?? [] : []
    const signerId: string | undefined = slot.slot === 'guardian' ? guardians.find((link) => link.maySign && !link.doNotContact)?.guardianId : slot.person_id
    const page = signerId === undefined ? null : await services.signingQueries.page(slot.id, signerId)
    if (!page || signerId === undefined) continue
    const drawn = at % 2 === 1 && slot.act === 'sign'
    const outcome = await services.signing.sign({
      signatoryId: slot.id, signerId, actor: `person:${signerId}`, method: slot.act === 'acknowledge' ? 'clicked' : drawn ? 'drawn' : 'typed',
      typed: drawn || slot.act === 'acknowledge' ? null : 'A. Name', drawn: drawn ? DEMO_STROKES : null, renditionHash: page.rendition.hash, formKey: `form-${slot.id}`,
      assurance: 'session', address: '192.0.2.77', userAgent: 'Unusual Browser 9.9', ...change,
    })
    if (outcome.kind === 'signed') done.push(outcome.signature.id)
  }
  return done
}
