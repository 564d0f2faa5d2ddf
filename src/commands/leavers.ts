import { readFileSync } from 'node:fs'
import type { Scope } from '../features/machines/scopes.ts'
import { findSchool } from '../features/schools/school-store.ts'
import type { Services } from '../services.ts'
import { addDays, instantAt, isCalendarDate, longInstant, today } from '../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../shared/errors.ts'
import { answer } from './access.ts'
import { type Command, type Output, parse, wholeNumber, withServices } from './command.ts'
import { onePerson } from './one-person.ts'
import { reportRun, showRun } from './report-run.ts'
import { mayDecide, type Runner, runnerOf, TOKEN_FLAG, wholeTrust } from './runner.ts'

const usage = 'leavers [--plan | --list FILE [--school NAME] [--last-day D] | --show RUN | --exclude RUN --person P | --include RUN --person P | --apply RUN [--count N] [--anyway | --at WHEN] '
  + '| --stop RUN | --resume RUN | --retry RUN | --set-aside RUN | --verify RUN | --report RUN [--csv FILE] [--pdf FILE] | --undo RUN [--person P]] [--token T]'

/** What can be done with a run, and what a token needs for it. */
const ACTS = {
  show: 'access:report', exclude: 'access:plan', include: 'access:plan', apply: 'access:approve', stop: 'access:approve', resume: 'access:approve', retry: 'access:approve',
  'set-aside': 'access:approve', verify: 'access:report', report: 'access:report', undo: 'access:undo',
} as const satisfies Record<string, Scope>
type Act = keyof typeof ACTS
const acts = Object.keys(ACTS) as Act[]

export const leaversCommand: Command = {
  name: 'leavers',
  usage,
  summary: 'Plans the suspension of people who have left; shows, changes, applies, stops, checks, reports and undoes such a run.',
  run(argv, out) {
    const text = { type: 'string' } as const
    const { values } = parse(argv, {
      plan: { type: 'boolean', default: false }, list: text, school: text, 'last-day': text, show: text, exclude: text, include: text, apply: text, stop: text, resume: text, retry: text, 'set-aside': text,
      verify: text, report: text, undo: text, person: { type: 'string', multiple: true }, count: text, anyway: { type: 'boolean', default: false }, at: text, csv: text, pdf: text, ...TOKEN_FLAG,
    }, usage)
    const wrong = (what: string) => new UnusableInput({ what, where: 'command line', remedy: `Usage: assent ${usage}` })
    const chosen = acts.filter((act) => values[act] !== undefined)
    if (chosen.length + Number(values.plan && values.list === undefined) + Number(values.list !== undefined) > 1) {
      throw wrong(`Only one of --plan, --list, ${acts.map((act) => `--${act}`).join(', ')} can be done at a time.`)
    }
    const act = chosen[0] ?? null
    const people = values.person ?? []
    if (people.length > 0 && !(act === 'undo' || act === 'exclude' || act === 'include')) throw wrong('--person goes with --exclude, --include and --undo.')
    if (people.length === 0 && (act === 'exclude' || act === 'include')) throw wrong(`--${act} needs --person: an id, a username or an admission number.`)
    if (people.length > 1 && act === 'undo') throw wrong('--undo gives back to everybody, or to one --person.')
    if ((values.at !== undefined || values.anyway) && !['apply', 'resume', 'retry'].includes(act ?? '')) throw wrong('--at and --anyway go with --apply.')
    if ((values.csv !== undefined || values.pdf !== undefined) && act !== 'report') throw wrong('--csv and --pdf go with --report.')
    if (values.anyway && values.at !== undefined) throw wrong('Either begin --anyway or at a time.')
    return withServices(async (services) => {
      const { accounts } = services
      const runner = await runnerOf(services, values.token, `leavers${act ? ` --${act}` : values.list ? ' --list' : values.plan ? ' --plan' : ''}`)
      const count = wholeNumber(values.count, '--count')
      if (act === null && values.list !== undefined) return listed(services, out, runner, { ...values, list: values.list })
      if (act === null) {
        wholeTrust(runner, 'access:plan', 'a list of that school (--list FILE --school NAME)')
        return answer(out, await accounts.reconcile.leavers({ planOnly: values.plan, actor: runner.label }))
      }
      const run = values[act] ?? ''
      if ((await services.plans.get(run))?.kind !== 'access') throw new NotFound('There is no such access plan.')
      const schools = runner.schools(ACTS[act])
      if (act === 'show') return showRun(services, out, run, schools)
      if (act === 'report') return reportRun(services, out, run, schools, { csv: values.csv, pdf: values.pdf })
      await mayDecide(services, runner, ACTS[act], run)
      const ids = []
      for (const person of people) ids.push(await onePerson(services, person, schools))
      const [only] = ids
      const approval = { actor: runner.label, anyway: values.anyway }
      switch (act) {
        case 'exclude': case 'include': return chosenLines(services, out, runner, run, ids, act === 'exclude')
        case 'apply': return values.at === undefined ? answer(out, await accounts.reconcile.apply(run, { ...approval, count })) : scheduled(services, out, runner, run, count, values.at)
        case 'resume': case 'retry': return answer(out, await accounts.reconcile.retry(run, approval))
        case 'stop': return stopped(services, out, runner, run)
        case 'set-aside': return setAside(services, out, runner, run)
        case 'verify': return verified(services, out, runner, run)
        case 'undo': return only === undefined ? answer(out, await accounts.reconcile.undo(run, { actor: runner.label })) : givenBack(services, out, runner, run, only)
      }
    })
  },
}

/** Makes the plan of a list and says whom each line was understood to mean; a person applies it (exit 3). */
async function listed(services: Services, out: Output, runner: Runner, values: { list: string; school?: string | undefined; 'last-day'?: string | undefined }): Promise<number> {
  const { accounts, schools, clock } = services
  let text: string
  try {
    text = readFileSync(values.list, 'utf8')
  } catch (error) {
    throw new UnusableInput({ what: `The list ${values.list} cannot be read (${(error as NodeJS.ErrnoException).code}).`, where: values.list, remedy: 'Check the path and that you may read it.' })
  }
  const all = await schools.all()
  const within = runner.schools('access:plan')
  const school = values.school === undefined ? null : findSchool(all, { name: values.school, urn: values.school })
  if (values.school !== undefined && (!school || (within !== 'all' && !within.includes(school.id)))) {
    throw new UnusableInput({ what: `There is no school "${values.school}".`, where: '--school', remedy: `Known are: ${all.filter(({ id }) => within === 'all' || within.includes(id)).map(({ name }) => name).join(', ') || 'none'}.` })
  }
  if (school === null) wholeTrust(runner, 'access:plan', 'a list of that school (--list FILE --school NAME)')
  const lastDay = values['last-day'] ?? addDays(today(clock.now()), -1)
  if (!isCalendarDate(lastDay)) throw new UnusableInput({ what: `"${lastDay}" is no date.`, where: '--last-day', remedy: 'Write it as 2026-07-17.' })
  const list = await accounts.listed.make({ text, schoolId: school?.id ?? null, lastDay, actor: runner.label, within })
  const leftOut = list.entries.filter(({ status }) => !['found', 'moves', 'no-account'].includes(status)).map(({ line, text: said, status, note }) => ({ line, text: said, status, note }))
  const report = await accounts.listed.plan(list.id, runner.label)
  out.answer({ ...report, list: { lines: list.entries.length, meant: list.entries.length - leftOut.length, leftOut } }, [
    `Run ${report.run}: ${report.planned} accounts planned for ${list.entries.length - leftOut.length} of ${list.entries.length} lines.`,
    ...leftOut.map(({ line, text: said, status, note }) => `Left out: line ${line}, ${said}: ${status}${note ? ` (${note})` : ''}`),
    ...report.held.map((reason) => `Held: ${reason}`), `To apply after looking at it: assent leavers --apply ${report.run}`,
  ].join('\n'))
  return 3
}

/** As the page does it: the brake's count follows, what it asked for stands. */
async function chosenLines({ accounts, plans }: Services, out: Output, { label, actor }: Runner, run: string, people: readonly string[], leave: boolean): Promise<number> {
  if (actor?.personId && people.includes(actor.personId)) throw new Refused({ what: 'P7: this is about the token’s own person.', remedy: 'A colleague must decide it.' })
  const lines = await accounts.choices.leaveOut(run, people, leave, label)
  const count = (await plans.get(run))?.brake.count ?? 0
  out.answer({ run, people: people.length, lines, count }, `Run ${run}: ${lines} accounts ${leave ? 'left out' : 'put back'}; it concerns ${count} people now.`)
  return 0
}

/** The worker begins it then; nothing is changed now. */
async function scheduled({ accessJobs, clock }: Services, out: Output, { label }: Runner, run: string, count: number | null, when: string): Promise<number> {
  const parts = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})$/.exec(when)
  const startAt = parts?.[1] && parts[2] && isCalendarDate(parts[1]) && parts[2] < '24:00' ? instantAt(parts[1], parts[2]) : null
  if (startAt === null || startAt <= clock.now()) throw new UnusableInput({ what: `--at must be a day and time later than now; it was "${when}".`, where: '--at', remedy: 'Write it as 2026-07-17T16:30, in the time of the United Kingdom.' })
  await accessJobs.requestApply(run, { actor: label, count, startAt })
  out.answer({ run, startsAt: new Date(startAt).toISOString() }, `Run ${run} begins on ${longInstant(startAt)}, while a worker runs. To call it off: assent leavers --stop ${run}`)
  return 0
}

async function stopped({ accounts, accessJobs }: Services, out: Output, { label }: Runner, run: string): Promise<number> {
  const calledOff = await accessJobs.callOff(run)
  if (!calledOff) await accounts.choices.stop(run, label)
  out.answer({ run, stopped: true }, calledOff ? `Run ${run} was called off before it began.` : `Run ${run} stops after the accounts it is at. To go on: assent leavers --resume ${run}`)
  return 0
}

async function setAside({ accounts }: Services, out: Output, { label }: Runner, run: string): Promise<number> {
  await accounts.reconcile.setAside(run, label)
  out.answer({ run, setAside: true }, `Run ${run} is set aside. Nothing was changed.`)
  return 0
}

/** Exit 3 where some account is not as it should be. */
async function verified({ accounts }: Services, out: Output, { label }: Runner, run: string): Promise<number> {
  const found = await accounts.verifyRun(run, label)
  out.answer(found, [
    `Run ${run}: ${found.asWanted} of ${found.looked} accounts are as they should be${found.waiting > 0 ? `, ${found.waiting} wait for a person to do a task` : ''}.`,
    ...found.differ.map(({ account, directory, why }) => `${account}, ${directory}: ${why}`),
  ].join('\n'))
  return found.differ.length > 0 ? 3 : 0
}

async function givenBack({ accounts, worker }: Services, out: Output, { label }: Runner, run: string, person: string): Promise<number> {
  const lifted = await accounts.choices.giveBack(run, person, label)
  await worker.runUntilIdle()
  out.answer({ run, person, lifted }, `Run ${run}: access of one person given back.`)
  return 0
}
