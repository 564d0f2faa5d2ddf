import { mayGivePassword, MOST_SLIPS, type PasswordGroup, passwordGroups, pupilsOf } from '../features/accounts/passwords/password-people.ts'
import { bySurname, groupName, noteOf, slipsOf, usernames } from '../features/accounts/passwords/password-slips.ts'
import type { PasswordProblem, PasswordsGiven } from '../features/accounts/passwords/temporary-passwords.ts'
import { beyondOf } from '../features/accounts/passwords/power-beyond.ts'
import { isCurrent } from '../features/people/affiliation.ts'
import { findSchool } from '../features/schools/school-store.ts'
import type { Actor } from '../http/actor.ts'
import type { Services } from '../services.ts'
import { today } from '../shared/dates.ts'
import { Refused, UnusableInput } from '../shared/errors.ts'
import { type Command, type Output, parse, withServices } from './command.ts'
import { onePerson } from './one-person.ts'
import { newPrivateFile } from './private-file.ts'
import { type Runner, runnerOf, TOKEN_FLAG } from './runner.ts'

const usage = 'password PERSON [--pdf FILE | --in-the-clear] | password --class NAME | --year CODE [--school S] [--only-new] --pdf FILE [--token T]'

export const passwordCommand: Command = {
  name: 'password',
  usage,
  summary: 'Gives one person, or a class on slips, a temporary password: shown once, kept nowhere. --in-the-clear also where a pipe, a file or --json may keep it: whoever reads that can sign in as them.',
  run(argv, out) {
    const text = { type: 'string' } as const
    const { values, positionals } = parse(argv, { class: text, year: text, school: text, 'only-new': { type: 'boolean', default: false }, pdf: text, 'in-the-clear': { type: 'boolean', default: false }, ...TOKEN_FLAG }, usage, 1)
    const wrong = (what: string, remedy = `Usage: assent ${usage}`) => new UnusableInput({ what, where: 'command line', remedy })
    const [word] = positionals
    const named = values.class ?? values.year
    if ([word, values.class, values.year].filter((one) => one !== undefined).length !== 1) throw wrong('Say who: one person, a --class or a --year.')
    if (named === undefined && (values.school !== undefined || values['only-new'])) throw wrong('--school and --only-new go with --class and --year.')
    if (values.pdf !== undefined && values['in-the-clear']) throw wrong('Give either --pdf or --in-the-clear.')
    if (named !== undefined && values.pdf === undefined) throw wrong('A class gets its passwords on slips: say where to write them (--pdf FILE).')
    if (values.pdf === undefined && !values['in-the-clear'] && (out.json || !process.stdout.isTTY)) {
      throw wrong('A password is shown on a terminal only: a pipe, a file or --json may keep it.', 'Run it on a terminal; or write a slip (--pdf FILE); or add --in-the-clear where nobody else reads, and nothing keeps, what is printed.')
    }
    return withServices(async (services) => {
      const runner = await runnerOf(services, values.token, 'password')
      const group = named === undefined ? null : await theGroup(services, runner, { kind: values.class === undefined ? 'year' : 'group', name: named, school: values.school })
      const ids = group === null ? [await thePerson(services, runner, word ?? '')] : await theirs(services, runner, group, values['only-new'])
      return values.pdf === undefined ? shown(services, runner, out, ids) : printed(services, runner, out, { ids, group, path: values.pdf })
    })
  },
}

/** On the terminal, once. */
async function shown(services: Services, runner: Runner, out: Output, ids: readonly string[]): Promise<number> {
  const outcome = await services.accounts.passwords.give(ids, { actor: runner.label, way: 'screen', beyond: await beyond(services, runner, ids) })
  const [given] = outcome.given
  if (!given) throw noneSet(outcome)
  const problems = outcome.problems.map(told)
  out.answer({ person: given.person.id, usernames: usernames(given), password: given.password, note: noteOf(given), problems }, [
    ...usernames(given).map(({ username, signIn }) => `User name: ${username}${signIn === null ? '' : `   Sign in at: ${signIn}`}`), `Password:  ${given.password}`, noteOf(given),
    'It is kept nowhere and not shown again; a newer one replaces it.', ...problems.map(lineOf),
  ].join('\n'))
  return exitCode(outcome)
}

/** On slips, in a file that this user alone can read. */
async function printed(services: Services, runner: Runner, out: Output, to: { ids: readonly string[]; group: PasswordGroup | null; path: string }): Promise<number> {
  const { accounts, people, schools, pdf, clock } = services
  const { ids, group, path } = to
  const file = newPrivateFile(path)
  let outcome: PasswordsGiven
  try {
    const places = await people.affiliationsOf(ids)
    const names = new Map((await schools.all()).map((school) => [school.id, school.name]))
    const now = clock.now()
    const placeOf = (id: string) => (places.get(id) ?? []).filter((place) => isCurrent(place, today(now))).map((place) => [place.regGroup, names.get(place.schoolId)].filter(Boolean).join(', ')).find((words) => words !== '') ?? ''
    outcome = await accounts.passwords.give(bySurname(ids, await people.people(ids)), { actor: runner.label, way: 'slip', beyond: await beyond(services, runner, ids) })
    if (outcome.given.length === 0) throw noneSet(outcome)
    file.write(await pdf.slips(slipsOf(outcome, {
      title: group === null ? 'Login slip' : `Login slips, ${groupName(group)}`, place: group === null ? placeOf : () => [groupName(group), names.get(group.schoolId)].filter(Boolean).join(', '), now,
    })))
  } catch (error) {
    file.drop()
    throw error
  }
  const problems = outcome.problems.map(told)
  out.answer({ given: outcome.given.length, written: path, problems }, [`${outcome.given.length} slips are in ${path}. Print it, then delete it: the passwords are kept nowhere else.`, ...problems.map(lineOf)].join('\n'))
  return exitCode(outcome)
}

/** Whoever sets a password could sign in by it, so nobody gets one from somebody who may do less. */
const beyond = ({ roleStore, clock }: Services, { actor }: Runner, ids: readonly string[]): Promise<Set<string>> =>
  beyondOf((some) => roleStore.grantsOfMany(some, clock.now()), actor, ids)

/** Exit 4 where a directory did not answer, 3 where somebody gets none. */
const exitCode = ({ problems }: PasswordsGiven): number => (problems.some(({ again }) => again) ? 4 : problems.length > 0 ? 3 : 0)

const told = ({ person, directory, text }: PasswordProblem) => ({ person: person.id, name: person.name, directory, text })

const lineOf = ({ name, directory, text }: ReturnType<typeof told>): string => `${[name, directory].filter(Boolean).join(', ')}: ${text}`

function noneSet({ problems }: PasswordsGiven): Refused {
  return new Refused({ what: `No password was set. ${problems.slice(0, 5).map((problem) => lineOf(told(problem))).join(' ')}`.trim(), remedy: 'Nothing was changed where it says so; elsewhere give a new one later.' })
}

/** The operator may whatever somebody may; a token what its person may, in the token's schools (P7). */
const asActor = ({ actor, label }: Runner): Actor => actor ?? { personId: null, name: '', label, roles: [], can: () => true, schools: () => 'all', scope: () => 'all' }

async function mayGive({ accounts, people, clock }: Services, runner: Runner, ids: readonly string[]): Promise<string[]> {
  const within = runner.schools('passwords:give')
  const on = today(clock.now())
  const teacherSchools = new Set((await accounts.passwordRules.rules()).teacherSchools)
  const places = await people.affiliationsOf(ids)
  return ids.filter((id) => {
    const own = places.get(id) ?? []
    return mayGivePassword(asActor(runner), id, own, on, teacherSchools) && (within === 'all' || own.some((place) => place.role !== 'guardian' && isCurrent(place, on) && within.includes(place.schoolId)))
  })
}

async function thePerson(services: Services, runner: Runner, word: string): Promise<string> {
  const id = await onePerson(services, word, runner.schools('passwords:give'))
  const [allowed] = await mayGive(services, runner, [id])
  if (allowed === undefined) throw new Refused({ what: runner.actor === null ? 'This person is at no school of the trust now.' : 'P7: this is not a person to whom the token’s person gives a password: themself, family, somebody who has left, or an adult without that right.', remedy: 'Ask a colleague who may.' })
  return allowed
}

async function theGroup({ db, accounts, schools, clock }: Services, runner: Runner, wanted: { kind: PasswordGroup['kind']; name: string; school: string | undefined }): Promise<PasswordGroup> {
  const within = runner.schools('passwords:give')
  const all = await schools.all()
  const school = wanted.school === undefined ? null : findSchool(all, { name: wanted.school, urn: wanted.school })
  const groups = await passwordGroups(db, asActor(runner), today(clock.now()), new Set((await accounts.passwordRules.rules()).teacherSchools))
  const found = groups.filter(({ kind, name, schoolId }) => kind === wanted.kind && name.toLowerCase() === wanted.name.toLowerCase() && (within === 'all' || within.includes(schoolId)) && (wanted.school === undefined || schoolId === school?.id))
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  throw new UnusableInput({
    what: found.length === 0 ? `There is no ${wanted.kind === 'group' ? 'class' : 'year'} "${wanted.name}"${wanted.school === undefined ? '' : ` at "${wanted.school}"`} with pupils.` : `${found.length} schools have "${wanted.name}".`, where: 'command line',
    remedy: found.length === 0 ? 'Give the registration group, or the year code, as the records have it.' : `Add --school: ${found.map(({ schoolId }) => all.find(({ id }) => id === schoolId)?.name ?? '').join(', ')}.`,
  })
}

async function theirs(services: Services, runner: Runner, group: PasswordGroup, onlyNew: boolean): Promise<string[]> {
  const reachable = await mayGive(services, runner, await pupilsOf(services.db, group, today(services.clock.now())))
  const had = onlyNew ? await services.accounts.passwordStore.newestOf(reachable) : new Map<string, unknown>()
  const ids = reachable.filter((id) => !had.has(id))
  if (ids.length === 0) throw new Refused({ what: onlyNew ? 'Everybody in this class has had one already.' : 'Nobody in this class can be given one by you.', remedy: onlyNew ? 'Leave --only-new out to give everybody a new one.' : 'Ask a colleague who may.' })
  if (ids.length > MOST_SLIPS) throw new UnusableInput({ what: `${ids.length} pupils are too many at once.`, where: 'command line', remedy: `Choose at most ${MOST_SLIPS}: class by class.` })
  return ids
}
