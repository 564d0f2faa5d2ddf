import type { ItemAfter } from '../features/accounts/access-item.ts'
import { mayGivePassword } from '../features/accounts/passwords/password-people.ts'
import type { Services } from '../services.ts'
import { today } from '../shared/dates.ts'
import { type Command, type Output, parse, withServices } from './command.ts'
import { type Runner, runnerOf, TOKEN_FLAG, wholeTrust } from './runner.ts'

const usage = 'new-accounts [--waiting] [--token T]'
const MOST_LISTED = 1000

export const newAccountsCommand: Command = {
  name: 'new-accounts',
  usage,
  summary: 'Plans accounts for people who should have one and have none; lists whose new account waits for its first password.',
  run(argv, out) {
    const { values } = parse(argv, { waiting: { type: 'boolean', default: false }, ...TOKEN_FLAG }, usage)
    return withServices(async (services) => {
      const runner = await runnerOf(services, values.token, `new-accounts${values.waiting ? ' --waiting' : ''}`)
      wholeTrust(runner, 'access:plan')
      return values.waiting ? waiting(services, runner, out) : planned(services, runner, out)
    })
  },
}

/** Makes the plan; a person looks at it and applies it (exit 3). */
async function planned({ accounts, accessPageQueries }: Services, runner: Runner, out: Output): Promise<number> {
  const report = await accounts.life.newAccounts(runner.label)
  const lines = (await accessPageQueries.lines(report.run, 'all', null, { offset: 0, limit: MOST_LISTED })).map(({ item, name }) => {
    const { directory, username, make } = item.after as ItemAfter
    return { person: item.subject, name, directory, username, container: make?.container ?? '', problem: item.state === 'skipped' ? item.reason : null }
  })
  const wanted = lines.filter(({ problem }) => problem === null).length
  out.answer({ ...report, accounts: lines }, [
    `Run ${report.run}: ${wanted} accounts to be made${wanted < lines.length ? `, ${lines.length - wanted} that Assent cannot make` : ''}.`,
    ...lines.map(({ name, directory, username, container, problem }) => `${name}, ${directory}: ${problem ?? `${username} in ${container}`}`),
    ...report.held.map((text) => `Note: ${text}`),
    ...(wanted === 0 ? [] : [`To make them after looking at it: assent leavers --apply ${report.run}`]),
  ].join('\n'))
  return wanted > 0 ? 3 : 0
}

async function waiting({ accounts, people, clock }: Services, { actor }: Runner, out: Output): Promise<number> {
  const all = await accounts.passwordStore.firstWanted(MOST_LISTED)
  const ids = all.map(({ personId }) => personId)
  const places = await people.affiliationsOf(ids)
  const teacherSchools = new Set((await accounts.passwordRules.rules()).teacherSchools)
  const theirs = all.filter(({ personId }) => actor === null || mayGivePassword(actor, personId, places.get(personId) ?? [], today(clock.now()), teacherSchools))
  const names = await people.people(ids)
  const found = theirs.map(({ personId, username }) => ({ person: personId, name: names.get(personId)?.name ?? '', username }))
  out.answer({ waiting: found }, found.length === 0 ? 'Nobody waits for a first password.' : [...found.map(({ name, username, person }) => `${name}: ${username} (${person})`), 'To give one: assent password PERSON'].join('\n'))
  return 0
}
