import { readFileSync } from 'node:fs'
import type { AccessReport } from '../features/accounts/access-plans.ts'
import { findSchool } from '../features/schools/school-store.ts'
import type { Services } from '../services.ts'
import { addDays, isCalendarDate, today } from '../shared/dates.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, operator, type Output, parse, wholeNumber, withServices } from './command.ts'

const leaversUsage = 'leavers [--plan | --list FILE [--school NAME] [--last-day D] | --apply RUN [--count N] [--anyway] | --stop RUN | --retry RUN | --undo RUN [--person ID]]'
const reconcileUsage = 'reconcile [--directory NAME] [--plan]'

export const leaversCommand: Command = {
  name: 'leavers',
  usage: leaversUsage,
  summary: 'Plans, applies, stops, retries or undoes the suspension of people who have left.',
  run(argv, out) {
    const { values } = parse(argv, {
      plan: { type: 'boolean', default: false }, apply: { type: 'string' }, undo: { type: 'string' }, stop: { type: 'string' }, retry: { type: 'string' }, person: { type: 'string' }, count: { type: 'string' },
      anyway: { type: 'boolean', default: false }, list: { type: 'string' }, school: { type: 'string' }, 'last-day': { type: 'string' },
    }, leaversUsage)
    const acts = [values.plan && !values.list, values.apply, values.undo, values.stop, values.retry, values.list].filter(Boolean)
    if (acts.length > 1) {
      throw new UnusableInput({ what: 'Only one of --plan, --list, --apply, --stop, --retry and --undo can be done at a time.', where: 'command line', remedy: `Usage: assent ${leaversUsage}` })
    }
    if (values.person && !values.undo) throw new UnusableInput({ what: '--person goes with --undo.', where: 'command line', remedy: `Usage: assent ${leaversUsage}` })
    return withServices(async (services) => {
      const { accounts } = services
      const actor = operator()
      const count = wholeNumber(values.count, '--count')
      if (values.list) return listed(services, out, { ...values, list: values.list })
      if (values.apply) return answer(out, await accounts.reconcile.apply(values.apply, { actor, count, anyway: values.anyway }))
      if (values.retry) return answer(out, await accounts.reconcile.retry(values.retry, { actor, anyway: values.anyway }))
      if (values.stop) return stopped(services, out, values.stop)
      if (values.undo && values.person) return givenBack(services, out, values.undo, values.person)
      if (values.undo) return answer(out, await accounts.reconcile.undo(values.undo, { actor }))
      return answer(out, await accounts.reconcile.leavers({ planOnly: values.plan, actor }))
    })
  },
}

/** Makes the plan of a list and says whom each line was understood to mean; a person applies it (exit 3). */
async function listed(services: Services, out: Output, values: { list: string; school?: string | undefined; 'last-day'?: string | undefined }): Promise<number> {
  const { accounts, schools, clock } = services
  let text: string
  try {
    text = readFileSync(values.list, 'utf8')
  } catch (error) {
    throw new UnusableInput({ what: `The list ${values.list} cannot be read (${(error as NodeJS.ErrnoException).code}).`, where: values.list, remedy: 'Check the path and that you may read it.' })
  }
  const all = await schools.all()
  const school = values.school === undefined ? null : findSchool(all, { name: values.school, urn: values.school })
  if (values.school !== undefined && !school) throw new UnusableInput({ what: `There is no school "${values.school}".`, where: '--school', remedy: `Known are: ${all.map(({ name }) => name).join(', ') || 'none'}.` })
  const lastDay = values['last-day'] ?? addDays(today(clock.now()), -1)
  if (!isCalendarDate(lastDay)) throw new UnusableInput({ what: `"${lastDay}" is no date.`, where: '--last-day', remedy: 'Write it as 2026-07-17.' })
  const list = await accounts.listed.make({ text, schoolId: school?.id ?? null, lastDay, actor: operator(), within: 'all' })
  const leftOut = list.entries.filter(({ status }) => !['found', 'moves', 'no-account'].includes(status)).map(({ line, text: words, status, note }) => ({ line, text: words, status, note }))
  const report = await accounts.listed.plan(list.id, operator())
  out.answer({ ...report, list: { lines: list.entries.length, meant: list.entries.length - leftOut.length, leftOut } }, [
    `Run ${report.run}: ${report.planned} accounts planned for ${list.entries.length - leftOut.length} of ${list.entries.length} lines.`,
    ...leftOut.map(({ line, text: words, status, note }) => `Left out: line ${line}, ${words}: ${status}${note ? ` (${note})` : ''}`),
    ...report.held.map((reason) => `Held: ${reason}`), `To apply after looking at it: assent leavers --apply ${report.run}`,
  ].join('\n'))
  return 3
}

async function stopped({ accounts, accessJobs }: Services, out: Output, run: string): Promise<number> {
  const calledOff = await accessJobs.callOff(run)
  if (!calledOff) await accounts.choices.stop(run, operator())
  out.answer({ run, stopped: true }, calledOff ? `Run ${run} was called off before it began.` : `Run ${run} stops after the account it is at. To go on: assent leavers --retry ${run}`)
  return 0
}

async function givenBack({ accounts, worker }: Services, out: Output, run: string, person: string): Promise<number> {
  const lifted = await accounts.choices.giveBack(run, person, operator())
  await worker.runUntilIdle()
  out.answer({ run, person, lifted }, `Run ${run}: access of one person given back.`)
  return 0
}

export const reconcileCommand: Command = {
  name: 'reconcile',
  usage: reconcileUsage,
  summary: 'Brings the directories to what access everybody should have.',
  run(argv, out) {
    const { values } = parse(argv, { directory: { type: 'string' }, plan: { type: 'boolean', default: false } }, reconcileUsage)
    return withServices(async ({ accounts }) => answer(out, await accounts.reconcile.reconcile({
      planOnly: values.plan, actor: operator(), ...(values.directory ? { directory: values.directory } : {}),
    })))
  },
}

/** Exit 4 when some accounts failed technically, 3 when something waits for a person. */
function answer(out: Output, report: AccessReport): number {
  const { run, planned, applied, verified, failed, held } = report
  out.answer(report, [
    `Run ${run}: ${planned} planned, ${applied} applied, ${verified} verified, ${failed} failed.`,
    ...held.map((text) => `Held: ${text}`),
    ...(held.length > 0 ? [`To apply after looking at it: assent leavers --apply ${run}`] : []),
  ].join('\n'))
  if (failed > 0) return 4
  return held.length > 0 ? 3 : 0
}
