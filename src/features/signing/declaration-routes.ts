import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { NotFound } from '../../shared/errors.ts'
import { isCurrent } from '../people/affiliation.ts'
import type { GuardianLink, Person } from '../people/people-queries.ts'
import { declarationWords } from '../people/responsibility.ts'
import { today } from '../../shared/dates.ts'
import { sentence } from '../../shared/sentence.ts'
import { contactOf } from './contact.ts'
import { assuranceOf, whoIs } from './my-task.ts'
import type { SigningPagesDeps } from './signing-deps.ts'
import type { SigningPage } from './signing-queries.ts'

const PATH = '/me/responsibility'
/** Session value: children about whom this person would rather say it another time. */
const LATER = 'responsibility-later'
/** Where to go on: one's own pages only, by their shape. */
const onward = z.string().regex(/^\/me\/(?:sign\/[0-9A-Z]{26}\/sign\?text=[0-9a-f]{64}|together\/sign|choices)$/)

/**
 * Where the trust lets adults state parental responsibility themselves (F1) and the answer decides whether they are asked about photos and
 * services: the address of that question, once, before the answer is given. Null when there is nothing to ask.
 */
export async function responsibilityStep(deps: SigningPagesDeps, ctx: RequestParts, page: SigningPage, to: string): Promise<string | null> {
  if (!page.link || postponed(ctx).includes(page.subject.id)) return null
  if (!await deps.responsibility.mayDeclare(page.link) || !await deps.consents.wouldBeAsked(page.subject.id, page.link.guardianId)) return null
  return `${PATH}/${page.subject.id}?to=${encodeURIComponent(to)}`
}

/** Children about whom this adult may still state it, with the address of the question. */
export async function undeclared(deps: SigningPagesDeps, personId: string): Promise<{ name: string; href: string }[]> {
  const links = (await deps.people.childrenOf([personId])).get(personId) ?? []
  const open: { name: string; href: string }[] = []
  for (const link of links) {
    if (!await deps.responsibility.mayDeclare(link) || !await deps.consents.wouldBeAsked(link.pupilId, personId)) continue
    open.push({ name: (await deps.people.person(link.pupilId))?.name ?? '', href: `${PATH}/${link.pupilId}?to=/me/choices` })
  }
  return open
}

/** `/me/responsibility/:pupilId`: "I have parental responsibility", as the adult's own statement. */
export function declarationPages(deps: SigningPagesDeps): Page[] {
  return [definePage({
    name: 'declare parental responsibility', path: `${PATH}/:pupilId`, permission: 'signed-in', params: z.strictObject({ pupilId: ulid }), query: z.object({ to: onward.optional() }),
    get: async (ctx) => {
      const { pupil } = await asked(deps, ctx)
      const on = today(ctx.now)
      const place = ((await deps.people.affiliationsOf([pupil.id])).get(pupil.id) ?? []).find((one) => isCurrent(one, on))
      const school = place ? await deps.schools.get(place.schoolId) : null
      return view('pages/signing/responsibility.njk', {
        ...(school ? { brand: deps.brandOf(school), contact: await contactOf(deps, school) } : {}), back: { href: '/me', text: sentence('Your list') }, action: ctx.path, to: ctx.query.to ?? onward.safeParse(ctx.values['to']).data ?? '', subject: pupil.name,
        items: [
          { value: 'yes', text: declarationWords(pupil.name, 'yes') }, { value: 'no', text: declarationWords(pupil.name, 'no') }, { value: 'later', text: sentence('I am not sure, or would rather not say now.') },
        ],
      })
    },
    post: {
      body: z.strictObject({ responsibility: z.enum(['yes', 'no', 'later'], 'Choose one'), to: z.union([z.literal(''), onward]).default('') }), audit: 'responsibility.declare-asked',
      handle: async (ctx) => {
        const { pupil, link } = await asked(deps, ctx)
        const to = ctx.body.to || '/me'
        if (ctx.body.responsibility === 'later') {
          ctx.session.set(LATER, [...postponed(ctx), pupil.id])
          return redirect(to)
        }
        await deps.responsibility.declare(link, { pupilName: pupil.name, guardianName: ctx.actor.name }, ctx.body.responsibility, { actor: ctx.actor.label, assurance: await assuranceOf(deps, ctx) })
        return redirect(to)
      },
    },
  })]
}

/** @throws NotFound when this person is not asked about that pupil: unknown, barred and already stated look alike. */
async function asked(deps: SigningPagesDeps, ctx: RequestParts & { params: { pupilId: string } }): Promise<{ pupil: Person; link: GuardianLink }> {
  const link = ((await deps.people.childrenOf([whoIs(ctx)])).get(whoIs(ctx)) ?? []).find((one) => one.pupilId === ctx.params.pupilId)
  const pupil = link && await deps.responsibility.mayDeclare(link) ? await deps.people.person(link.pupilId) : null
  if (!link || !pupil) throw new NotFound()
  return { pupil, link }
}

function postponed(ctx: RequestParts): string[] {
  return (ctx.session.get(LATER) as string[] | undefined) ?? []
}
