import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backWithErrors } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { isCalendarDate, longInstant, today } from '../../../shared/dates.ts'
import { NotFound } from '../../../shared/errors.ts'
import { placesInCharge } from '../../people/affiliation.ts'
import type { Person } from '../../people/people-queries.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { levelWords } from '../access-words.ts'

const PERMISSION = 'access.approve'
const text = z.string()

/** What keeps access or data in spite of everything else: exemptions until a day, and legal holds. */
export function exemptionPages(deps: AccessPageDeps): Page[] {
  return [exemptionsPage(deps), exemptPage(deps)]
}

function exemptionsPage(deps: AccessPageDeps): Page {
  const { access, holds, pages, people } = deps
  return definePage({
    name: 'exemptions', path: '/access/exemptions', permission: PERMISSION,
    get: async ({ actor, now }) => {
      const exemptions = await access.exemptions(today(now))
      const standing = await holds.standing()
      const ids = [...exemptions, ...standing].map(({ personId }) => personId)
      const theirs = await mine(deps, actor, ids, now)
      const names = await people.people(ids)
      const by = await pages.actorNames([...exemptions.map((one) => one.by), ...standing.map((one) => one.placedBy)])
      const row = (personId: string) => ({ name: names.get(personId)?.name ?? '', href: `/access/people/${personId}` })
      return view('pages/access/exemptions.njk', {
        crumbs: [{ text: 'Access', href: '/access' }], path: '/access/exemptions',
        exemptions: exemptions.filter(({ personId }) => theirs.has(personId)).map((one) => ({ ...row(one.personId), id: one.id, text: `Not stricter than "${levelWords[one.floorLevel].text.toLowerCase()}"`, until: one.untilDate, reason: one.reason, by: by(one.by) })),
        holds: standing.filter(({ personId }) => theirs.has(personId)).map((one) => ({ ...row(one.personId), id: one.id, since: longInstant(one.placedAt), reason: one.reason, by: by(one.placedBy) })),
      })
    },
    post: {
      body: z.strictObject({ exemption: text.length(26).optional(), hold: text.length(26).optional() }), audit: 'access.exemption-ended',
      handle: async ({ actor, body, now }) => {
        const exemption = body.exemption === undefined ? null : (await access.exemptions(today(now))).find(({ id }) => id === body.exemption)
        const hold = body.hold === undefined ? null : await holds.get(body.hold)
        const personId = exemption?.personId ?? hold?.personId
        if (personId === undefined || !(await mine(deps, actor, [personId], now)).has(personId)) throw new NotFound()
        if (exemption) await access.endExemption(exemption.id, actor.label)
        if (hold) await holds.end(hold.id, actor.label)
        return redirect('/access/exemptions', exemption ? 'The exemption has ended. What stands against this person counts again.' : 'The hold has ended.')
      },
    },
  })
}

function exemptPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'exempt a person', path: '/access/people/:id/exempt', permission: PERMISSION, params: z.strictObject({ id: text.length(26) }), looksAt: ({ params }) => params.id,
    get: async ({ actor, params: { id }, values, now }) => {
      const person = await theirs(deps, actor, id, now)
      const value = (name: string, otherwise = '') => (typeof values[name] === 'string' ? values[name] : otherwise)
      const year = today(now).slice(0, 4)
      const examUntil = today(now) <= `${year}-09-30` ? `${year}-09-30` : `${Number(year) + 1}-09-30`
      return view('pages/access/exempt.njk', {
        crumbs: [{ text: 'Exemptions', href: '/access/exemptions' }], name: person.name, path: `/access/people/${id}/exempt`,
        values: { kind: value('kind'), until: value('until', examUntil), reason: value('reason') },
      })
    },
    post: {
      body: z.strictObject({ kind: z.enum(['full', 'restricted', 'hold']).optional(), until: text.trim().max(10).default(''), reason: text.trim().max(500).default('') }), audit: 'access.exemption-asked',
      handle: async (ctx) => {
        const { actor, body, params: { id }, now } = ctx
        await theirs(deps, actor, id, now)
        const wrong: Record<string, string> = {}
        if (!body.kind) wrong['kind'] = 'Choose what is kept'
        if (body.kind !== 'hold' && (!isCalendarDate(body.until) || body.until < today(now))) wrong['until'] = 'Write the last day, today or later'
        if (body.reason === '') wrong['reason'] = 'Write the reason'
        if (Object.keys(wrong).length > 0 || !body.kind) return backWithErrors(ctx, wrong)
        if (body.kind === 'hold') await deps.holds.place(id, body.reason, actor.label)
        else await deps.access.exempt({ personId: id, floorLevel: body.kind, untilDate: body.until, reason: body.reason, actor: actor.label })
        return redirect('/access/exemptions', body.kind === 'hold' ? 'Nothing of this person is archived or deleted until the hold ends.' : 'Kept. The directories follow in a moment.')
      },
    },
  })
}

/** Which of these people are at a school where this reader approves access, leaving out their own family (P7). */
async function mine({ people }: AccessPageDeps, actor: Actor, ids: readonly string[], now: number): Promise<Set<string>> {
  const schools = actor.schools(PERMISSION)
  const places = await people.affiliationsOf([...new Set(ids)])
  return new Set(ids.filter((id) => !actor.relatedTo?.includes(id) && (schools === 'all' || placesInCharge(places.get(id) ?? [], today(now)).some(({ schoolId }) => schools.includes(schoolId)))))
}

async function theirs(deps: AccessPageDeps, actor: Actor, id: string, now: number): Promise<Person> {
  const person = await deps.people.person(id)
  if (!person || id === actor.personId || !(await mine(deps, actor, [id], now)).has(id)) throw new NotFound('There is no such person.')
  return person
}
