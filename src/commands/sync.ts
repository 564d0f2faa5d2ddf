import type { RunReport } from '../features/roster/roster-run.ts'
import type { SyncCommand } from '../features/roster/sync-command.ts'
import { SOURCE_FORMATS } from '../adapters/sources/create-source.ts'
import type { Services } from '../services.ts'
import { UnusableInput } from '../shared/errors.ts'
import { keepMemorySmall } from './keep-memory-small.ts'
import { type Command, operator, parse, wholeNumber, withServices } from './command.ts'

const usage = 'sync SOURCE [--from PATH] [--name N] [--school NAME] [--plan] [--approve RUN --count N] [--merge RUN --count N]'

export const syncCommand: Command = {
  name: 'sync',
  usage,
  summary: 'Reads a roster: stages, plans, refuses or holds, applies what is not held.',
  async run(argv, out) {
    const { values, positionals } = parse(argv, {
      from: { type: 'string' }, name: { type: 'string' }, school: { type: 'string' }, plan: { type: 'boolean', default: false },
      approve: { type: 'string' }, merge: { type: 'string' }, count: { type: 'string' },
    }, usage, 1)
    keepMemorySmall()
    return withServices(async (services) => {
      if (values.merge) {
        const merged = await services.merges.merge(values.merge, { actor: operator(), count: wholeNumber(values.count, '--count'), leaveOut: [] })
        out.answer({ run: values.merge, merged }, `${merged} new identifiers are remembered. Now read the file again.`)
        return 0
      }
      const report = values.approve
        ? await services.roster.approve(values.approve, { actor: operator(), count: wholeNumber(values.count, '--count') })
        : await services.roster.sync(commandOf(services, positionals[0], values))
      out.answer(publicReport(report), lines(report))
      return report.refused.length > 0 || report.held.length > 0 ? 3 : 0
    })
  },
}

function commandOf(
  { config }: Services, source: string | undefined, values: { from?: string | undefined; name?: string | undefined; school?: string | undefined; plan: boolean },
): SyncCommand {
  if (!source) throw new UnusableInput({ what: 'Say which source to read.', where: 'command line', remedy: `Usage: assent ${usage}` })
  const configured = config.sources.find((candidate) => candidate.name === source)
  const common = { planOnly: values.plan, actor: operator() }
  if (configured) {
    return {
      name: configured.name, format: configured.format, path: values.from ?? configured.path, ...common,
      // An explicit --from is an operator's act and applies people at once (R10).
      mode: values.from ? 'enforce' : configured.mode, ...(configured.school ? { schoolKey: configured.school } : {}),
    }
  }
  if (!SOURCE_FORMATS.includes(source)) {
    throw new UnusableInput({
      what: `"${source}" is neither a configured source nor a format.`, where: 'command line',
      remedy: `Formats: ${SOURCE_FORMATS.join(', ')}. Configured: ${config.sources.map((entry) => entry.name).join(', ') || 'none'}.`,
    })
  }
  if (!values.from) throw new UnusableInput({ what: 'Say which file, zip or folder to read.', where: 'command line', remedy: `assent sync ${source} --from PATH` })
  return { name: values.name ?? source, format: source, path: values.from, mode: 'enforce', ...common, ...(values.school ? { schoolKey: values.school } : {}) }
}

/** The contract's fields first; more may follow. */
function publicReport(report: RunReport): object {
  const { run, source, read, joiners, movers, leavers, missing, changed, unchanged, rejected, refused, held, warnings, rejectedCount, heldPeople, state } = report
  return { run, source, read, joiners, movers, leavers, missing, changed, unchanged, rejected, refused, held, state, warnings, rejectedCount, heldPeople }
}

function lines(report: RunReport): string {
  const counts = `${report.read} read: ${report.joiners} joiners, ${report.movers} movers, ${report.leavers} leavers, ${report.changed} changed, ${report.unchanged} unchanged; ${report.missing} newly missing.`
  return [
    `Run ${report.run} of ${report.source}: ${report.state}.`, counts,
    ...report.warnings.map((text) => `Note: ${text}`),
    ...report.rejected.slice(0, 20).map((row) => `Rejected: ${row.file}, line ${row.line}: ${row.reason}`),
    ...(report.rejectedCount > 20 ? [`... and ${report.rejectedCount - 20} more rejected rows.`] : []),
    ...report.refused.map((text) => `Refused: ${text}`),
    ...report.held.map((text) => `Held: ${text}`),
    ...(report.held.length > 0 && report.state === 'held' ? [`To approve: assent sync ${report.source} --approve ${report.run} --count N (N: how many people it concerns, once you have looked)`] : []),
  ].join('\n')
}
