import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm, backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { addDays, type CalendarDate, today } from '../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import { allows, type GrantedRole } from '../identity/permissions.ts'
import type { RoleStore } from '../identity/role-store.ts'
import { actorNames } from '../people/actor-names.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import { dateProblems, type Guest, GUEST_KINDS, type GuestKind, guestKindWords, standingOf } from './guest.ts'
import type { GuestService } from './guest-service.ts'
import { guestRow, guestView, STANDINGS } from './guest-views.ts'

export interface GuestPagesDeps {
  guests: GuestService
  people: PeopleQueries
  schools: SchoolStore
  roleStore: RoleStore
}

const APPROVERS: readonly GrantedRole[] = ['headteacher', 'dsl', 'hr', 'trust-admin']
const text = z.string().trim()
const params = z.strictObject({ id: z.string().length(26) })
const listQuery = z.object({ standing: z.enum(['waits', 'coming', 'here', 'over']).optional().catch(undefined), kind: z.enum(GUEST_KINDS).optional().catch(undefined) })

/** `/guests`: who comes and goes without being in the roster. */
export function guestPages(deps: GuestPagesDeps): Page[] {
  return [listPage(deps), csvPage(deps), newPage(deps), guestPage(deps)]
}

function listPage(deps: GuestPagesDeps): Page {
  return definePage({
    name: 'guests', path: '/guests', permission: 'guest.view', query: listQuery,
    get: async ({ actor, query, now }) => {
      const on = today(now)
      const all = await listed(deps, actor)
      const shown = all.filter((guest) => (!query.standing || standingOf(guest, on) === query.standing) && (!query.kind || guest.kind === query.kind))
      const rows = await rowsOf(deps, shown, on)
      const link = (standing?: string) => `/guests${standing || query.kind ? `?${new URLSearchParams({ ...(standing ? { standing } : {}), ...(query.kind ? { kind: query.kind } : {}) })}` : ''}`
      return view('pages/guests/guests.njk', {
        rows, total: shown.length, mayAsk: actor.can('guest.ask'), csvHref: '/guests.csv',
        tabs: {
          label: 'Which guests', items: [{ text: 'All', href: link(), count: all.length, ...(query.standing ? {} : { current: true }) }, ...STANDINGS.map(({ standing, text: words }) => ({
            text: words, href: link(standing), count: all.filter((guest) => standingOf(guest, on) === standing).length, ...(query.standing === standing ? { current: true } : {}),
          }))],
        },
        filters: {
          action: '/guests', hidden: query.standing ? [{ name: 'standing', value: query.standing }] : [],
          fields: [{ id: 'kind', label: 'Kind', value: query.kind ?? '', options: [{ value: '', text: 'All kinds' }, ...GUEST_KINDS.map((kind) => ({ value: kind, text: guestKindWords[kind] }))] }],
        },
      })
    },
  })
}

function csvPage(deps: GuestPagesDeps): Page {
  return definePage({
    name: 'guests file', path: '/guests.csv', permission: 'guest.view', stepUp: true,
    get: async ({ actor, now }) => {
      const rows = await rowsOf(deps, await listed(deps, actor), today(now))
      const lines = rows.map((row) => csvLine([row.name, row.kind, row.organisation, row.purpose, row.school, row.from, row.until, row.state.text, row.asked, row.decided]))
      return download({ filename: 'guests.csv', contentType: 'text/csv; charset=utf-8', body: `\uFEFF${csvLine(['Name', 'Kind', 'Organisation', 'Purpose', 'School', 'From', 'Until', 'State', 'Asked by', 'Decided by'])}${lines.join('')}` })
    },
  })
}

function newPage(deps: GuestPagesDeps): Page {
  const { guests } = deps
  return definePage({
    name: 'ask for a guest', path: '/guests/new', permission: 'guest.ask',
    get: async ({ actor, values, now }) => {
      const schools = await askable(deps, actor)
      const value = (name: string, otherwise = '') => (typeof values[name] === 'string' ? values[name] : otherwise)
      return view('pages/guests/new.njk', {
        crumbs: [{ text: 'Guests', href: '/guests' }], kinds: GUEST_KINDS.map((kind) => ({ value: kind, text: guestKindWords[kind] })),
        schools: [{ value: '', text: 'Choose' }, ...schools.map(({ id, name }) => ({ value: id, text: name }))], approvers: [{ value: '', text: 'Choose' }, ...await approvers(deps, schools.map(({ id }) => id), actor, now)],
        values: {
          forename: value('forename'), surname: value('surname'), email: value('email'), kind: value('kind'), organisation: value('organisation'), purpose: value('purpose'),
          school: value('school', schools.length === 1 ? schools[0]?.id ?? '' : ''), from: value('from', today(now)), until: value('until', addDays(today(now), 7)), approver: value('approver'),
        },
      })
    },
    post: {
      body: z.strictObject({
        forename: text.max(190), surname: text.max(190), email: text.max(254).default(''), kind: z.enum(GUEST_KINDS).optional(), organisation: text.max(190).default(''), purpose: text.max(300),
        school: text.max(26), from: text.max(10), until: text.max(10), approver: text.max(26),
      }),
      audit: 'guest.request-sent',
      handle: async (ctx) => {
        const { actor, body, now } = ctx
        const schools = await askable(deps, actor)
        const wrong: Record<string, string> = {
          ...(body.forename === '' ? { forename: 'Write the first name' } : {}), ...(body.surname === '' ? { surname: 'Write the surname' } : {}),
          ...(body.email !== '' && !z.email().safeParse(body.email).success ? { email: 'Write an address such as name@example.org, or leave it empty' } : {}),
          ...(body.kind ? {} : { kind: 'Choose what kind of guest' }), ...(body.purpose === '' ? { purpose: 'Write why they come' } : {}),
          ...(schools.some(({ id }) => id === body.school) ? {} : { school: 'Choose the school' }), ...dateProblems(body, today(now)),
        }
        const named = await approvers(deps, [body.school], actor, now)
        if (!named.some(({ value }) => value === body.approver)) wrong['approver'] = 'Choose who approves: the head, the DSL, HR or a trust administrator of that school, and not yourself'
        if (Object.keys(wrong).length > 0 || !body.kind) return backWithErrors(ctx, wrong)
        const id = await guests.ask({
          forename: body.forename, surname: body.surname, email: body.email || null, kind: body.kind as GuestKind, organisation: body.organisation || null, purpose: body.purpose, schoolId: body.school,
          fromDate: body.from, untilDate: body.until, approverId: body.approver, actor: actor.label,
        })
        return redirect(`/guests/${id}`, 'Asked. Nothing is open to this guest until the approver has said yes.')
      },
    },
  })
}

function guestPage(deps: GuestPagesDeps): Page {
  const { guests, schools } = deps
  return definePage({
    name: 'guest', path: '/guests/:id', permission: 'guest.view', params,
    get: async ({ actor, params: { id }, path, now }) => {
      const guest = await theirs(deps, id, actor)
      const [row] = await rowsOf(deps, [guest], today(now))
      const approver = await deps.people.person(guest.approverId)
      return view('pages/guests/guest.njk', guestView({
        guest, row: row ?? null, path, on: today(now), approver: approver?.name ?? '', school: (await schools.get(guest.schoolId))?.name ?? '',
        mayDecide: actor.can('guest.approve', guest.schoolId) && guest.askedBy !== actor.label, mayChange: actor.can('guest.ask', guest.schoolId),
      }))
    },
    post: {
      body: z.strictObject({ decision: z.enum(['approve', 'decline', 'extend', 'end']), until: text.max(10).default('') }), audit: 'guest.decided',
      handle: async (ctx) => {
        const { actor, body } = ctx
        const guest = await theirs(deps, ctx.params.id, actor)
        // Who may ask may shorten a stay; opening and lengthening it is for who approves.
        const needed = body.decision === 'end' ? 'guest.ask' : 'guest.approve'
        if (!actor.can(needed, guest.schoolId)) throw new NotFound()
        try {
          if (body.decision === 'extend') await guests.extend(guest.id, body.until, actor.label)
          else if (body.decision === 'end') await guests.end(guest.id, actor.label)
          else await guests.decide(guest.id, body.decision === 'approve', actor.label)
        } catch (error) {
          if (!(error instanceof Refused) && !(error instanceof UnusableInput)) throw error
          return backToForm(ctx, body.decision === 'extend' ? 'until' : 'decision', `${error.what} ${error.remedy}`.trim())
        }
        const done = { approve: 'Approved. The agreement goes to the guest, and access ends by itself after the last day.', decline: 'Declined. Nothing was opened.', extend: 'The last day is moved.', end: 'Ended. Access goes at once.' }
        return redirect(ctx.path, done[body.decision])
      },
    },
  })
}

async function listed({ guests }: GuestPagesDeps, actor: Actor): Promise<Guest[]> {
  return guests.store.list(actor.schools('guest.view'))
}

async function theirs({ guests }: GuestPagesDeps, id: string, actor: Actor): Promise<Guest> {
  const guest = await guests.get(id)
  if (!actor.can('guest.view', guest.schoolId)) throw new NotFound('There is no such guest.')
  return guest
}

async function rowsOf({ people, schools }: GuestPagesDeps, list: readonly Guest[], on: CalendarDate) {
  const names = await people.people(list.map(({ personId }) => personId))
  const by = await actorNames(people, list.flatMap(({ askedBy, decidedBy, endedBy }) => [askedBy, decidedBy, endedBy]))
  const schoolNames = new Map((await schools.all()).map(({ id, name }) => [id, name]))
  return list.map((guest) => guestRow(guest, { name: names.get(guest.personId)?.name ?? '', email: names.get(guest.personId)?.email ?? null, school: schoolNames.get(guest.schoolId) ?? '', by, on }))
}

async function askable({ schools }: GuestPagesDeps, actor: Actor) {
  const where = actor.schools('guest.ask')
  return (await schools.all()).filter(({ id }) => where === 'all' || where.includes(id))
}

/** People who may approve guests at one of these schools, by name; never who asks. */
async function approvers({ roleStore, people }: GuestPagesDeps, schoolIds: readonly string[], actor: Actor, now: number): Promise<{ value: string; text: string }[]> {
  const grants = (await Promise.all(APPROVERS.filter((role) => allows(role, 'guest.approve')).map((role) => roleStore.holdersOf(role, now)))).flat()
  const ids = [...new Set(grants.filter(({ schoolId, personId }) => (schoolId === null || schoolIds.includes(schoolId)) && personId !== actor.personId).map(({ personId }) => personId))]
  const names = await people.people(ids)
  return ids.flatMap((id) => (names.has(id) ? [{ value: id, text: names.get(id)?.name ?? '' }] : [])).toSorted((a, b) => (a.text < b.text ? -1 : 1))
}
