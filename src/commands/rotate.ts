import { SecretFiles } from '../adapters/storage/secret-files.ts'
import { changeAuditKey } from '../features/audit/change-audit-key.ts'
import { rotateSealCertificate } from '../features/signing/open-sealer.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, operator, parse, withServices } from './command.ts'

const usage = 'rotate certificate | rotate ledger-key'

export const rotateCommand: Command = {
  name: 'rotate',
  usage,
  summary: 'Makes a new sealing certificate, or a new key for the ledger; what was sealed and signed before stays valid.',
  async run(argv, out) {
    const what = parse(argv, {}, usage, 1).positionals[0]
    if (what !== 'certificate' && what !== 'ledger-key') throw new UnusableInput({ what: 'Say what to renew.', where: 'command line', remedy: `Usage: assent ${usage}` })
    return withServices(async (services) => {
      const secrets = new SecretFiles(services.config.dataDir)
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
