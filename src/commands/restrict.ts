import { readFileSync } from 'node:fs'
import { levelWords } from '../features/accounts/access-words.ts'
import { type Power, powerOver } from '../features/accounts/restricting/power-over.ts'
import { placesInCharge } from '../features/people/affiliation.ts'
import type { Services } from '../services.ts'
import { addDays, today } from '../shared/dates.ts'
import { AssentError, NotFound, Refused, UnusableInput } from '../shared/errors.ts'
import { type Command, type Output, parse, withServices } from './command.ts'
import { onePerson } from './one-person.ts'
import { type Runner, runnerOf, TOKEN_FLAG } from './runner.ts'

const restrictUsage = 'restrict PERSON --level restricted|suspended | --without PROFILE, --cause misuse|safeguarding|manual --reason TEXT | --reason-file FILE [--until D] [--review D] [--emergency] [--advice taken|not-yet|not-needed] [--plan] [--token T]'
const liftUsage = 'lift RESTRICTION [--plan] | lift --of PERSON [--token T]'
const CAUSES = ['misuse', 'safeguarding', 'manual'] as const
const ADVICE = ['taken', 'not-yet', 'not-needed'] as const
const LEVELS = ['restricted', 'suspended'] as const
const UNTIL_DAYS = 14

export const restrictCommand: Command = {
  name: 'restrict',
  usage: restrictUsage,
  summary: 'Limits or takes away one person’s access, by the rules of the page: cause, reason, end, day to look again, emergency.',
  run(argv, out) {
    const text = { type: 'string' } as const
    const { values, positionals } = parse(argv, {
      level: text, without: text, cause: text, reason: text, 'reason-file': text, until: text, review: text, advice: text,
      emergency: { type: 'boolean', default: false }, plan: { type: 'boolean', default: false }, ...TOKEN_FLAG,
    }, restrictUsage, 1)
    const wrong = (what: string) => new UnusableInput({ what, where: 'command line', remedy: `Usage: assent ${restrictUsage}` })
    const [word] = positionals
    if (word === undefined) throw wrong('Say whose access: an id, a username, an address or an admission number.')
    const level = values.level === undefined ? 'full' as const : LEVELS.find((each) => each === values.level) ?? null
    if (level === null) throw wrong(`"${values.level}" is no level here.`)
    if ((values.level === undefined) === (values.without === undefined)) throw wrong('Say either --level or --without.')
    const cause = CAUSES.find((each) => each === values.cause)
    if (cause === undefined) throw wrong(`--cause is one of ${CAUSES.join(', ')}.`)
    const advice = ADVICE.find((each) => each === values.advice) ?? null
    if (values.advice !== undefined && advice === null) throw wrong(`--advice is one of ${ADVICE.join(', ')}.`)
    if ((values.reason === undefined) === (values['reason-file'] === undefined)) throw wrong('Give the reason, by --reason or by --reason-file.')
    const reason = values.reason ?? reasonIn(values['reason-file'] ?? '')
    return withServices(async (services) => {
      const { accounts, clock, people, schools } = services
      const runner = await runnerOf(services, values.token, 'restrict')
      const on = today(clock.now())
      const { personId, places, power } = await subject(services, runner, word, on)
      const school = places[0]?.schoolId ?? null
      const until = values.until ?? (power === 'short' ? await accounts.single.shortUntil(school) : addDays(on, UNTIL_DAYS))
      const wanted = {
        personId, cause, level, profile: values.without ?? null, reason, untilDate: until, reviewOn: values.review ?? addDays(on, 1), emergency: values.emergency, advice, actor: runner.label, power,
      }
      const person = await people.person(personId)
      const answer = {
        person: personId, level: wanted.level, profile: wanted.profile, cause, until: wanted.untilDate, review: wanted.reviewOn, emergency: wanted.emergency,
        schools: (await schools.all()).filter(({ id }) => places.some(({ schoolId }) => schoolId === id)).map(({ name }) => name),
      }
      const words = `${person?.name ?? personId}: ${wanted.profile === null ? levelWords[wanted.level].text.toLowerCase() : `without ${wanted.profile}`}, until ${wanted.untilDate}, looked at again on ${wanted.reviewOn}`
      const placed = values.plan ? await accounts.single.check(wanted, school) : await accounts.single.place(wanted, school)
      if ('wrong' in placed) {
        // The page's words beside each field; one is enough to mend and try again, all are told.
        const where = Object.keys(placed.wrong).map((field) => (field === 'what' ? '--without' : `--${field}`)).join(', ')
        throw new UnusableInput({ what: Object.values(placed.wrong).join('. '), where, remedy: 'Give another value and run it again; nothing was changed.' })
      }
      if (!('id' in placed)) {
        out.answer({ ...answer, plan: true }, `Would be placed: ${words}.`)
        return 0
      }
      return followed(services, out, runner, { personId, endSessions: level === 'suspended' || values.emergency }, { restriction: placed.id, ...answer }, `Restriction ${placed.id} is in force. ${words}.`)
    })
  },
}

export const liftCommand: Command = {
  name: 'lift',
  usage: liftUsage,
  summary: 'Lifts a restriction that a person placed, or lists those in force for a person.',
  run(argv, out) {
    const { values, positionals } = parse(argv, { of: { type: 'string' }, plan: { type: 'boolean', default: false }, ...TOKEN_FLAG }, liftUsage, 1)
    const [id] = positionals
    if ((id === undefined) === (values.of === undefined)) throw new UnusableInput({ what: 'Say which restriction, or --of whom to list them.', where: 'command line', remedy: `Usage: assent ${liftUsage}` })
    return withServices(async (services) => {
      const { accounts, clock } = services
      const runner = await runnerOf(services, values.token, 'lift')
      const on = today(clock.now())
      if (id === undefined) {
        const { personId } = await subject(services, runner, values.of ?? '', on, 'restrictions:lift')
        // A5: neither cause nor reason; they are on the page, for those of the circle.
        const restrictions = (await accounts.single.standing(personId)).map((one) => ({ restriction: one.id, level: one.level, profile: one.profile, from: one.fromDate, until: one.untilDate, run: one.planId }))
        out.answer({ person: personId, restrictions }, restrictions.length === 0 ? 'Nothing limits this person.' : restrictions.map((one) => `${one.restriction}: ${one.profile ?? one.level}, from ${one.from}${one.until ? ` until ${one.until}` : ''}${one.run ? ` (run ${one.run}: assent leavers --undo ${one.run} --person ${personId})` : ''}`).join('\n'))
        return 0
      }
      const restriction = await accounts.single.get(id)
      if (!restriction) throw new NotFound('There is no such restriction.')
      const { power } = await subject(services, runner, restriction.personId, on, 'restrictions:lift')
      // A5: a head of year decides about what they placed themselves and nothing else.
      if (power === 'short' && restriction.placedBy !== runner.label) throw new NotFound('There is no such restriction.')
      const answer = { restriction: id, person: restriction.personId, level: restriction.level, profile: restriction.profile }
      if (values.plan) {
        await accounts.single.mayLift(id)
        out.answer({ ...answer, plan: true }, `Restriction ${id} would be lifted.`)
        return 0
      }
      await accounts.single.lift(id, runner.label)
      return followed(services, out, runner, { personId: restriction.personId, endSessions: false }, { ...answer, lifted: true }, `Restriction ${id} is lifted.`)
    })
  },
}

/** Whom it is about, and what the runner may decide: the operator everything, the person of a token what the page lets them (P7). @throws NotFound, alike for absent and not theirs. */
async function subject(services: Services, runner: Runner, word: string, on: string, scope: 'restrictions:place' | 'restrictions:lift' = 'restrictions:place') {
  const { people } = services
  // Before anybody is looked for.
  const schools = runner.schools(scope)
  const personId = await onePerson(services, word, 'all')
  const all = ((await people.affiliationsOf([personId])).get(personId) ?? []).filter(({ role }) => role !== 'guardian')
  const places = placesInCharge(all, on)
  const power: Power | null = runner.actor ? powerOver(runner.actor, personId, places) : 'full'
  if (power === null) throw new NotFound('There is no such person.')
  if (schools !== 'all' && !places.some(({ schoolId }) => schools.includes(schoolId))) throw new NotFound('There is no such person.')
  return { personId, places, power }
}

/** The directories follow at once, as far as nobody else is using them; what is left the worker does. Exit 3 where the brake holds it, 4 where an account failed. */
async function followed(services: Services, out: Output, runner: Runner, { personId, endSessions }: { personId: string; endSessions: boolean }, answer: object, words: string): Promise<number> {
  const { accounts, links } = services
  try {
    if (endSessions) await links.endLinksOf(personId)
    const report = await accounts.person.reconcilePerson(personId, { actor: runner.label })
    const accountsNow = report === null ? { applied: 0, verified: 0, failed: 0, held: [] } : { applied: report.applied, verified: report.verified, failed: report.failed, held: report.held }
    out.answer({ ...answer, accounts: accountsNow }, [words, `${accountsNow.verified} accounts follow${accountsNow.failed > 0 ? `, ${accountsNow.failed} could not be changed; the worker tries again` : ''}.`, ...accountsNow.held.map((text) => `Held: ${text}`)].join('\n'))
    return accountsNow.failed > 0 ? 4 : accountsNow.held.length > 0 ? 3 : 0
  } catch (error) {
    // The restriction stands and its job waits in the outbox: only the directories come later.
    if (!(error instanceof Refused) && !(error instanceof AssentError && error.exitCode === 4)) throw error
    out.answer({ ...answer, accounts: null, later: error.what }, `${words}\nThe directories follow when the worker gets to them: ${error.what}`)
    return 4
  }
}

/** `-` is standard input: a reason then stands in no history of commands. */
function reasonIn(path: string): string {
  try {
    return readFileSync(path === '-' ? 0 : path, 'utf8').trim()
  } catch (error) {
    throw new UnusableInput({ what: `The reason cannot be read from ${path} (${(error as NodeJS.ErrnoException).code}).`, where: '--reason-file', remedy: 'Check the path and that you may read it.' })
  }
}
