import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { addDays, isCalendarDate, longInstant, today } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { placesInCharge } from '../people/affiliation.ts'
import type { Person } from '../people/people-queries.ts'
import { grantedRoles } from './permissions.ts'
import { decidesAt, type RolePagesDeps, ROLES_PATH, ROLES_PERMISSION } from './role-pages-deps.ts'
import { placeWords, ROLE_WORDS } from './role-words.ts'

const params = z.strictObject({ id: z.string().length(26) })
const pathOf = (id: string): string => `${ROLES_PATH}/people/${id}`

/** Stands for the whole trust in the list of schools: nobody gets there by forgetting to choose. */
const TRUST = 'trust'

const giveBody = z.strictObject({
  role: z.enum(grantedRoles, 'Choose a role'), school: z.string().min(1, 'Choose where the role holds').max(26), year: z.string().trim().max(3).default(''), group: z.string().trim().max(60).default(''),
  'until-day': z.string().trim().max(2).default(''), 'until-month': z.string().trim().max(2).default(''), 'until-year': z.string().trim().max(4).default(''),
})

/** One person's roles and sessions. */
export function rolePersonPages(deps: RolePagesDeps): Page[] {
  return [personPage(deps), sessionsPage(deps)]
}

function personPage(deps: RolePagesDeps): Page {
  const { roles, roleStore, schools, sessions } = deps
  return definePage({
    name: 'roles of a person', path: `${ROLES_PATH}/people/:id`, permission: ROLES_PERMISSION, params, looksAt: ({ params: { id } }) => id,
    get: async (ctx) => {
      const person = await thePerson(deps, ctx.actor, ctx.params.id, ctx.now)
      const known = await schools.all()
      const schoolNames = new Map(known.map(({ id, name }) => [id, name]))
      const grants = (await roleStore.grantsOf(person.id, ctx.now)).filter((grant) => decidesAt(ctx.actor, grant.schoolId))
      return view('pages/identity/role-person.njk', {
        crumbs: [{ text: 'Settings', href: '/settings' }, { text: 'Roles', href: ROLES_PATH }], name: person.name, action: pathOf(person.id), takeAction: `${ROLES_PATH}/take`, values: ctx.values,
        sessionsAction: `${pathOf(person.id)}/sessions`, sessions: (await sessions.sessionsOf(person.id)).length, self: person.id === ctx.actor.personId,
        grants: grants.map((grant) => ({ id: grant.id, role: ROLE_WORDS[grant.role], place: placeWords(grant, schoolNames), until: grant.until === null ? 'until it is taken' : `until ${longInstant(grant.until)}` })),
        roles: [{ value: '', text: 'Choose' }, ...grantedRoles.map((value) => ({ value, text: ROLE_WORDS[value] }))],
        schools: [{ value: '', text: 'Choose' }, ...(decidesAt(ctx.actor, null) ? [{ value: TRUST, text: 'The whole trust' }] : []), ...known.filter(({ id }) => decidesAt(ctx.actor, id)).map(({ id, name }) => ({ value: id, text: name }))],
      })
    },
    post: {
      body: giveBody, audit: 'role.give-asked', stepUp: true,
      handle: async (ctx) => {
        const { body } = ctx
        const person = await thePerson(deps, ctx.actor, ctx.params.id, ctx.now)
        const schoolId = body.school === TRUST ? null : body.school
        if (!decidesAt(ctx.actor, schoolId) || (schoolId !== null && !await schools.get(schoolId))) throw new NotFound()
        const until = untilOf(body)
        if (until === 'wrong') return backToForm(ctx, 'until', 'Write the last day of the role, such as 31 8 2027')
        if (schoolId !== null && !await partExists(deps, schoolId, body)) return backToForm(ctx, body.group === '' ? 'year' : 'group', 'There is nobody in that year or group at this school. Write it as the school does, such as 7 or 7B.')
        try {
          await roles.grant({ personId: person.id, role: body.role, schoolId, yearCode: body.year || null, groupName: body.group || null, until, grantedBy: ctx.actor.label })
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'role', `${error.what} ${error.remedy}`)
        }
        return redirect(pathOf(person.id), `${person.name} has the role now. Their sessions have ended, so that it counts from the next sign-in.`)
      },
    },
  })
}

function sessionsPage(deps: RolePagesDeps): Page {
  const { db, audit, sessions } = deps
  return definePage({
    name: 'end a person’s sessions', path: `${ROLES_PATH}/people/:id/sessions`, permission: ROLES_PERMISSION, params,
    post: {
      body: z.strictObject({}), audit: 'session.end-asked',
      handle: async (ctx) => {
        const person = await thePerson(deps, ctx.actor, ctx.params.id, ctx.now)
        await db.transaction(async () => {
          const ended = await sessions.endSessionsOf(person.id)
          await audit.record({ actor: ctx.actor.label, event: 'session.ended-by-administrator', subject: `person:${person.id}`, payload: { ended } })
        })
        return redirect(person.id === ctx.actor.personId ? '/' : pathOf(person.id), 'Their sessions have ended.')
      },
    },
  })
}

/** @throws NotFound for nobody, and for somebody of a school that is not this administrator's. */
async function thePerson({ people, roleStore }: RolePagesDeps, actor: Actor, id: string, now: number): Promise<Person> {
  const person = await people.person(id)
  const places = placesInCharge((await people.affiliationsOf([id])).get(id) ?? [], today(now))
  const held = await roleStore.grantsOf(id, now)
  const theirs = decidesAt(actor, null) || [...places, ...held].some(({ schoolId }) => schoolId !== null && decidesAt(actor, schoolId))
  if (!person || !theirs) throw new NotFound('There is no such person.')
  return person
}

/** The end of the last day, as an instant; null for none. Midnight by UTC: in summer the role ends an hour into the next day. */
function untilOf(body: z.output<typeof giveBody>): number | null | 'wrong' {
  const [day, month, year] = [body['until-day'], body['until-month'], body['until-year']]
  if (day === '' && month === '' && year === '') return null
  const date = `${year.padStart(4, '0')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return isCalendarDate(date) ? Date.parse(`${addDays(date, 1)}T00:00:00Z`) : 'wrong'
}

/** True where somebody is in that year and group of the school; a slip of the keyboard would give a role that shows nothing. */
async function partExists({ db }: RolePagesDeps, schoolId: string, { year, group }: { year: string; group: string }): Promise<boolean> {
  if (year === '' && group === '') return true
  const row = await db.read('affiliations').where({ school_id: schoolId, role: 'pupil', ...(year ? { year_code: year } : {}), ...(group ? { reg_group: group } : {}) }).first('id')
  return row !== undefined
}
