import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { MailboxQueries } from './mailbox-queries.ts'

const PATH = '/demo/mail'
const PAGE_SIZE = 50
/** Nothing is fetched and nothing runs; styles are those of the mail itself. */
const FENCE = `sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`
const params = z.strictObject({ id: z.string() })

export interface MailboxPagesDeps {
  db: Database
  config: { demo: boolean; baseUrl: string; mail: { from: string } | null }
  people: PeopleQueries
}

/**
 * The demo's mailbox: mails that would have gone out, with their live links. Whoever reads it can be anyone in the demo, so outside
 * the demo there is no such page.
 */
export function mailboxPages({ db, config, people }: MailboxPagesDeps): Page[] {
  if (config.demo !== true) return []
  const mailbox = new MailboxQueries(db)
  const find = async (id: string) => {
    const mail = await mailbox.mail(id)
    if (!mail) throw new NotFound()
    return mail
  }
  return [
    definePage({
      name: 'demo mailbox', path: PATH, permission: 'public', query: z.object({ whose: z.enum(['me', 'all']).default('all'), page: z.coerce.number().int().min(1).max(10_000).default(1) }),
      get: async (ctx) => {
        const { page } = ctx.query
        const own = ctx.actor.personId === null ? null : (await people.person(ctx.actor.personId))?.email ?? null
        const mine = own !== null && ctx.query.whose === 'me'
        const { mails, total } = await mailbox.page(mine ? own : null, (page - 1) * PAGE_SIZE, PAGE_SIZE)
        const from = (page - 1) * PAGE_SIZE
        const link = (to: number) => `${PATH}?${new URLSearchParams({ ...(mine ? { whose: 'me' } : {}), page: String(to) }).toString()}`
        return view('pages/demo/mailbox.njk', {
          crumbs: [{ text: 'Demo', href: '/demo' }], mails: mails.map((mail) => ({ ...mail, href: `${PATH}/${mail.id}` })),
          ...(own === null ? {} : { tabs: { label: 'Whose mails', items: [{ text: 'Everybody’s', href: PATH, current: !mine }, { text: `To ${ctx.actor.name}`, href: `${PATH}?whose=me`, current: mine }] } }),
          pages: {
            from: total === 0 ? 0 : from + 1, to: from + mails.length, total, what: 'mail',
            ...(page > 1 ? { previousHref: link(page - 1) } : {}), ...(from + mails.length < total ? { nextHref: link(page + 1) } : {}),
          },
        })
      },
    }),
    definePage({
      name: 'demo mail', path: `${PATH}/:id`, permission: 'public', params,
      get: async (ctx) => {
        const mail = await find(ctx.params.id)
        return view('pages/demo/mail.njk', {
          crumbs: [{ text: 'Demo', href: '/demo' }, { text: 'Mailbox', href: PATH }], subject: mail.subject, from: config.mail?.from ?? 'the school, by Assent', to: mail.to, at: mail.at,
          text: mail.text, links: linksIn(mail.text, config.baseUrl), htmlHref: `${PATH}/${mail.id}/html`,
        })
      },
    }),
    definePage({
      name: 'demo mail as html', path: `${PATH}/:id/html`, permission: 'public', params,
      get: async (ctx) => download({ filename: 'mail.html', contentType: 'text/html; charset=utf-8', body: (await find(ctx.params.id)).html, inline: true, policy: FENCE }),
    }),
  ]
}

/** The links of a mail that lead into this service, as paths of it, each once. */
export function linksIn(text: string, baseUrl: string): { text: string; href: string }[] {
  const paths = [...text.matchAll(/https?:\/\/[^\s<>")]+/g)].map((match) => match[0].replace(/[.,;]$/, ''))
    .filter((url) => url.startsWith(`${baseUrl}/`)).map((url) => url.slice(baseUrl.length))
  return [...new Set(paths)].map((href) => ({ href, text: wordsFor(href) }))
}

function wordsFor(href: string): string {
  if (href.startsWith('/link/')) return 'Open the personal link'
  if (href.startsWith('/ask')) return 'Ask for a new link'
  if (href.startsWith('/verify')) return 'Check a signed PDF'
  if (href.startsWith('/me')) return 'Open my list'
  if (href.startsWith('/agreements-in-force')) return 'Read the agreements in force'
  return href === '/' ? 'Open the front page' : `Open ${href}`
}
