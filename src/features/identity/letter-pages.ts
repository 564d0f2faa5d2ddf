import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import { createAttemptLimiter } from '../../http/attempt-limiter.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import { redirect, view } from '../../http/page-result.ts'
import type { LetterCodes } from './letter-codes.ts'
import { visitorOf } from './link-pages.ts'

const PATH = '/letter'
/** An open day may bring many families to one address; whoever tries codes gets nowhere. */
const LIMIT = { max: 40, windowMs: 10 * 60_000 }
const BROWSER = { max: 10, windowMs: 10 * 60_000 }

/** `/letter`: the code from a printed letter is typed (F4). Every code that does not open is answered with the same words. */
export function letterPages({ letterCodes, clock, ids }: { letterCodes: LetterCodes; clock: Clock; ids: Ids }): Page[] {
  const tries = createAttemptLimiter(clock, BROWSER)
  const salt = ids.random(16)
  return [definePage({
    name: 'letter code', path: PATH, permission: 'public',
    get: async () => view('pages/link/letter.njk', { action: PATH, askHref: '/ask', back: { href: '/' } }),
    post: {
      body: z.strictObject({ code: z.string().max(60) }), audit: 'letter.opened', limit: LIMIT, secrets: ['code'],
      handle: async (ctx) => {
        if (!tries.take(createHash('sha256').update(salt).update(ctx.browserId()).digest('hex'))) throw new RequestFault(429)
        const link = await letterCodes.open(ctx.body.code, visitorOf(ctx))
        if (!link?.personId) return backToForm(ctx, 'code', 'This code does not work. Type it again as it stands in the letter, or ask the school for a new letter.')
        await ctx.session.signIn(link.personId, { via: 'link', ref: link.tokenHash })
        ctx.session.set('link-route', link.route)
        return redirect('/me')
      },
    },
  })]
}
