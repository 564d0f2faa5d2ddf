import { verifyExport } from '../features/audit/verify-export.ts'
import { exportLog } from '../features/audit/log-export.ts'
import { verifyLog } from '../features/audit/verify-log.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, parse, withServices } from './command.ts'

const usage = 'audit verify [--export FILE] | audit export FILE'

export const auditCommand: Command = {
  name: 'audit',
  usage,
  summary: 'Walks the whole log and names the first bad entry; exports it for others to check.',
  async run(argv, out) {
    const { values, positionals } = parse(argv, { export: { type: 'string' } }, usage, 2)
    const [what, file] = positionals
    if (what === 'verify' && values.export) return report(out, await verifyExport(values.export))
    if (what === 'verify') {
      return withServices(async (services) => {
        await services.sequencer.sequence()
        return report(out, await verifyLog(services.db, { publicKeys: services.auditKey.publicKeys, now: services.clock.now() }))
      })
    }
    if (what === 'export' && file) {
      return withServices(async (services) => {
        await services.sequencer.sequence()
        await exportLog(services.db, file, { publicKeys: services.auditKey.publicKeys, now: services.clock.now() })
        out.answer({ file }, `The log was written to ${file}.`)
        return 0
      })
    }
    throw new UnusableInput({ what: 'Say what to do with the log.', where: 'command line', remedy: `Usage: assent ${usage}` })
  },
}

function report(out: Parameters<Command['run']>[1], verdict: Awaited<ReturnType<typeof verifyLog>>): number {
  const bad = verdict.firstBad
  out.answer(verdict, verdict.valid
    ? `The log is whole: ${verdict.size} entries, root ${verdict.root}.`
    : `The log is not whole. First bad entry: ${bad ? `${bad.index ?? 'none'} (${bad.id ?? 'no id'}): ${bad.reason}` : 'unknown'}`)
  return verdict.valid ? 0 : 5
}
