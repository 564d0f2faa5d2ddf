import type { AccessReport } from '../features/accounts/access-plans.ts'
import { type Command, type Output, parse, withServices } from './command.ts'
import { runnerOf, TOKEN_FLAG, wholeTrust } from './runner.ts'

const usage = 'reconcile [--directory NAME] [--plan] [--token T]'

export const reconcileCommand: Command = {
  name: 'reconcile',
  usage,
  summary: 'Brings the directories to what access everybody should have.',
  run(argv, out) {
    const { values } = parse(argv, { directory: { type: 'string' }, plan: { type: 'boolean', default: false }, ...TOKEN_FLAG }, usage)
    return withServices(async (services) => {
      const runner = await runnerOf(services, values.token, 'reconcile')
      wholeTrust(runner, 'access:plan')
      return answer(out, await services.accounts.reconcile.reconcile({ planOnly: values.plan, actor: runner.label, ...(values.directory ? { directory: values.directory } : {}) }))
    })
  },
}

/** Exit 4 when some accounts failed technically, 3 when something waits for a person. */
export function answer(out: Output, report: AccessReport): number {
  const { run, planned, applied, verified, failed, held } = report
  out.answer(report, [
    `Run ${run}: ${planned} planned, ${applied} applied, ${verified} verified, ${failed} failed.`,
    ...held.map((text) => `Held: ${text}`),
    ...(held.length > 0 ? [`To apply after looking at it: assent leavers --apply ${run}`] : []),
  ].join('\n'))
  if (failed > 0) return 4
  return held.length > 0 ? 3 : 0
}
