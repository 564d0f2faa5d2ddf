import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect } from '../../http/page-result.ts'

/** A form, not a link: no other site, prefetch or scanner signs anyone out. */
export function signOutPages({ path = '/sign-out', afterwards }: { path?: string; afterwards: string }): Page[] {
  return [definePage({
    name: 'sign out',
    path,
    permission: 'public',
    post: {
      body: z.strictObject({}),
      audit: 'session.ended',
      handle: async (ctx) => {
        await ctx.session.signOut()
        return redirect(afterwards)
      },
    },
  })]
}
