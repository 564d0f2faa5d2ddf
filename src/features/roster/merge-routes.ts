import { Readable } from 'node:stream'
import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import { pageNumber, pagesOf } from '../../http/paging.ts'
import type { Actor } from '../../http/actor.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { Forbidden, NotFound, Refused } from '../../shared/errors.ts'
import { roleWords, yearWords } from './change-words.ts'
import type { MergePair } from './merge-pairs.ts'
import { readerOf, type RosterPageDeps } from './roster-page-deps.ts'

const PER_PAGE = 50
const params = z.strictObject({ id: z.string().length(26) })

/** `/rosters/runs/:id/merge`: the answer to new identifiers of people already known (B3). */
export function mergePages({ queries, merges }: RosterPageDeps): Page[] {
  return [
    definePage({
      name: 'merge identifiers', path: '/rosters/runs/:id/merge', permission: 'roster.view', params, query: z.object({ page: pageNumber }),
      get: async ({ actor, params: { id }, query, path, values }) => {
        const { view: found, pairs, unclear } = await offered(id, actor)
        const shown = pairs.slice((query.page - 1) * PER_PAGE, query.page * PER_PAGE)
        return view('pages/roster/merge.njk', {
          crumbs: [{ text: 'Rosters', href: '/rosters' }, { text: 'Refused reading', href: `/rosters/runs/${id}` }],
          action: path, csvHref: `${path}.csv`, unclear, typed: values['count'], leaveOut: values['out'],
          sentence: `The file of “${found.source.name}” names ${pairs.length.toLocaleString('en-GB')} people by new identifiers who look like people that are known already by another.`,
          blocked: mayDecide(actor) ? null : 'You may read this list but not decide. Somebody for the whole trust with the right to approve rosters does.',
          pairs: {
            caption: 'Pairs', captionHidden: true, columns: [{ text: 'Name' }, { text: 'Role' }, { text: 'Known as' }, { text: 'New identifier' }],
            rows: shown.map((pair) => [{ text: pair.name }, { text: roleOf(pair) }, { text: pair.oldKey }, { text: pair.newKey }]),
          },
          pages: pagesOf({ page: query.page, size: PER_PAGE, shown: shown.length, total: pairs.length, what: 'pair', path }),
        })
      },
      post: {
        body: z.strictObject({ answer: z.enum(['merge', 'undo']), count: z.string().trim().max(12).default(''), out: z.string().max(20_000, 'Use at most 20,000 characters').default('') }),
        audit: 'roster.merge-decided', permission: 'roster.approve',
        handle: async (ctx) => {
          const { actor, body, params: { id } } = ctx
          await offered(id, actor)
          if (!mayDecide(actor)) throw new Forbidden('Identifiers are merged by somebody for the whole trust.')
          if (body.answer === 'undo') {
            const removed = await merges.undo(id, actor.label)
            return redirect(ctx.path, `Taken back: ${removed.toLocaleString('en-GB')} identifiers.`)
          }
          if (!/^\d{1,9}$/.test(body.count)) return backToForm(ctx, 'count', 'Type the number of pairs in figures, such as 12')
          try {
            const merged = await merges.merge(id, { actor: actor.label, count: Number(body.count), leaveOut: body.out.split(/[\s,;]+/).filter(Boolean) })
            return redirect(`/rosters/runs/${id}`, `Remembered: ${merged.toLocaleString('en-GB')} new identifiers. Now read the file again.`)
          } catch (error) {
            if (!(error instanceof Refused)) throw error
            return backToForm(ctx, 'count', `${error.what} ${error.remedy}`.trim())
          }
        },
      },
    }),
    definePage({
      name: 'pairs of identifiers', path: '/rosters/runs/:id/merge.csv', permission: 'roster.view', params, stepUp: true,
      get: async ({ actor, params: { id } }) => {
        const { pairs } = await offered(id, actor)
        const lines = ['\ufeff', csvLine(['name', 'role', 'known as', 'new identifier']), ...pairs.map((pair) => csvLine([pair.name, roleOf(pair), pair.oldKey, pair.newKey]))]
        return download({ filename: `identifiers-${id}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(lines, { objectMode: false }) })
      },
    }),
  ]

  /** @throws NotFound where there is nothing to merge, or the reader does not see every school of the source. */
  async function offered(id: string, actor: Actor) {
    const found = actor.schools('roster.view') === 'all' ? await queries.run(id, readerOf(actor)) : null
    const findings = found ? await merges.findings(found.run) : null
    if (!found || !findings) throw new NotFound('There is nothing to merge here.')
    return { view: found, ...findings }
  }
}

const mayDecide = (actor: Actor): boolean => actor.schools('roster.approve') === 'all'

const roleOf = ({ role, yearCode }: MergePair): string => [roleWords(role), ...(yearCode === null ? [] : [yearWords(yearCode)])].join(', ')
