import { z } from 'zod'
import { ensureCan } from '../../http/actor.ts'
import { backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { addDays, isCalendarDate, longDate, longInstant, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import { spacedCode } from '../classes/class-code.ts'
import { parseTypedName } from '../signing/typed-name.ts'
import type { Visit } from './visit.ts'
import type { VisitPagesDeps } from './visit-page-deps.ts'
import { VISIT } from './visit-routes.ts'

const VISITS = '/visits'
const PERMISSION = 'visits.manage'
/** A visit of more than half a year is an affiliation that the school's register should hold. */
const LONGEST_DAYS = 180
const short = z.string().trim().max(200, 'Use at most 200 characters.')
const arrangeBody = z.strictObject({
  schoolId: ulid, name: z.string().max(4000).default(''), email: z.string().trim().max(254).default(''), organisation: short.default(''), host: short.default(''), kind: z.string().max(12).default(''),
  firstDay: z.string().max(10).default(''), lastDay: z.string().max(10).default(''), formKey: z.string().regex(/^[A-Za-z0-9_-]{32}$/),
})

/** `/visits`: the office's side: tablets, visits of today and to come, and asking a visitor beforehand. */
export function visitsOfficePages(deps: VisitPagesDeps): Page[] {
  const schoolsFor = async (scope: 'all' | string[]) => (await deps.schools.all()).filter((school) => scope === 'all' || scope.includes(school.id))
  return [
    definePage({
      name: 'visits', path: VISITS, permission: PERMISSION,
      get: async (ctx) => {
        const scope = ctx.actor.schools(PERMISSION)
        const schools = await schoolsFor(scope)
        const visits = await deps.visitStore.from(scope, today(ctx.now))
        const signed = await signedOf(deps, visits)
        const name = (id: string) => schools.find((school) => school.id === id)?.shortName ?? ''
        return view('pages/visits/visits.njk', {
          newHref: `${VISITS}/new`, tabletAction: `${VISITS}/tablets`, visitAddress: `${deps.config.baseUrl.replace(/^https?:\/\//, '')}${VISIT}`,
          schools: schools.map((school) => ({ id: school.id, name: school.name })), several: schools.length > 1,
          tablets: (await deps.visitStore.tabletsOf(scope, ctx.now)).map((tablet) => ({
            school: name(tablet.schoolId), startedAt: longInstant(tablet.startedAt), code: tablet.code && tablet.codeUntil > ctx.now ? spacedCode(tablet.code) : null, endAction: `${VISITS}/tablets/${tablet.id}/end`, lapsed: tablet.code !== null && tablet.codeUntil <= ctx.now,
          })),
          table: {
            caption: 'Visits', captionHidden: true, columns: [{ text: 'Visitor' }, { text: 'Days' }, { text: 'Visits' }, { text: 'Agreement' }, { text: 'Arrived' }],
            rows: visits.map((visit) => [
              { text: visit.name, sub: [visit.kind === 'contractor' ? 'Contractor' : 'Visitor', visit.organisation, schools.length > 1 ? name(visit.schoolId) : null].filter(Boolean).join(', ') },
              { text: visit.firstDay === visit.lastDay ? longDate(visit.firstDay) : `${longDate(visit.firstDay)} to ${longDate(visit.lastDay)}` }, { text: visit.host ?? '' },
              { tag: !visit.usesSystems ? { status: 'quiet', text: 'Nothing to sign' } : signed.has(visit.id) ? { status: 'signed', text: 'Signed' } : { status: 'outstanding', text: 'Not yet' } },
              { text: visit.arrivedAt === null ? 'Not yet' : longInstant(visit.arrivedAt) },
            ]),
          },
          expected: visits.filter((visit) => visit.arrivedAt === null && visit.firstDay <= today(ctx.now)).map((visit) => ({ name: visit.name, action: `${VISITS}/${visit.id}/arrived` })),
        })
      },
    }),
    definePage({
      name: 'start reception tablet', path: `${VISITS}/tablets`, permission: PERMISSION,
      post: {
        body: z.strictObject({ schoolId: ulid }), audit: 'reception-tablet.start-asked',
        handle: async (ctx) => {
          ensureCan(ctx.actor, PERMISSION, ctx.body.schoolId)
          const school = await deps.schools.get(ctx.body.schoolId)
          if (!school) throw new NotFound()
          await deps.visits.startTablet(ctx.actor, school)
          return redirect(VISITS, 'Open the address on the tablet and type the code. It works once, for ten minutes.')
        },
      },
    }),
    definePage({
      name: 'end reception tablet', path: `${VISITS}/tablets/:id/end`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      post: {
        body: z.strictObject({}), audit: 'reception-tablet.end-asked',
        handle: async (ctx) => {
          const tablet = await deps.visitStore.tablet(ctx.params.id)
          if (!tablet) throw new NotFound()
          ensureCan(ctx.actor, PERMISSION, tablet.schoolId)
          await deps.visitStore.endTablet(tablet.id, ctx.now)
          return redirect(VISITS, 'The tablet is no longer reception’s.')
        },
      },
    }),
    definePage({
      name: 'arrange visit', path: `${VISITS}/new`, permission: PERMISSION,
      get: async (ctx) => view('pages/visits/arrange.njk', {
        crumbs: [{ text: 'Visits', href: VISITS }], action: `${VISITS}/new`, formKey: deps.ids.random(24).toString('base64url'), on: today(ctx.now), host: ctx.actor.name, values: ctx.values,
        schools: (await schoolsFor(ctx.actor.schools(PERMISSION))).map((school) => ({ value: school.id, text: school.name })),
      }),
      post: {
        body: arrangeBody, audit: 'visit.arranged',
        handle: async (ctx) => {
          const { schoolId, email, organisation, host, firstDay, formKey } = ctx.body
          ensureCan(ctx.actor, PERMISSION, schoolId)
          const school = await deps.schools.get(schoolId)
          if (!school) throw new NotFound()
          const lastDay = ctx.body.lastDay || firstDay
          const named = parseTypedName(ctx.body.name)
          const kind = ctx.body.kind === 'visitor' || ctx.body.kind === 'contractor' ? ctx.body.kind : null
          const errors = {
            ...(named.ok && named.name ? {} : { name: named.ok ? 'Write the visitor’s name.' : named.reason }), ...(z.email().safeParse(email).success ? {} : { email: 'Write an e-mail address, such as name@example.org.' }),
            ...(kind ? {} : { kind: 'Choose why they come.' }), ...(isCalendarDate(firstDay) && firstDay >= today(ctx.now) ? {} : { firstDay: 'Choose today or a later day.' }),
            ...(isCalendarDate(lastDay) && lastDay >= firstDay && (!isCalendarDate(firstDay) || lastDay <= addDays(firstDay, LONGEST_DAYS)) ? {} : { lastDay: 'Choose the first day or a later one, at most half a year on.' }),
          }
          if (!named.ok || !named.name || !kind || Object.keys(errors).length > 0) return backWithErrors(ctx, errors)
          const visit = await deps.visits.arrange(ctx.actor, school, { name: named.name, email, organisation: organisation || null, host: host || null, kind, firstDay, lastDay }, formKey)
          return redirect(VISITS, visit ? 'Arranged. The visitor gets a mail with a link in the next minutes, and can sign before they come.' : { kind: 'info', text: 'Visitors of this school have nothing to sign, so nothing was sent.' })
        },
      },
    }),
    definePage({
      name: 'visitor arrived', path: `${VISITS}/:id/arrived`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      post: {
        body: z.strictObject({}), audit: 'visit.arrived',
        handle: async (ctx) => {
          const visit = await deps.visitStore.get(ctx.params.id)
          if (!visit) throw new NotFound()
          ensureCan(ctx.actor, PERMISSION, visit.schoolId)
          await deps.visitStore.arrive(visit.id, ctx.now)
          return redirect(VISITS, 'Noted.')
        },
      },
    }),
  ]
}

/** Visits whose agreement is signed. */
async function signedOf(deps: VisitPagesDeps, visits: readonly Visit[]): Promise<Set<string>> {
  const requests = await deps.requests.ofPeople(visits.flatMap((visit) => visit.personId ?? []))
  return new Set(visits.filter((visit) => requests.some((request) => request.personId === visit.personId && request.state === 'complete')).map((visit) => visit.id))
}
