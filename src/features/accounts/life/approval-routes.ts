import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backToForm, backWithErrors } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { addDays, longInstant, today } from '../../../shared/dates.ts'
import { NotFound } from '../../../shared/errors.ts'
import { placesInCharge } from '../../people/affiliation.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'

/** I7: the head may open access for so many days before the agreement is signed. */
const PROVISIONAL_DAYS = 5

/** `/access/people/:id/level`: the head approves which access somebody gets, and may open it provisionally with a reason (I7). */
export function approvalPages(deps: AccessPageDeps): Page[] {
  const { approvals, access, settings, schools, pages } = deps
  return [definePage({
    name: 'access level of a person', path: '/access/people/:id/level', permission: 'access.approve', params: z.strictObject({ id: z.string().length(26) }), looksAt: ({ params }) => params.id,
    get: async ({ actor, params: { id }, values, now }) => {
      const { person, at } = await theirs(deps, id, actor, now)
      const before = await approvals.ofPerson(id)
      const by = await pages.actorNames(before.map(({ approvedBy }) => approvedBy))
      const names = new Map((await schools.all()).map((school) => [school.id, school.name]))
      const value = (name: string, otherwise = '') => (typeof values[name] === 'string' ? values[name] : otherwise)
      return view('pages/access/level.njk', {
        crumbs: [{ text: 'Access of this person', href: `/access/people/${id}` }], name: person.name, path: `/access/people/${id}/level`, days: PROVISIONAL_DAYS,
        profiles: settings.roleProfiles.map(({ name, hint }) => ({ value: name, text: name, hint })), schools: at.map((school) => ({ value: school, text: names.get(school) ?? '' })),
        values: { profile: value('profile'), note: value('note'), school: value('school', at[0] ?? ''), reason: value('reason') },
        before: before.map((one) => ({ text: `${one.roleProfile}, ${names.get(one.schoolId) ?? ''}`, by: `${by(one.approvedBy)}, ${longInstant(one.approvedAt)}`, note: one.note })),
      })
    },
    post: {
      body: z.strictObject({ do: z.enum(['approve', 'provisional']), profile: z.string().max(60).default(''), school: z.string().max(26).default(''), note: z.string().trim().max(500).default(''), reason: z.string().trim().max(300).default('') }),
      audit: 'access.level-decided',
      handle: async (ctx) => {
        const { actor, body, params: { id }, now } = ctx
        const { at } = await theirs(deps, id, actor, now)
        if (body.do === 'provisional') {
          if (body.reason === '') return backToForm(ctx, 'reason', 'Write why access is needed before the agreement is signed')
          await access.exempt({ personId: id, floorLevel: 'full', untilDate: addDays(today(now), PROVISIONAL_DAYS - 1), reason: `Provisional access: ${body.reason}`, actor: actor.label })
          return redirect(`/access/people/${id}`, `Open for ${PROVISIONAL_DAYS} days, then it ends by itself.`)
        }
        const wrong: Record<string, string> = {}
        if (!settings.roleProfiles.some(({ name }) => name === body.profile)) wrong['profile'] = 'Choose the access that the work needs'
        if (!at.includes(body.school)) wrong['school'] = 'Choose the school'
        if (Object.keys(wrong).length > 0) return backWithErrors(ctx, wrong)
        await approvals.approve({ personId: id, schoolId: body.school, roleProfile: body.profile, note: body.note || null }, actor.label)
        return redirect(ctx.path, 'Approved. Your name and the date are kept.')
      },
    },
  })]
}

/** The person, and the schools of theirs where this reader approves; never oneself or one's own family (P7). @throws NotFound */
async function theirs({ people }: AccessPageDeps, id: string, actor: Actor, now: number) {
  const person = await people.person(id)
  const schools = actor.schools('access.approve')
  const at = [...new Set(placesInCharge(((await people.affiliationsOf([id])).get(id) ?? []).filter(({ role }) => role !== 'guardian'), today(now)).map(({ schoolId }) => schoolId))].filter((school) => schools === 'all' || schools.includes(school))
  if (!person || at.length === 0 || id === actor.personId || actor.relatedTo?.includes(id)) throw new NotFound('There is no such person.')
  return { person, at }
}
