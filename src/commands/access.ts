import type { AccessReport } from '../features/accounts/access-plans.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, operator, type Output, parse, wholeNumber, withServices } from './command.ts'

const leaversUsage = 'leavers [--plan | --apply RUN [--count N] | --undo RUN]'
const reconcileUsage = 'reconcile [--directory NAME] [--plan]'

export const leaversCommand: Command = {
  name: 'leavers',
  usage: leaversUsage,
  summary: 'Plans, applies or undoes the suspension of people who have left.',
  run(argv, out) {
    const { values } = parse(argv, { plan: { type: 'boolean', default: false }, apply: { type: 'string' }, undo: { type: 'string' }, count: { type: 'string' } }, leaversUsage)
    if ([values.plan, values.apply, values.undo].filter(Boolean).length > 1) {
      throw new UnusableInput({ what: 'Only one of --plan, --apply and --undo can be done at a time.', where: 'command line', remedy: `Usage: assent ${leaversUsage}` })
    }
    return withServices(async ({ accounts }) => {
      const actor = operator()
      if (values.apply) return answer(out, await accounts.reconcile.apply(values.apply, { actor, count: wholeNumber(values.count, '--count') }))
      if (values.undo) return answer(out, await accounts.reconcile.undo(values.undo, { actor }))
      return answer(out, await accounts.reconcile.leavers({ planOnly: values.plan, actor }))
    })
  },
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
