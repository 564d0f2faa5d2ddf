import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { refusedLink, visitorOf } from './link-pages.ts'
import type { SetupLink } from './setup-link.ts'

/** Once in the life of an installation; slips included. */
const LIMIT = { max: 30, windowMs: 10 * 60_000, shared: true }

const oneLine = (most: number, words: string) => z.string().trim().min(1, words).max(most, `Use at most ${most} characters`)

/** `/setup/TOKEN`: the first administrator says who they are and is signed in. */
export function setupPages({ setup, startPath, againPath }: { setup: SetupLink; startPath: string; againPath: string }): Page[] {
  return [definePage({
    name: 'set up',
    path: '/setup/:token',
    permission: 'public',
    params: z.strictObject({ token: z.string() }),
    get: async (ctx) => {
      const state = await setup.look(ctx.params.token, visitorOf(ctx))
      if (state === 'elsewhere' || state === 'gone') return refusedLink(state, againPath)
      return view('pages/setup/administrator.njk', {
        action: ctx.path, name: ctx.values['name'], email: ctx.values['email'], trustName: ctx.values['trustName'],
      })
    },
    post: {
      body: z.strictObject({
        name: oneLine(190, 'Write your name'),
        email: z.string().trim().max(254, 'Use at most 254 characters').pipe(z.email('Write your work e-mail address, such as name@school.uk')),
        trustName: oneLine(190, 'Write the name of your trust or school').optional(),
      }),
      audit: 'setup.done', limit: LIMIT,
      handle: async (ctx) => {
        const { name, email, trustName } = ctx.body
        const done = await setup.setUp(ctx.params.token, visitorOf(ctx), { name, email, ...(trustName === undefined ? {} : { trustName }) })
        // Sent twice by the same browser: the first time did it.
        if (!done.ok && done.state === 'ours') return redirect(startPath)
        if (!done.ok) return refusedLink(done.state === 'elsewhere' ? 'elsewhere' : 'gone', againPath)
        await ctx.session.signIn(done.personId, { via: 'setup', ref: done.link.tokenHash, provenAt: ctx.now })
        return redirect(startPath)
      },
    },
  })]
}
