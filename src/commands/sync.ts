import type { RunReport } from '../features/roster/roster-run.ts'
import type { UndoReport } from '../features/roster/undo/roster-undo.ts'
import type { SyncCommand } from '../features/roster/sync-command.ts'
import { SOURCE_FORMATS } from '../adapters/sources/create-source.ts'
import type { Services } from '../services.ts'
import { NotFound, Refused, UnusableInput } from '../shared/errors.ts'
import { keepMemorySmall } from './keep-memory-small.ts'
import { type Command, type Output, parse, wholeNumber, withServices } from './command.ts'
import { type Runner, runnerOf, TOKEN_FLAG, wholeTrust } from './runner.ts'

const usage = 'sync SOURCE [--from PATH] [--name N] [--school NAME] [--plan] [--approve RUN --count N] [--merge RUN --count N] [--token T] | sync --undo RUN [--plan] [--count N] [--token T]'

export const syncCommand: Command = {
  name: 'sync',
  usage,
  summary: 'Reads a roster: stages, plans, refuses or holds, applies what is not held.',
  async run(argv, out) {
    const { values, positionals } = parse(argv, {
      from: { type: 'string' }, name: { type: 'string' }, school: { type: 'string' }, plan: { type: 'boolean', default: false },
      approve: { type: 'string' }, merge: { type: 'string' }, undo: { type: 'string' }, count: { type: 'string' }, ...TOKEN_FLAG,
    }, usage, 1)
    keepMemorySmall()
    return withServices(async (services) => {
      const runner = await runnerOf(services, values.token, `sync${values.merge ? ' --merge' : values.undo ? ' --undo' : values.approve ? ' --approve' : ''}`)
      if (values.undo) return undo(services, runner, values.undo, { planOnly: values.plan, count: wholeNumber(values.count, '--count') }, out)
      await mayRead(services, runner, values.merge ?? values.approve ?? null)
      if (values.merge) {
        const merged = await services.merges.merge(values.merge, { actor: runner.label, count: wholeNumber(values.count, '--count'), leaveOut: [] })
        out.answer({ run: values.merge, merged }, `${merged} new identifiers are remembered. Now read the file again.`)
        return 0
      }
      const report = values.approve
        ? await services.roster.approve(values.approve, { actor: runner.label, count: wholeNumber(values.count, '--count') })
        : await services.roster.sync(commandOf(services, runner.label, positionals[0], values))
      out.answer(publicReport(report), lines(report, services.config.baseUrl))
      return report.refused.length > 0 || report.held.length > 0 ? 3 : 0
    })
  },
}

/** Taking a reading back concerns everybody in it, so a token has to count for the whole trust. @throws Refused */
async function undo({ rosterUndo, rosterQueries }: Services, runner: Runner, run: string, { planOnly, count }: { planOnly: boolean; count: number | null }, out: Output): Promise<number> {
  wholeTrust(runner, 'roster:approve')
  const planned = await rosterUndo.plan(run, runner.label)
  if ((await rosterQueries.undoneAmong(planned.undo, runner.actor?.relatedTo ?? [])).length > 0) throw new Refused({ what: 'P7: the token’s person has a family link to somebody in this reading.', remedy: 'A colleague must decide it.' })
  const done = planOnly || planned.state === 'applied' ? planned : await rosterUndo.apply(run, { actor: runner.label, count, undo: planned.undo })
  out.answer(done, undoLines(done, planOnly))
  return 0
}

/** As on the pages: who reads a roster for the trust, and who approves what concerns their schools and no child of their own (P7). @throws NotFound, Refused, Forbidden */
async function mayRead({ rosterQueries }: Services, runner: Runner, run: string | null): Promise<void> {
  if (run === null) return wholeTrust(runner, 'roster:run')
  const schools = runner.schools('roster:approve')
  if (runner.actor === null) return
  const found = await rosterQueries.run(run, { schools, label: runner.label })
  if (!found || await rosterQueries.holdsOthers(found)) throw new NotFound('There is no such run.')
  if (await rosterQueries.holdsOneOf(found, runner.actor.relatedTo ?? [])) throw new Refused({ what: 'P7: the token’s person has a family link to somebody in this reading.', remedy: 'A colleague must decide it.' })
}

function commandOf(
  { config }: Services, actor: string, source: string | undefined, values: { from?: string | undefined; name?: string | undefined; school?: string | undefined; plan: boolean },
): SyncCommand {
  if (!source) throw new UnusableInput({ what: 'Say which source to read.', where: 'command line', remedy: `Usage: assent ${usage}` })
  const configured = config.sources.find((candidate) => candidate.name === source)
  const common = { planOnly: values.plan, actor }
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

function undoLines(report: UndoReport, planOnly: boolean): string {
  const { endsLifted, endsSet, missing, withdrawn, kept, details, changedSince } = report
  return [
    `${planOnly ? 'Undoing' : 'Undone:'} run ${report.run} of ${report.source}${planOnly ? ' would concern' : ' concerned'} ${report.people === 1 ? '1 person' : `${report.people} people`}.`,
    `Place given back: ${endsLifted}; ended again: ${endsSet}; no longer missing: ${missing}; details back: ${details}; joiners that go: ${withdrawn}, that stay: ${kept}; changed since: ${changedSince}.`,
    ...(report.newer > 0 ? [`${report.newer} newer readings of this source have been applied since. What they changed is left as it is.`] : []),
    ...report.left.slice(0, 20).map(({ subject, reason }) => `${subject}: ${reason}.`),
    ...(report.left.length > 20 ? [`... and ${report.left.length - 20} more.`] : []),
  ].join('\n')
}

const count = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`

/** The contract's fields first; more may follow. */
function publicReport(report: RunReport): object {
  const { run, source, read, joiners, movers, leavers, missing, changed, unchanged, rejected, refused, held, warnings, rejectedCount, heldPeople, state } = report
  return { run, source, read, joiners, movers, leavers, missing, changed, unchanged, rejected, refused, held, state, warnings, rejectedCount, heldPeople }
}

function lines(report: RunReport, baseUrl: string): string {
  const counts = `${report.read} read: ${count(report.joiners, 'joiner')}, ${count(report.movers, 'mover')}, ${count(report.leavers, 'leaver')}, ${report.changed} changed, ${report.unchanged} unchanged; ${report.missing} newly missing.`
  return [
    `Run ${report.run} of ${report.source}: ${report.state}.`, counts,
    ...report.warnings.map((text) => `Note: ${text}`),
    ...report.rejected.slice(0, 20).map((row) => `Rejected: ${row.file}, line ${row.line}: ${row.reason}`),
    ...(report.rejectedCount > 20 ? [`... and ${report.rejectedCount - 20} more rejected rows.`] : []),
    ...report.refused.map((text) => `Refused: ${text}`),
    ...report.held.map((text) => `Held: ${text}`),
    ...(report.held.length > 0 && report.state === 'held' ? [`To see who and why: ${baseUrl}/rosters/runs/${report.run}`, `To approve after looking at it: assent sync ${report.source} --approve ${report.run} (with --count N, their number, where it asks for it)`] : []),
  ].join('\n')
}
