import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import type { Actor } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, view } from '../../http/page-result.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { type Instant, longInstant, today } from '../../shared/dates.ts'
import { actorNames } from '../people/actor-names.ts'
import { findPeople } from '../people/find-people.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { type Look, LooksQueries, type LooksQuestion } from './looks-queries.ts'

export interface LooksPagesDeps { db: Database; people: PeopleQueries }

const PATH = '/audit/looks'
const PERMISSION = 'looks.view'
const PAGE_SIZE = 50
const ulid = z.union([z.literal(''), z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)]).default('')
const query = z.object({ about: ulid, by: ulid, before: ulid, from: z.coerce.number().int().min(1).max(1e9).default(1), named: z.enum(['', '1']).default('') })
type Query = z.output<typeof query>

/** `/audit/looks`: for the DPO, who looked at whose record, and when (V3). */
export function looksPages(deps: LooksPagesDeps): Page[] {
  const looks = new LooksQueries(deps.db)
  return [
    definePage({
      name: 'looks', path: PATH, permission: PERMISSION, query,
      get: async (ctx) => {
        const question = questionOf(ctx.actor, ctx.query, ctx.now)
        const { looks: shown, next } = await looks.page(question, ctx.query.before || null, PAGE_SIZE)
        const total = await looks.count(question)
        const searched = ctx.query.named ? keptSearch(ctx.session, 'looks') : ''
        const found = searched ? await findPeople(deps, searched, ctx.actor.schools(PERMISSION), today(ctx.now)) : null
        return view('pages/audit/looks.njk', await pageView(deps, { query: ctx.query, shown, next, total, searched, found }))
      },
    }),
    nameSearchPage({ list: 'looks', path: `${PATH}/search`, permission: PERMISSION, listPath: PATH }),
    definePage({
      name: 'looks as csv', path: `${PATH}.csv`, permission: PERMISSION, query, stepUp: true,
      get: async (ctx) => download({
        filename: `who-looked-${today(ctx.now)}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(csv(deps, looks.all(questionOf(ctx.actor, ctx.query, ctx.now)))),
      }),
    }),
  ]
}

const questionOf = (actor: Actor, { about, by }: Query, now: Instant): LooksQuestion => ({ schools: actor.schools(PERMISSION), on: today(now), about: about || null, by: by || null })

const hrefOf = (path: string, chosen: Record<string, string>): string => {
  const query = new URLSearchParams(Object.entries(chosen).filter(([, value]) => value !== ''))
  return query.size > 0 ? `${path}?${query.toString()}` : path
}

async function pageView(deps: LooksPagesDeps, { query: { about, by, from, before }, shown, next, total, searched, found }: {
  query: Query; shown: Look[]; next: string | null; total: number; searched: string; found: { id: string; name: string }[] | null
}): Promise<object> {
  const names = await actorNames(deps.people, [...shown.flatMap(({ reader, personId }) => [reader, `person:${personId}`]), `person:${about}`, `person:${by}`])
  // A name is told of what is in view only: a reference that somebody typed must not tell whose it is at a school that is not theirs.
  const nameOf = (id: string) => (shown.length > 0 ? names(`person:${id}`) : 'this person')
  const link = (chosen: Record<string, string>) => hrefOf(PATH, { about, by, ...chosen })
  const start = before ? from : 1
  return {
    total, crumbs: [{ text: 'Settings', href: '/settings' }],
    narrowed: about || by ? { text: [about ? `at ${nameOf(about)}` : '', by ? `by ${nameOf(by)}` : ''].filter(Boolean).join(' '), clearHref: PATH } : null,
    search: { action: `${PATH}/search`, name: searched, back: link({}), label: 'Find a person: who was looked at, or who looked' },
    found: found?.map(({ id, name }) => ({ name, aboutHref: hrefOf(PATH, { about: id }), byHref: hrefOf(PATH, { by: id }) })) ?? null,
    table: {
      caption: 'Looks, newest first', captionHidden: true, columns: [{ text: 'When' }, { text: 'Who looked' }, { text: 'At whom' }, { text: 'Page' }],
      rows: shown.map((look) => {
        const reader = /^person:(.{26})$/.exec(look.reader)?.[1]
        return [{ text: longInstant(look.at) }, { text: names(look.reader), ...(reader ? { href: link({ by: reader }) } : {}) }, { text: names(`person:${look.personId}`), href: link({ about: look.personId }) }, { text: look.page || 'no longer known' }]
      }),
    },
    pages: {
      from: shown.length === 0 ? 0 : start, to: start + shown.length - 1, total, what: 'look', ...(start > 1 ? { previousHref: link({}) } : {}),
      ...(next ? { nextHref: link({ before: next, from: String(start + shown.length) }) } : {}),
    },
    csvHref: hrefOf(`${PATH}.csv`, { about, by }),
  }
}

async function* csv({ people }: LooksPagesDeps, batches: AsyncIterable<Look[]>): AsyncIterable<string> {
  yield `\uFEFF${csvLine(['When (UTC)', 'Who looked', 'Reference of the reader', 'At whom', 'Reference of the person', 'Page'])}`
  for await (const looks of batches) {
    const names = await actorNames(people, looks.flatMap(({ reader, personId }) => [reader, `person:${personId}`]))
    yield looks.map((look) => csvLine([new Date(look.at).toISOString(), names(look.reader), look.reader, names(`person:${look.personId}`), `person:${look.personId}`, look.page])).join('')
  }
}
