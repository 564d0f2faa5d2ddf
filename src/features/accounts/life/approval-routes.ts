import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backToForm, backWithErrors } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { addDays, longInstant, today } from '../../../shared/dates.ts'
import { Forbidden, NotFound } from '../../../shared/errors.ts'
import { placesInCharge } from '../../people/affiliation.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'

/** I7: the head may open access for so many days before the agreement is signed. */
const PROVISIONAL_DAYS = 5

/** `/access/people/:id/level`: IT proposes and the head approves which access somebody gets; the head may open it provisionally with a reason (I7). */
export function approvalPages(deps: AccessPageDeps): Page[] {
  const { approvals, access, settings, schools, pages } = deps
  return [definePage({
    name: 'access level of a person', path: '/access/people/:id/level', permission: 'access.approve', params: z.strictObject({ id: z.string().length(26) }), looksAt: ({ params }) => params.id,
    get: async ({ actor, params: { id }, values, now }) => {
      const { person, at } = await theirs(deps, id, actor, now)
      const before = await approvals.ofPerson(id)
      const proposed = (await approvals.proposalsOf(id)).filter(({ schoolId }) => at.includes(schoolId))
      const by = await pages.actorNames([...before.map(({ approvedBy }) => approvedBy), ...proposed.map(({ askedBy }) => askedBy)])
      const names = new Map((await schools.all()).map((school) => [school.id, school.name]))
      const value = (name: string, otherwise = '') => (typeof values[name] === 'string' ? values[name] : otherwise)
      return view('pages/access/level.njk', {
        crumbs: [{ text: 'Access of this person', href: `/access/people/${id}` }], name: person.name, path: `/access/people/${id}/level`, days: PROVISIONAL_DAYS, head: mayOpen(actor, at), approves: mayApprove(actor, at).length > 0,
        proposed: proposed.map((one) => ({ text: `${one.roleProfile}, ${names.get(one.schoolId) ?? ''}`, by: `${by(one.askedBy)}, ${longInstant(one.askedAt)}` })),
        profiles: settings.roleProfiles.map(({ name, hint }) => ({ value: name, text: name, hint })), schools: (mayApprove(actor, at).length > 0 ? mayApprove(actor, at) : at).map((school) => ({ value: school, text: names.get(school) ?? '' })),
        values: { profile: value('profile', proposed[0]?.roleProfile), note: value('note'), school: value('school', proposed[0]?.schoolId ?? at[0] ?? ''), reason: value('reason') },
        before: before.map((one) => ({ text: `${one.roleProfile}, ${names.get(one.schoolId) ?? ''}`, by: `${by(one.approvedBy)}, ${longInstant(one.approvedAt)}`, note: one.note })),
      })
    },
    post: {
      body: z.strictObject({ do: z.enum(['approve', 'propose', 'provisional']), profile: z.string().max(60).default(''), school: z.string().max(26).default(''), note: z.string().trim().max(500).default(''), reason: z.string().trim().max(300).default('') }),
      audit: 'access.level-decided',
      handle: async (ctx) => {
        const { actor, body, params: { id }, now } = ctx
        if (body.do === 'approve' && !actor.can('access.level')) throw new Forbidden('I7: the head of this person’s school approves the access level. You may propose it.')
        const { at } = await theirs(deps, id, actor, now)
        if (body.do === 'provisional') {
          if (!mayOpen(actor, at)) return backToForm(ctx, 'reason', 'I7: opening access before the agreement is signed is for the head of this person’s school. Ask them')
          if (body.reason === '') return backToForm(ctx, 'reason', 'Write why access is needed before the agreement is signed')
          await access.exempt({ personId: id, floorLevel: 'full', untilDate: addDays(today(now), PROVISIONAL_DAYS - 1), reason: `Provisional access: ${body.reason}`, actor: actor.label })
          return redirect(`/access/people/${id}`, `Open for ${PROVISIONAL_DAYS} days, then it ends by itself.`)
        }
        const approving = body.do === 'approve'
        const approved = mayApprove(actor, at)
        const wrong: Record<string, string> = {}
        if (!settings.roleProfiles.some(({ name }) => name === body.profile)) wrong['profile'] = 'Choose the access that the work needs'
        if (!(approving ? approved : at).includes(body.school)) wrong['school'] = 'Choose the school'
        if (Object.keys(wrong).length > 0) return backWithErrors(ctx, wrong)
        if (!approving) {
          const school = (await schools.all()).find(({ id: each }) => each === body.school)
          await approvals.propose({ personId: id, schoolId: body.school, roleProfile: body.profile, schoolName: school?.shortName ?? '' }, actor.label)
          return redirect(ctx.path, 'Proposed. The head of the school approves it.')
        }
        await approvals.approve({ personId: id, schoolId: body.school, roleProfile: body.profile, note: body.note || null }, actor.label)
        return redirect(ctx.path, 'Approved. Your name and the date are kept.')
      },
    },
  })]
}

/** I7: the schools in which this reader approves levels. */
const mayApprove = (actor: Actor, at: readonly string[]): string[] => at.filter((school) => actor.can('access.level', school))

/** I7: the head of a school in charge of the person, and nobody else who may approve. */
const mayOpen = (actor: Actor, at: readonly string[]): boolean => at.some((school) => actor.can('access.provisional', school))

/** The person, and the schools of theirs where this reader approves; never oneself or one's own family (P7). @throws NotFound */
async function theirs({ people }: AccessPageDeps, id: string, actor: Actor, now: number) {
  const person = await people.person(id)
  const schools = actor.schools('access.approve')
  const at = [...new Set(placesInCharge(((await people.affiliationsOf([id])).get(id) ?? []).filter(({ role }) => role !== 'guardian'), today(now)).map(({ schoolId }) => schoolId))].filter((school) => schools === 'all' || schools.includes(school))
  if (!person || at.length === 0 || id === actor.personId || actor.relatedTo?.includes(id)) throw new NotFound('There is no such person.')
  return { person, at }
}
