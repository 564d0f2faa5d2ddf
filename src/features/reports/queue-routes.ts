import { z } from 'zod'
import { type Actor, ensureNotOwn } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { longDate, longInstant } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { OutcomeService } from '../signing/outcome-service.ts'
import { CAUSE_WORDS } from '../signing/person-signing-views.ts'
import { QUEUE_KINDS, type QueueItem, type QueueKind, type QueueQueries } from './queue-queries.ts'
import { QUEUES as PATH, queuePaperPages, type QueuePaperPagesDeps, shownOf } from './queue-paper-routes.ts'
import { type PaperWay, paperWays } from './queue-paper.ts'
import type { QueueService } from './queue-service.ts'

export interface QueuePagesDeps extends QueuePaperPagesDeps { queues: QueueQueries; queueMarks: QueueService; outcomes: OutcomeService; schools: SchoolStore }

const PERMISSION = 'queues.view'
const WORDS: Record<QueueKind, { title: string; next: string; none: string }> = {
  call: { title: 'Calls wanted', next: 'Call them. Nobody is chased meanwhile. If they change their mind they can do so on their list, or you ask again.', none: 'Nobody waits for a call.' },
  declined: { title: 'Said no', next: 'A conversation is the next step. Nobody is chased after a no.', none: 'Nobody has said no.' },
  disagree: { title: 'Parents or carers who disagree', next: 'The answer “no” counts until they agree. Speak with each by themselves; never tell one what the other said.', none: 'Nobody disagrees.' },
  unreachable: { title: 'Cannot be reached', next: 'Add an e-mail address in the MIS, or ask on paper.', none: 'Everybody can be reached.' },
  excused: { title: 'Excuses that end soon', next: 'Excuse them for longer, or let it end: then they are asked again.', none: 'No excuse ends within two weeks.' },
}
const itemBody = z.strictObject({ kind: z.enum(QUEUE_KINDS), key: z.string().max(80), remark: z.string().trim().max(500, 'Use at most 500 characters').default('') })

/** `/office/queues`: the cases that no mail settles, each with who, why, since when, and what to do next. */
export function queuePages(deps: QueuePagesDeps): Page[] {
  return [
    definePage({
      name: 'queues', path: PATH, permission: PERMISSION, query: z.object({ kind: z.enum(QUEUE_KINDS).optional() }),
      get: async ({ actor, query }) => {
        const items = await deps.queues.items(actor.schools(PERMISSION))
        const kind = query.kind ?? QUEUE_KINDS.find((one) => items.some((item) => item.kind === one)) ?? 'declined'
        const schools = new Map((await deps.schools.all()).map((school) => [school.id, school.name]))
        const shown = shownOf(items, kind)
        const ways = kind === 'unreachable' ? await paperWays(deps, shown) : new Map<string, PaperWay>()
        const views = shown.map((item) => itemView(item, schools.get(item.schoolId) ?? '', actor, ways.get(item.key)))
        return view('pages/office/queues.njk', {
          tabs: { label: 'Queues', items: QUEUE_KINDS.map((one) => ({ text: WORDS[one].title, href: `${PATH}?kind=${one}`, current: one === kind, count: items.filter((item) => item.kind === one).length })) },
          heading: WORDS[kind].title, next: WORDS[kind].next, nobody: WORDS[kind].none, doneAction: `${PATH}/done`, passAction: `${PATH}/pass`,
          items: views, more: items.filter((item) => item.kind === kind).length > shown.length,
          paperAction: `${PATH}/paper`, letterAction: `${PATH}/letters`, allOnPaper: views.filter(({ mayPrint }) => mayPrint).length, allByLetter: views.filter(({ mayWrite }) => mayWrite).length,
        })
      },
    }),
    definePage({
      name: 'queue item done', path: `${PATH}/done`, permission: PERMISSION,
      post: {
        body: itemBody, audit: 'queue.done-asked',
        handle: async ({ actor, body }) => {
          const item = await deps.queues.item(body.kind, body.key, actor.schools(PERMISSION))
          if (!item) throw new NotFound('This case is settled already.')
          ensureNotOwn(actor, item.personId)
          await deps.queueMarks.done(item, body.remark, actor.label)
          return redirect(`${PATH}?kind=${body.kind}`, 'Noted as done.')
        },
      },
    }),
    definePage({
      name: 'pass to dsl', path: `${PATH}/pass`, permission: PERMISSION,
      post: {
        body: z.strictObject({ kind: z.enum(['call', 'declined']), key: z.string().max(80) }), audit: 'decline.pass-asked',
        handle: async ({ actor, body }) => {
          const item = await deps.queues.item(body.kind, body.key, actor.schools(PERMISSION))
          if (!item) throw new NotFound('This case is settled already.')
          ensureNotOwn(actor, item.personId)
          await deps.outcomes.passToDsl(item.key, actor.label)
          return redirect(`${PATH}?kind=${body.kind}`, 'Passed on. It stands first in the queue of the safeguarding lead.')
        },
      },
    }),
    ...queuePaperPages(deps),
  ]
}

function itemView(item: QueueItem, school: string, actor: Actor, way: PaperWay | undefined) {
  const since = item.excuse ? `Until ${longDate(item.excuse.until)}: ${CAUSE_WORDS[item.excuse.cause]}` : `Since ${longInstant(item.since)}`
  const related = actor.personId === item.personId || (actor.relatedTo?.includes(item.personId) ?? false)
  const common = { kind: item.kind, key: item.key, id: item.key.replace(/[^0-9A-Za-z]/g, '-'), name: item.name, what: item.what, school, since, related, mayPrint: false, mayWrite: false }
  if (related) return common
  return {
    ...common, href: `/office/signing/${item.personId}`, by: item.by, reason: item.reason,
    passed: item.passedAt === null ? null : `Passed to the safeguarding lead on ${longInstant(item.passedAt)}`, mayPass: (item.kind === 'call' || item.kind === 'declined') && item.passedAt === null,
    ...(way ? {
      nobody: way.slots.length === 0, mayPrint: way.slots.length > 0 && actor.can('paper.enter', item.schoolId), mayWrite: way.letterTo.length > 0 && actor.can('letters.print', item.schoolId),
    } : {}),
  }
}
