import type { Services } from '../services.ts'
import { createRandom } from './random.ts'

/** What part of the demo's people has signed when it opens. */
const SHARE = { pupil: 0.62, self: 0.7, guardian: 0.48 }

/** How many of the parents who sign answer the optional questions too. */
const ANSWERED = 0.7

/** Lets a part of the school sign along the real road, one transaction each; the demo's personas are left with theirs to do. */
export async function signSome(services: Services, except: ReadonlySet<string>): Promise<number> {
  const { db, signing, signingQueries, people } = services
  const random = createRandom(7)
  const rows = await db.read('signatories as s').join('requests as r', 'r.id', 's.request_id').where('s.state', 'open').where('r.state', 'open')
    .orderBy('s.id').select('s.id', 's.slot', 's.act', 'r.person_id')
  let signed = 0
  for (const row of rows) {
    if (!random.chance(SHARE[row.slot as keyof typeof SHARE])) continue
    const signerId = row.slot === 'guardian' ? await firstGuardian(services, row.person_id) : row.person_id as string
    if (!signerId || except.has(signerId) || except.has(row.person_id)) continue
    const page = await signingQueries.page(row.id, signerId)
    const signer = await people.person(signerId)
    // Whoever is asked can read it: a demo in which parents meet "not found" must not start as if nothing were wrong.
    if (!page || !signer) throw new Error(`The demo: ${row.slot} cannot open ${row.id}, although they are asked to sign it.`)
    const clicked = row.act === 'acknowledge'
    const choices = row.slot === 'guardian' && random.chance(ANSWERED) ? (await services.consents.about(row.person_id, signerId, 'en-GB'))?.questions ?? [] : []
    const done = await signing.sign({
      signatoryId: row.id, signerId, actor: `person:${signerId}`, method: clicked ? 'clicked' : 'typed', typed: clicked ? null : signer.name, drawn: null,
      renditionHash: page.rendition.hash, formKey: `demo-${row.id}`, assurance: row.slot === 'guardian' ? 'mailed-link' : 'session', address: null, userAgent: null,
      choices: choices.map(({ question, said }) => ({ questionId: question.id, hash: said.hash, answer: random.chance(0.8) ? 'yes' as const : 'no' as const })),
    })
    if (done.kind === 'signed') signed += 1
  }
  return signed
}

async function firstGuardian({ people }: Services, pupilId: string): Promise<string | null> {
  const links = (await people.guardiansOf([pupilId])).get(pupilId) ?? []
  return links.find((link) => link.maySign && !link.doNotContact)?.guardianId ?? null
}
