import type { Services } from '../services.ts'
import { longDate, today } from '../shared/dates.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, type Output, parse, withServices } from './command.ts'
import { type Runner, runnerOf, TOKEN_FLAG, wholeTrust } from './runner.ts'

const usage = 'retention [--propose archive|delete|all [--account A] | --approve TASK|all] [--token T]'
const STEPS = ['archive', 'delete', 'all'] as const
type Wish = (typeof STEPS)[number]

export const retentionCommand: Command = {
  name: 'retention',
  usage,
  summary: 'Lists suspended accounts that are due to be archived or deleted; proposes the next step; approves, as a second person, what people do by hand.',
  run(argv, out) {
    const { values } = parse(argv, { propose: { type: 'string' }, account: { type: 'string', multiple: true }, approve: { type: 'string', multiple: true }, ...TOKEN_FLAG }, usage)
    const wrong = (what: string) => new UnusableInput({ what, where: 'command line', remedy: `Usage: assent ${usage}` })
    const wish = STEPS.find((step) => step === values.propose)
    if (values.propose !== undefined && wish === undefined) throw wrong(`--propose is one of ${STEPS.join(', ')}.`)
    if (wish !== undefined && values.approve !== undefined) throw wrong('One person proposes and a second one approves: give --propose or --approve.')
    if (values.account !== undefined && wish === undefined) throw wrong('--account goes with --propose.')
    return withServices(async (services) => {
      const runner = await runnerOf(services, values.token, `retention${wish ? ' --propose' : values.approve ? ' --approve' : ''}`)
      if (wish !== undefined) return proposed(services, runner, out, wish, values.account ?? null)
      if (values.approve !== undefined) return approved(services, runner, out, values.approve)
      return listed(services, runner, out)
    })
  },
}

async function listed({ accounts: { retention }, people }: Services, runner: Runner, out: Output): Promise<number> {
  const schools = runner.schools('access:approve')
  const due = await retention.due(schools)
  const waiting = schools === 'all' ? await retention.proposed() : []
  const names = await people.people([...due, ...waiting].map(({ personId }) => personId))
  const name = (id: string) => names.get(id)?.name ?? ''
  out.answer({
    due: due.map(({ accountId, personId, username, directory, step, suspendedAt, byAssent }) => ({ account: accountId, person: personId, name: name(personId), username, directory, step, suspended: today(suspendedAt), byAssent })),
    proposed: waiting.map(({ taskId, personId, step, what, askedBy, askedAt }) => ({ task: taskId, person: personId, name: name(personId), step, what, proposedBy: askedBy, proposed: today(askedAt) })),
  }, [
    due.length === 0 ? 'Nothing is due.' : `${due.length} accounts are due. To propose them: assent retention --propose archive|delete|all [--account A]`,
    ...due.map(({ step, username, directory, personId, suspendedAt, byAssent }) => `${step} ${username} in ${directory} (${name(personId)}), suspended since ${longDate(today(suspendedAt))}, ${byAssent ? 'done by Assent' : 'done by a person'}`),
    ...(waiting.length === 0 ? [] : [`${waiting.length} steps are proposed and wait for a second person: assent retention --approve TASK|all --token T`]),
    ...waiting.map(({ taskId, what, personId }) => `${taskId}: ${what} (${name(personId)})`),
  ].join('\n'))
  return 0
}

/** Whatever comes of it waits for a second person (exit 3). */
async function proposed({ accounts: { retention } }: Services, runner: Runner, out: Output, wish: Wish, words: readonly string[] | null): Promise<number> {
  const schools = runner.schools('access:approve')
  const due = (await retention.due(schools)).filter(({ step }) => wish === 'all' || step === wish)
  const known = (word: string) => due.filter(({ accountId, username }) => accountId === word || username.toLowerCase() === word.toLowerCase())
  const unknown = words?.find((word) => known(word).length === 0)
  if (unknown !== undefined) throw new UnusableInput({ what: `"${unknown}" is not due${wish === 'all' ? '' : ` to ${wish}`}.`, where: '--account', remedy: 'assent retention lists what is due; give a login or an account id of it.' })
  const chosen = words === null ? due : words.flatMap(known)
  const { tasks, plan } = await retention.propose(chosen.map(({ accountId }) => accountId), schools, runner.label)
  out.answer({ proposed: tasks + (plan?.planned ?? 0), tasks, plan }, chosen.length === 0 ? 'Nothing is due.' : [
    ...(tasks === 0 ? [] : [`${tasks} steps are proposed for people to do by hand. A second person approves: assent retention --approve all --token T`]),
    ...(plan === null ? [] : [`Run ${plan.run}: ${plan.planned} accounts that Assent does itself.`, ...plan.held.map((text) => `Held: ${text}`), `A second person looks at it (assent leavers --show ${plan.run}, --report ${plan.run}) and applies it: assent leavers --apply ${plan.run} --count N --token T`]),
  ].join('\n'))
  return tasks > 0 || plan !== null ? 3 : 0
}

async function approved({ accounts: { retention } }: Services, runner: Runner, out: Output, words: readonly string[]): Promise<number> {
  wholeTrust(runner, 'access:approve')
  const waiting = (await retention.proposed()).map(({ taskId }) => taskId)
  const unknown = words.find((word) => word !== 'all' && !waiting.includes(word))
  if (unknown !== undefined) throw new UnusableInput({ what: `No step "${unknown}" waits for approval.`, where: '--approve', remedy: 'assent retention lists what waits.' })
  const chosen = words.includes('all') ? waiting : words
  const { actor } = runner
  const done = await retention.approve(chosen, runner.label, actor === null ? [] : [...actor.relatedTo ?? [], ...actor.personId === null ? [] : [actor.personId]])
  out.answer({ approved: done, takenOff: chosen.length - done }, `${done} steps are approved and stand on the task list (/access/tasks).${chosen.length > done ? ` ${chosen.length - done} were taken off: the person came back, or is held.` : ''}`)
  return 0
}
