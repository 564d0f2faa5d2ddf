import type { Services } from '../services.ts'
import { longInstant } from '../shared/dates.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, parse, withServices } from './command.ts'
import { runnerOf, TOKEN_FLAG, wholeTrust } from './runner.ts'

const usage = 'directories [--stop NAME | --stop-all | --start NAME | --start-all] [--token T]'

export const directoriesCommand: Command = {
  name: 'directories',
  usage,
  summary: 'Lists the directories; stops Assent’s changes in one or all of them at once, and starts them again.',
  run(argv, out) {
    const { values } = parse(argv, { stop: { type: 'string' }, 'stop-all': { type: 'boolean', default: false }, start: { type: 'string' }, 'start-all': { type: 'boolean', default: false }, ...TOKEN_FLAG }, usage)
    const chosen = [values.stop !== undefined, values['stop-all'], values.start !== undefined, values['start-all']].filter(Boolean).length
    if (chosen > 1) throw new UnusableInput({ what: 'Only one of --stop, --stop-all, --start, --start-all can be done at a time.', where: 'command line', remedy: `Usage: assent ${usage}` })
    return withServices(async (services) => {
      const stops = values.stop !== undefined || values['stop-all']
      const runner = await runnerOf(services, values.token, `directories${chosen === 0 ? '' : stops ? ' --stop' : ' --start'}`)
      wholeTrust(runner, chosen === 0 ? 'access:report' : 'access:approve')
      if (chosen > 0) await services.accounts.reconcile.pause(values.stop ?? values.start ?? null, stops, runner.label)
      const directories = await listed(services)
      out.answer({ directories }, [
        ...(chosen === 0 ? [] : [stops ? 'Stopped. A run that is under way ends after the account it is at.' : 'Switched on again. Plans that were stopped wait: assent leavers --resume RUN']),
        ...directories.map(({ name, kind, mode, paused, connected, accounts, changedByHand, lookedAt, trouble }) => [
          `${name} (${kind}): ${paused ? 'STOPPED' : connected ? mode : 'no longer in the configuration'}`, `${accounts} accounts`, ...(changedByHand > 0 ? [`${changedByHand} changed by hand`] : []),
          lookedAt === null ? 'never looked at' : `looked at on ${longInstant(Date.parse(lookedAt))}`, ...(trouble === null ? [] : [trouble]),
        ].join('; ')),
        ...(directories.length === 0 ? ['No directory is configured.'] : []),
      ].join('\n'))
      return 0
    })
  },
}

async function listed({ accounts }: Services) {
  return (await accounts.directoryQueries.all()).map(({ name, kind, mode, paused, connected, counts, look }) => ({
    name, kind, mode, paused, connected, accounts: counts.all, changedByHand: counts.drift, lookedAt: look === null ? null : new Date(look.lookedAt).toISOString(), trouble: look?.trouble ?? null,
  }))
}
