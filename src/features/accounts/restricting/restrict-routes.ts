import { z } from 'zod'
import type { Actor } from '../../../http/actor.ts'
import { backToForm, backWithErrors } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { addDays, longDate, longInstant, today } from '../../../shared/dates.ts'
import { NotFound, Refused } from '../../../shared/errors.ts'
import { eventWords } from '../../audit/event-words.ts'
import { type Affiliation, isCurrent, placesInCharge, STAFF_ROLES } from '../../people/affiliation.ts'
import type { Person } from '../../people/people-queries.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import type { AccessOf } from '../access-service.ts'
import { accountWords, levelWords } from '../access-words.ts'
import { type Power, powerOver } from './power-over.ts'

const params = z.strictObject({ id: z.string().length(26) })
/** What may be wrong with it is said together with everything else that is, so hardly anything is refused before. */
const typed = (most: number) => z.string().trim().max(most).default('')
const CAUSES = { misuse: 'Misuse', safeguarding: 'Safeguarding', manual: 'Something else' } as const

/** "Without: mail" of the profile `no-mail`. */
const profileWords = (name: string): string => `Without: ${name.replace(/^no-/, '')}`

/** "switched off, looked at on 2 November 2026 at 10:00". */
function stateOf(account: AccessOf['accounts'][number]): string {
  const { text, sub } = accountWords(account)
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}, ${sub}`
}

/** One person's access, limited and given back by the DSL, the head or a head of year. */
export function restrictPages(deps: AccessPageDeps): Page[] {
  return [restrictPage(deps), proofPage(deps), reviewsPage(deps)]
}

function restrictPage(deps: AccessPageDeps): Page {
  const { single } = deps
  return definePage({
    name: 'restrict a person', path: '/access/people/:id/restrict', permission: 'signed-in', params, looksAt: ({ params: { id } }) => id,
    get: async ({ actor, params: { id }, values, now }) => {
      const { person, places, power } = await subject(deps, id, actor, now)
      const on = today(now)
      const value = (name: string, otherwise = '') => (typeof values[name] === 'string' ? values[name] : otherwise)
      const shortUntil = await single.shortUntil(places[0]?.schoolId ?? null)
      return view('pages/access/restrict.njk', {
        crumbs: [{ text: 'Access of this person', href: `/access/people/${id}` }], name: person.name, path: `/access/people/${id}/restrict`, full: power === 'full', shortUntil,
        staff: isStaff(places, on),
        whats: [
          ...single.profiles().map((name) => ({ value: `profile:${name}`, text: profileWords(name), hint: 'Everything else stays, the learning platform too.' })),
          { value: 'restricted', text: 'Limited access', hint: 'They can sign in, with less than usual. Learning platform, assistive technology and exam accounts stay.' },
          ...(power === 'full' ? [{ value: 'suspended', text: 'No access', hint: 'They cannot sign in anywhere. Their work stays where it is.' }] : []),
        ],
        causes: Object.entries(CAUSES).filter(([cause]) => power === 'full' || cause !== 'safeguarding').map(([cause, text]) => ({ value: cause, text })),
        values: {
          what: value('what'), cause: value('cause'), reason: value('reason'), until: value('until', power === 'short' ? shortUntil : addDays(on, 14)), review: value('review', addDays(on, 1)),
          advice: value('advice'), emergency: [values['emergency']].flat(),
        },
      })
    },
    post: {
      body: z.strictObject({
        what: typed(70), cause: z.enum(['misuse', 'safeguarding', 'manual']).optional(), reason: typed(20_000), until: typed(200), review: typed(200),
        advice: z.enum(['taken', 'not-yet', 'not-needed']).optional(), emergency: z.literal('yes').optional(),
      }),
      audit: 'access.restriction-asked',
      handle: async (ctx) => {
        const { actor, body, params: { id }, now } = ctx
        const { places, power } = await subject(deps, id, actor, now)
        const level = body.what === 'suspended' ? 'suspended' as const : body.what === 'restricted' ? 'restricted' as const : 'full' as const
        const profile = body.what.startsWith('profile:') ? body.what.slice('profile:'.length) : null
        const wish = {
          personId: id, cause: body.cause ?? null, level, profile, reason: body.reason, untilDate: body.until, reviewOn: body.review, emergency: body.emergency === 'yes',
          advice: body.advice ?? null, actor: actor.label, power,
        }
        const school = places[0]?.schoolId ?? null
        // All at once: whoever fills this in is in a hurry.
        const wrong = await single.problems(wish, school)
        if (Object.keys(wrong).length > 0 || wish.cause === null) return backWithErrors(ctx, wrong)
        const placed = await single.place({ ...wish, cause: wish.cause }, school)
        if ('wrong' in placed) return backWithErrors(ctx, placed.wrong)
        return redirect(`/access/restrictions/${placed.id}`, 'It is in force. The directories follow in a moment.')
      },
    },
  })
}

function proofPage(deps: AccessPageDeps): Page {
  const { single, access, pages, auditQueries } = deps
  /** A5: a head of year is outside the circle, so they see and decide what they placed themselves and nothing else. */
  const restrictionFor = async (actor: Actor, id: string, now: number) => {
    const restriction = await single.get(id)
    const found = restriction && await subject(deps, restriction.personId, actor, now)
    if (!restriction || !found || (found.power === 'short' && restriction.placedBy !== actor.label)) throw new NotFound('There is no such restriction.')
    return { restriction, person: found.person }
  }
  return definePage({
    name: 'restriction', path: '/access/restrictions/:id', permission: 'signed-in', params,
    looksAt: async ({ params: { id } }) => (await single.get(id))?.personId ?? null,
    get: async ({ actor, params: { id }, now }) => {
      const { restriction, person } = await restrictionFor(actor, id, now)
      const review = await single.reviews.get(id)
      const names = await pages.actorNames([restriction.placedBy, restriction.releasedBy, review?.lookedBy ?? null])
      const { entries } = await auditQueries.bySubject(`person:${restriction.personId}`, { limit: 100 })
      const found = await access.accessOf(restriction.personId, today(now), { reveal: true })
      return view('pages/access/restriction.njk', {
        crumbs: [{ text: 'Access of this person', href: `/access/people/${restriction.personId}` }], name: person.name, path: `/access/restrictions/${id}`,
        standing: restriction.releasedAt === null && restriction.planId === null,
        facts: [
          { key: 'What', value: restriction.profile === null ? levelWords[restriction.level].text : profileWords(restriction.profile) }, { key: 'Why', value: CAUSES[restriction.cause as keyof typeof CAUSES] ?? 'Leaving' },
          { key: 'Reason', value: restriction.reason }, { key: 'From', value: longDate(restriction.fromDate) }, { key: 'Until', value: restriction.untilDate === null ? 'it is lifted' : longDate(restriction.untilDate) },
          { key: 'Placed by', value: `${names(restriction.placedBy)}, ${longInstant(restriction.placedAt)}${restriction.emergency ? ', as an emergency' : ''}` },
          ...(review ? [{ key: 'Looked at again', value: review.lookedAt === null ? `on ${longDate(review.reviewOn)} at the latest` : `by ${names(review.lookedBy)}, ${longInstant(review.lookedAt)}; next on ${longDate(review.reviewOn)}` }] : []),
          ...(review?.secondLookBy && review.lookedAt === null ? [{ key: 'Second look', value: `by somebody else, until ${longInstant(review.secondLookBy)}` }] : []),
          ...(restriction.releasedAt === null ? [] : [{ key: 'Lifted by', value: `${names(restriction.releasedBy)}, ${longInstant(restriction.releasedAt)}` }]),
          { key: 'Reference', value: id.slice(-8) },
        ],
        accounts: found.accounts.map((account) => ({ text: `${account.username}, ${account.directory}`, state: stateOf(account), protected: account.protected })),
        ledger: entries.filter(({ payload, event }) => payload?.['restriction'] === id || (event === 'access.looked-again' && payload?.['restriction'] === id))
          .map(({ event, at, index }) => ({ event: eventWords(event), at: longInstant(at), index: index === null ? null : index.toLocaleString('en-GB') })),
      })
    },
    post: {
      body: z.strictObject({ decision: z.enum(['stands', 'lift']) }), audit: 'access.restriction-looked-at',
      handle: async (ctx) => {
        const { restriction } = await restrictionFor(ctx.actor, ctx.params.id, ctx.now)
        try {
          if (ctx.body.decision === 'lift') await single.lift(restriction.id, ctx.actor.label)
          else await single.stands(restriction.id, ctx.actor.label)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, 'decision', `${error.what} ${error.remedy}`)
        }
        return redirect(ctx.path, ctx.body.decision === 'lift' ? 'Lifted. Access comes back in a moment.' : 'Kept: it stands, and comes back to be looked at.')
      },
    },
  })
}

function reviewsPage(deps: AccessPageDeps): Page {
  return definePage({
    name: 'restrictions to look at', path: '/access/reviews', permission: 'restriction.place',
    get: async ({ actor, now }) => {
      const due = await reviewsOf(deps, actor, now)
      const people = await deps.people.people(due.map(({ personId }) => personId))
      return view('pages/access/reviews.njk', {
        tasks: due.map((review) => ({
          title: people.get(review.personId)?.name ?? '', href: `/access/restrictions/${review.restrictionId}`,
          hint: review.secondLookBy === null ? `${levelWords[review.level].text}; to be looked at on ${longDate(review.reviewOn)}` : `Emergency of ${longInstant(review.placedAt)}; a second person looks until ${longInstant(review.secondLookBy)}`,
          status: review.secondLookBy === null ? 'outstanding' : 'attention', statusText: review.secondLookBy === null ? 'Look again' : 'Second look',
        })),
      })
    },
  })
}

/** Restrictions that this person may decide about and that are owed a look; their own emergencies are not theirs to look at. */
export async function reviewsOf({ single, people }: Pick<AccessPageDeps, 'single' | 'people'>, actor: Actor, now: number) {
  const due = await single.due()
  const places = await people.affiliationsOf(due.map(({ personId }) => personId))
  return due.filter((review) => powerOver(actor, review.personId, placesInCharge(places.get(review.personId) ?? [], today(now))) === 'full' && (review.secondLookBy === null || review.placedBy !== actor.label))
}

/** @throws NotFound where the reader may decide nothing about this person: absent and not theirs read alike. */
async function subject({ people }: AccessPageDeps, id: string, actor: Actor, now: number): Promise<{ person: Person; places: readonly Affiliation[]; power: Power }> {
  const person = await people.person(id)
  const places = placesInCharge(((await people.affiliationsOf([id])).get(id) ?? []).filter(({ role }) => role !== 'guardian'), today(now))
  const power = powerOver(actor, id, places)
  if (!person || power === null) throw new NotFound('There is no such person.')
  return { person, places, power }
}

const isStaff = (places: readonly Affiliation[], on: string): boolean => places.some((place) => STAFF_ROLES.has(place.role) && isCurrent(place, on))
