import { z } from 'zod'
import { type Actor, ensureNotOwn } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import type { PaperService } from '../paper/paper-service.ts'
import { type LetterPagesDeps, printLetters } from '../paper/print-letters.ts'
import { type PaperWay, paperWays, type PaperWaysDeps } from './queue-paper.ts'
import type { QueueItem, QueueKind, QueueQueries } from './queue-queries.ts'

export interface QueuePaperPagesDeps extends PaperWaysDeps, LetterPagesDeps { queues: QueueQueries; paper: PaperService }

export const QUEUES = '/office/queues'
const BACK = `${QUEUES}?kind=unreachable`
const MOST_SHOWN = 100
/** One case, or everybody whom the list shows. */
const body = z.strictObject({ key: z.string().max(80).default('') })

/** Of one queue what its page shows, what was passed on first. */
export function shownOf(items: readonly QueueItem[], kind: QueueKind): QueueItem[] {
  return items.filter((item) => item.kind === kind).sort((a, b) => Number(b.passedAt !== null) - Number(a.passedAt !== null)).slice(0, MOST_SHOWN)
}

/** From the queue "Cannot be reached" on to paper: agreements to sign by hand (S7), or letters with a code (F4). */
export function queuePaperPages(deps: QueuePaperPagesDeps): Page[] {
  /** Of whoever asks for all, their own family is left out; asked for by name, it is refused (P7). */
  const waysFor = async (actor: Actor, permission: string, key: string): Promise<PaperWay[]> => {
    const items = shownOf(await deps.queues.items(actor.schools(permission)), 'unreachable')
    const wanted = key === '' ? items.filter(({ personId }) => personId !== actor.personId && !actor.relatedTo?.includes(personId)) : items.filter((item) => item.key === key)
    if (wanted.length === 0 && key !== '') throw new NotFound('This case is settled already.')
    if (key !== '') wanted.forEach(({ personId }) => ensureNotOwn(actor, personId))
    return [...(await paperWays(deps, wanted)).values()]
  }
  return [
    definePage({
      name: 'print for who cannot be reached', path: `${QUEUES}/paper`, permission: 'paper.enter',
      post: {
        body, audit: 'paper.print-asked',
        handle: async ({ actor, body: { key } }) => {
          const slots = (await waysFor(actor, 'paper.enter', key)).flatMap((way) => way.slots)
          // A child may stand there twice: no address is known, and contact goes through the office.
          const printId = await deps.paper.print(actor, [...new Map(slots.map((slot) => [slot.signatory.id, slot])).values()])
          return printId ? redirect(`/paper/prints/${printId}`) : redirect(BACK, { kind: 'info', text: 'Nothing is open that could be printed.' })
        },
      },
    }),
    definePage({
      name: 'letters to who cannot be reached', path: `${QUEUES}/letters`, permission: 'letters.print',
      post: {
        body, audit: 'letter.print-asked',
        handle: async (ctx) => {
          const ids = (await waysFor(ctx.actor, 'letters.print', ctx.body.key)).flatMap((way) => way.letterTo)
          return printLetters(deps, ctx, [...new Set(ids)], BACK, { leaveOutFamily: ctx.body.key === '' })
        },
      },
    }),
  ]
}
