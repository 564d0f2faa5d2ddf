import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backToForm } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { download, view } from '../../../http/page-result.ts'
import { ulid } from '../../../http/strict-schema.ts'
import { longInstant, today } from '../../../shared/dates.ts'
import { NotFound } from '../../../shared/errors.ts'
import { type Affiliation, isCurrent } from '../../people/affiliation.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { mayGivePassword, MOST_SLIPS, type PasswordGroup, passwordGroups, pupilsOf } from './password-people.ts'
import { bySurname, groupName, isYoung, noteOf, slipsOf, usernames } from './password-slips.ts'
import type { GivenPassword } from './password-store.ts'
import { beyondOf } from './power-beyond.ts'

const PATH = '/access/passwords'
const PERMISSION = 'passwords.set'
/** A class or year as one value of a form: `school.kind.name`. */
const groupValue = z.string().regex(/^[0-9A-Z]{26}\.(group|year)\..{1,60}$/)

const valueOf = ({ schoolId, kind, name }: PasswordGroup): string => `${schoolId}.${kind}.${name}`

/** `/access/passwords`: temporary passwords for a class on slips, or for one person on the screen. Shown once, kept nowhere. */
export function passwordPages(deps: AccessPageDeps): Page[] {
  return [listPage(deps), slipsPage(deps), personPage(deps)]
}

function listPage(deps: AccessPageDeps): Page {
  const { people, schools, passwordStore, pages } = deps
  return definePage({
    name: 'passwords', path: PATH, permission: PERMISSION, query: z.object({ group: z.union([z.literal(''), groupValue]).optional() }),
    get: async ({ actor, query, now }) => {
      const on = today(now)
      const { groups, chosen } = await theGroups(deps, actor, on, query.group)
      const names = new Map((await schools.all()).map((school) => [school.id, school.shortName]))
      const several = new Set(groups.map(({ schoolId }) => schoolId)).size > 1
      const title = (group: PasswordGroup) => [groupName(group), several ? names.get(group.schoolId) : null].filter(Boolean).join(', ')
      const ids = chosen ? await theirs(deps, actor, chosen, on) : []
      const persons = [...(await people.people(ids)).values()].sort((a, b) => a.surname.localeCompare(b.surname, 'en') || a.name.localeCompare(b.name, 'en'))
      const newest = await passwordStore.newestOf(ids)
      const by = await pages.actorNames([...newest.values()].map((given) => given.by))
      const counts = await deps.passwords.accountsOf(ids)
      return view('pages/access/passwords.njk', {
        crumbs: actor.can('access.view') ? [{ text: 'Access', href: '/access' }] : [], action: `${PATH}/slips`, noClass: groups.length === 0, chosen: chosen ? { name: title(chosen), value: valueOf(chosen) } : null,
        filters: { action: PATH, label: 'Choose a class', fields: [{ id: 'group', label: 'Class or year', value: chosen ? valueOf(chosen) : '', options: [{ value: '', text: 'Choose' }, ...groups.map((group) => ({ value: valueOf(group), text: title(group) }))] }] },
        pupils: persons.map(({ id, name }) => ({
          value: id, text: name, href: `${PATH}/people/${id}`, usernames: (counts.get(id) ?? []).join(', '), given: newest.has(id) ? givenWords(newest.get(id) as GivenPassword, by) : null,
          unknown: newest.get(id)?.state === 'asked',
        })),
      })
    },
  })
}

function slipsPage(deps: AccessPageDeps): Page {
  const { people, schools, passwords } = deps
  return definePage({
    name: 'password slips', path: `${PATH}/slips`, permission: PERMISSION,
    post: {
      body: z.strictObject({ group: groupValue, who: z.enum(['ticked', 'new', 'all']), people: z.union([ulid, z.array(ulid).max(MOST_SLIPS)]).default([]) }), audit: 'access.password-slips-asked', stepUp: true,
      handle: async (ctx) => {
        const { actor, body, now } = ctx
        const on = today(now)
        const { chosen } = await theGroups(deps, actor, on, body.group)
        if (!chosen) throw new NotFound('There is no such class.')
        const back = `${PATH}?group=${encodeURIComponent(body.group)}`
        const reachable = await theirs(deps, actor, chosen, on)
        const ticked = [body.people].flat()
        const never = body.who === 'new' ? await deps.passwordStore.newestOf(reachable) : new Map<string, unknown>()
        const ids = body.who === 'all' ? reachable : body.who === 'new' ? reachable.filter((id) => !never.has(id)) : reachable.filter((id) => ticked.includes(id))
        if (ids.length === 0) return backToForm(ctx, 'people', body.who === 'new' ? 'Everybody in this class has had one already' : 'Tick a pupil first', back)
        if (ids.length > MOST_SLIPS) return backToForm(ctx, 'people', `Choose at most ${MOST_SLIPS} pupils at a time`, back)
        const names = await people.people(ids)
        const inOrder = bySurname(ids, names)
        const outcome = await passwords.give(inOrder, { actor: actor.label, way: 'slip', beyond: await beyondOf(deps.rolesOf, actor, inOrder) })
        if (outcome.given.length === 0) {
          const [first] = outcome.problems
          return backToForm(ctx, 'people', `No password was set. ${first ? `${first.person.name}: ${first.text}` : ''}`.trim(), back)
        }
        const school = (await schools.all()).find(({ id }) => id === chosen.schoolId)
        const title = `Login slips, ${groupName(chosen)}`
        const pdf = await deps.pdf.slips(slipsOf(outcome, { title, place: () => [groupName(chosen), school?.name].filter(Boolean).join(', '), now }))
        return download({ filename: `login-slips-${on}.pdf`, contentType: 'application/pdf', body: pdf })
      },
    },
  })
}

function personPage(deps: AccessPageDeps): Page {
  const { passwords, passwordStore, pages, schools } = deps
  return definePage({
    // Who may is judged about this one person, so the others read that there is nobody.
    name: 'password of a person', path: `${PATH}/people/:id`, permission: 'signed-in', params: z.strictObject({ id: ulid }), looksAt: ({ params }) => params.id,
    get: async ({ actor, params: { id }, now }) => {
      const { person } = await thePerson(deps, actor, id, today(now))
      const given = await passwordStore.ofPerson(id, 10)
      const by = await pages.actorNames(given.map((one) => one.by))
      return view('pages/access/password.njk', {
        crumbs: [{ text: 'Passwords', href: actor.can(PERMISSION) ? PATH : '/access' }], name: person.name, path: `${PATH}/people/${id}`, usernames: (await passwords.accountsOf([id])).get(id) ?? [],
        given: given.map((one) => givenWords(one, by)), unknown: given[0]?.state === 'asked',
      })
    },
    post: {
      body: z.strictObject({ as: z.enum(['screen', 'slip']) }), audit: 'access.password-asked-for', stepUp: true,
      handle: async (ctx) => {
        const { actor, body, params: { id }, now } = ctx
        const { person, places } = await thePerson(deps, actor, id, today(now))
        const schoolNames = new Map((await schools.all()).map((school) => [school.id, school.name]))
        const outcome = await passwords.give([id], { actor: actor.label, way: body.as, beyond: await beyondOf(deps.rolesOf, actor, [id]) })
        const [given] = outcome.given
        if (!given) return backToForm(ctx, 'as', outcome.problems.map(({ directory, text }) => `${directory === null ? '' : `${directory}: `}${text}`).join(' '))
        const place = places.map((one) => [one.regGroup, schoolNames.get(one.schoolId)].filter(Boolean).join(', ')).find((text) => text !== '') ?? ''
        if (body.as === 'slip') {
          const pdf = await deps.pdf.slips(slipsOf(outcome, { title: 'Login slip', place: () => place, now }))
          return download({ filename: `login-slip-${today(now)}.pdf`, contentType: 'application/pdf', body: pdf })
        }
        // The answer to the press, and not an address to come back to: it is shown once.
        return view('pages/access/password-shown.njk', {
          crumbs: [{ text: 'Passwords', href: actor.can(PERMISSION) ? PATH : '/access' }], name: person.name, password: given.password, usernames: usernames(given), note: noteOf(given), young: isYoung(given.band),
          staff: given.band === 'adult', problems: outcome.problems.map(({ directory, text }) => `${directory === null ? '' : `${directory}: `}${text}`), back: `${PATH}/people/${id}`,
        })
      },
    },
  })
}

/** @throws NotFound for nobody, and for somebody whom this reader gives no password. */
async function thePerson({ people, passwordRules }: AccessPageDeps, actor: Actor, id: string, on: string) {
  const person = await people.person(id)
  const places: Affiliation[] = (await people.affiliationsOf([id])).get(id) ?? []
  const { teacherSchools } = await passwordRules.rules()
  if (!person || !mayGivePassword(actor, id, places, on, new Set(teacherSchools))) throw new NotFound('There is no such person.')
  return { person, places: places.filter((place) => isCurrent(place, on)) }
}

/** The classes that the actor reaches, and the one that was named. @throws NotFound for one that is not theirs. */
async function theGroups({ passwordRules, db }: AccessPageDeps, actor: Actor, on: string, value: string | undefined) {
  const groups = await passwordGroups(db, actor, on, new Set((await passwordRules.rules()).teacherSchools))
  const chosen = value ? groups.find((group) => valueOf(group) === value) : undefined
  if (value && !chosen) throw new NotFound('There is no such class.')
  return { groups, chosen: chosen ?? null }
}

/** The pupils of a class whom the actor may give a password: not a child of their own (P7). */
async function theirs({ db, people, passwordRules }: AccessPageDeps, actor: Actor, group: PasswordGroup, on: string): Promise<string[]> {
  const ids = await pupilsOf(db, group, on)
  const places = await people.affiliationsOf(ids)
  const schools = new Set((await passwordRules.rules()).teacherSchools)
  return ids.filter((id) => mayGivePassword(actor, id, places.get(id) ?? [], on, schools))
}

function givenWords({ state, way, by, at }: GivenPassword, names: (label: string | null) => string): string {
  const how = { screen: 'on the screen', slip: 'on a slip' }[way]
  const what = { set: `Given ${how}`, asked: 'Begun, and not known how it ended', refused: 'Refused by the directory' }[state]
  return `${what}, ${longInstant(at)}, by ${names(by)}`
}
