import { z } from 'zod'
import { type Actor, ensureCan, ensureNotFamily } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { pageNumber } from '../../http/paging.ts'
import { isCalendarDate, today } from '../../shared/dates.ts'
import { NotFound, Refused, UnusableInput } from '../../shared/errors.ts'
import { isProposedLeaver, missingPlaces } from './missing-places.ts'
import type { MissingAnswer } from './missing-service.ts'
import { MISSING_PER_PAGE, missingView } from './missing-views.ts'
import type { RosterPageDeps } from './roster-page-deps.ts'

const PATH = '/rosters/missing'

/** `/rosters/missing`: proposed leavers with their three answers, and who is newly missing (R4). */
export function missingPages({ db, missing, placeEnds, schools, auditQueries, queries, whenEnded }: RosterPageDeps): Page[] {
  return [definePage({
    name: 'missing people', path: PATH, permission: 'roster.view',
    query: z.object({ page: pageNumber }),
    get: async ({ actor, now, query, values }) => {
      const places = await missingPlaces(db, { on: today(now), schools: actor.schools('roster.view') })
      const proposed = places.filter(isProposedLeaver)
      const shown = proposed.slice((query.page - 1) * MISSING_PER_PAGE, query.page * MISSING_PER_PAGE)
      return view('pages/roster/missing.njk', {
        action: PATH,
        ...missingView({
          proposed, newly: places.filter((place) => !isProposedLeaver(place)), page: query.page, values, filter: {},
          schoolNames: new Map((await schools.all()).map(({ id, name }) => [id, name])),
          asked: await notes(shown.map(({ affiliationId }) => affiliationId)),
          stated: await placeEnds.stillStated({ schools: actor.schools('roster.view') }),
          may: (place) => (!actor.can('roster.approve', place.schoolId) ? 'no' : actor.relatedTo?.includes(place.personId) ? 'family' : 'yes'),
          personHref: actor.can('person.view') ? (id) => `/access/people/${id}` : null,
        }),
      })
    },
    post: {
      body: z.strictObject({
        place: z.string().length(26), answer: z.enum(['left', 'stays', 'ask', 'list-left', 'list-stays'], 'Choose an answer'), note: z.string().trim().max(300, 'Use at most 300 characters').default(''),
        'on-day': z.string().trim().max(4).default(''), 'on-month': z.string().trim().max(4).default(''), 'on-year': z.string().trim().max(6).default(''),
      }),
      audit: 'roster.missing-answered', permission: 'roster.approve',
      handle: async (ctx) => {
        const { actor, body, now } = ctx
        if (body.answer === 'list-left' || body.answer === 'list-stays') return answerListed(actor, body.place, body.answer === 'list-left' ? 'left' : 'stays')
        const [place] = await missingPlaces(db, { on: today(now), affiliationId: body.place })
        if (!place) throw new NotFound('This person is not missing any more.')
        ensureCan(actor, 'roster.approve', place.schoolId)
        ensureNotFamily(actor, place.personId)
        const answer = answerOf({ ...body, answer: body.answer })
        if (answer === null) return backToForm(ctx, `on-${body.place}`, 'Write the last day at the school, such as 31 8 2026')
        try {
          await missing.answerMissing(body.place, answer, actor.label)
        } catch (error) {
          if (!(error instanceof UnusableInput) && !(error instanceof Refused)) throw error
          return backToForm(ctx, `on-${body.place}`, `${error.what} ${error.remedy}`.trim())
        }
        return redirect(PATH, SAID[answer.kind])
      },
    },
  })]

  async function answerListed(actor: Actor, affiliationId: string, answer: 'left' | 'stays') {
    const [place] = await placeEnds.stillStated({ schools: 'all', affiliationId })
    if (!place) throw new NotFound('This has been answered already.')
    ensureCan(actor, 'roster.approve', place.schoolId)
    ensureNotFamily(actor, place.personId)
    await missing.answerListed(affiliationId, answer, actor.label)
    if (answer === 'left') return redirect(PATH, 'Noted: they have left. Put the leaving date into the MIS, so that both say the same.')
    await whenEnded(actor)
    return redirect(PATH, 'Noted: they are still here, and have their place again. The plan for their access is made.')
  }

  /** The newest note about each of these places. */
  async function notes(ids: string[]): Promise<Map<string, { at: number; by: string; note: string }>> {
    const found = new Map<string, { at: number; actor: string; note: string }>()
    for (const id of ids) {
      const { entries } = await auditQueries.bySubject(`affiliation:${id}`, { limit: 5 })
      const entry = entries.find(({ event }) => event === 'roster.missing-ask')
      if (entry) found.set(id, { at: entry.at, actor: entry.actor, note: typeof entry.payload?.['note'] === 'string' ? entry.payload['note'] : '' })
    }
    const name = await queries.actorNames([...found.values()].map(({ actor }) => actor))
    return new Map([...found].map(([id, { at, actor, note }]) => [id, { at, by: name(actor), note }]))
  }
}

const SAID: Record<MissingAnswer['kind'], string> = {
  left: 'Noted: the place ends on that day. The next look for leavers finds it.',
  stays: 'Noted: they are still here, and are kept until the source says something new about them.',
  ask: 'Noted that the MIS is asked. They stay in this list, and nothing happens to them.',
}

function answerOf(body: { answer: MissingAnswer['kind']; note: string; 'on-day': string; 'on-month': string; 'on-year': string }): MissingAnswer | null {
  if (body.answer === 'stays') return { kind: 'stays' }
  if (body.answer === 'ask') return { kind: 'ask', note: body.note }
  const on = `${body['on-year'].padStart(4, '0')}-${body['on-month'].padStart(2, '0')}-${body['on-day'].padStart(2, '0')}`
  return isCalendarDate(on) ? { kind: 'left', on } : null
}
