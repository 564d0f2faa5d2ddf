import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import { redirect, view } from '../../http/page-result.ts'
import type { SharedLimits } from '../../http/shared-limiter.ts'
import type { LetterCodes } from './letter-codes.ts'
import { visitorOf } from './link-pages.ts'

const PATH = '/letter'
/** An open day may bring many families to one address; whoever tries codes gets nowhere. */
const LIMIT = { max: 40, windowMs: 10 * 60_000, shared: true }
const BROWSER = { max: 10, windowMs: 10 * 60_000 }

/** `/letter`: the code from a printed letter is typed (F4). Every code that does not open is answered with the same words. */
export function letterPages({ letterCodes, sharedLimits }: { letterCodes: LetterCodes; sharedLimits: SharedLimits }): Page[] {
  const tries = sharedLimits.limiter('letter by browser', BROWSER)
  return [definePage({
    name: 'letter code', path: PATH, permission: 'public',
    get: async () => view('pages/link/letter.njk', { action: PATH, askHref: '/ask', back: { href: '/' } }),
    post: {
      body: z.strictObject({ code: z.string().max(60) }), audit: 'letter.opened', limit: LIMIT, secrets: ['code'],
      handle: async (ctx) => {
        if (!await tries.take(ctx.browserId())) throw new RequestFault(429)
        const link = await letterCodes.open(ctx.body.code, visitorOf(ctx))
        if (!link?.personId) return backToForm(ctx, 'code', 'This code does not work. Type it again as it stands in the letter, or ask the school for a new letter.')
        await ctx.session.signIn(link.personId, { via: 'link', ref: link.tokenHash })
        ctx.session.set('link-route', link.route)
        return redirect('/me')
      },
    },
  })]
}
