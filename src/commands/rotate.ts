import { X509Certificate } from 'node:crypto'
import { SecretFiles } from '../adapters/storage/secret-files.ts'
import { changeAuditKey } from '../features/audit/change-audit-key.ts'
import { rotateSessionSecret } from '../features/identity/session-secrets.ts'
import { rotateSealCertificate } from '../features/signing/open-sealer.ts'
import { newSecret } from '../open-services.ts'
import type { Services } from '../services.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, operator, type Output, parse, withServices } from './command.ts'

const usage = 'rotate certificate | rotate ledger-key | rotate sign-in-key | rotate session-secret [--end-sessions]'

export const rotateCommand: Command = {
  name: 'rotate',
  usage,
  summary: 'Makes a new sealing certificate, or a new key for the ledger, for identity providers to encrypt with, or for sessions; what was sealed and signed before stays valid.',
  async run(argv, out) {
    const { values, positionals: [what] } = parse(argv, { 'end-sessions': { type: 'boolean' } }, usage, 1)
    const known = what === 'session-secret' || (['certificate', 'ledger-key', 'sign-in-key'].includes(what ?? '') && !values['end-sessions'])
    if (!known) throw new UnusableInput({ what: 'Say what to renew.', where: 'command line', remedy: `Usage: assent ${usage}` })
    return withServices(async (services) => {
      const secrets = new SecretFiles(services.config.dataDir)
      if (what === 'session-secret') return rotateSecret(services, secrets, values['end-sessions'] ?? false, out)
      if (what === 'sign-in-key') {
        const { fingerprint256: fingerprint, validTo } = new X509Certificate(await services.signIn.encryption.rotate())
        await services.db.transaction(() => services.audit.record({ actor: operator(), event: 'sign-in.encryption-key-renewed', payload: { fingerprint } }))
        const day = new Date(validTo).toISOString().slice(0, 10)
        out.answer({ rotated: what, fingerprint, until: day }, `Our metadata offers the new certificate (SHA-256 ${fingerprint}) from now on. Give it to the identity providers; until the next change the key before opens what they send as well.`)
        return 0
      }
      if (what === 'ledger-key') {
        const { from, to } = await changeAuditKey({ ...services, folder: secrets.folder, actor: operator() })
        out.answer({ rotated: what, from, to }, `The ledger has named its next key, ${to}. Start Assent anew: a server that runs keeps the old one.`)
        return 0
      }
      const until = await rotateSealCertificate({ ...services, secrets })
      await services.db.transaction(() => services.audit.record({ actor: operator(), event: 'certificate.renewed', payload: { before: services.sealer.certificateId, until: new Date(until).toISOString() } }))
      const day = new Date(until).toISOString().slice(0, 10)
      out.answer({ rotated: what, until: day }, `The new certificate seals until ${day}. Start Assent anew: a server that runs keeps the old one.`)
      return 0
    })
  },
}

/**
 * The secret alone lets nobody in: who is signed in stands in the database under random identifiers. So cookies under the one before count until
 * the longest session has ended, and nobody is signed out; after a break-in `end` ends everything at once.
 */
async function rotateSecret(services: Services, secrets: SecretFiles, end: boolean, out: Output): Promise<number> {
  const { db, audit, sessions, clock, ids, config } = services
  const now = clock.now()
  const until = end ? now : now + config.security.sessionHours * 3_600_000
  rotateSessionSecret(secrets, () => newSecret(ids), until)
  const ended = await db.transaction(async () => {
    const count = end ? await sessions.endAll() : 0
    await audit.record({ actor: operator(), event: 'session-secret.renewed', payload: { before: new Date(until).toISOString(), ended: count } })
    return count
  })
  const said = end ? `All ${ended} sessions have ended. Start every process of Assent anew now.`
    : `Nobody is signed out: the one before counts until ${new Date(until).toISOString()}. Start every process of Assent anew before then.`
  out.answer({ rotated: 'session-secret', until: new Date(until).toISOString(), sessionsEnded: ended }, `The new secret for sessions counts from the next start on. ${said}`)
  return 0
}
