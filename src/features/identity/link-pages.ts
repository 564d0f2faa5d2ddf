import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { redirect, view, type PageResult } from '../../http/page-result.ts'
import { hashToken, type LinkPurpose, type LinkState, type Visitor } from './personal-link.ts'
import type { PersonalLinks } from './personal-links.ts'

/** Any text is a token that may not exist: a malformed one is answered like an unknown one. */
const params = z.strictObject({ token: z.string() })

export interface LinkPagesParts {
  links: PersonalLinks
  /** Where a person starts after opening a link. */
  startPath: Record<LinkPurpose, string>
  /** The page that sends a new link. */
  againPath: string
}

/** `/link/TOKEN`: shows a button (nothing changes), and opens the link when it is pressed (F4). */
export function linkPages({ links, startPath, againPath }: LinkPagesParts): Page[] {
  const refused = (state: 'elsewhere' | 'gone') => refusedLink(state, againPath)
  return [definePage({
    name: 'personal link',
    path: '/link/:token',
    permission: 'public',
    params,
    get: async (ctx) => {
      const state = await links.look(ctx.params.token, visitorOf(ctx))
      return state === 'elsewhere' || state === 'gone' ? refused(state) : view('pages/link/confirm.njk', confirmation(state, ctx.path, againPath))
    },
    post: {
      body: z.strictObject({}),
      audit: 'link.opened',
      handle: async (ctx) => {
        const opened = await links.open(ctx.params.token, visitorOf(ctx))
        if (!opened.ok) return refused(opened.state)
        const { personId, purpose, tokenHash } = opened.link
        if (personId === null) return refused('gone')
        await ctx.session.signIn(personId, { via: purpose === 'sign' ? 'link' : 'administrator-link', ref: tokenHash })
        ctx.session.set('link-route', opened.link.route)
        return redirect(startPath[purpose])
      },
    },
  })]
}

/** The browser and session of a request as links see them. */
export function visitorOf(request: RequestParts): Visitor {
  return { browserHash: hashToken(request.browserId()), sessionRef: request.session.personId === null ? null : request.session.ref }
}

function confirmation(state: LinkState, action: string, againPath: string): object {
  return {
    heading: state === 'ours' ? 'Welcome back' : 'Your list is ready',
    lead: 'You came by the link that the school sent you. Press the button to see what is waiting for you.',
    action,
    again: { href: againPath },
  }
}

/** A plain answer that says nothing of whose link it was. */
export function refusedLink(state: 'elsewhere' | 'gone', againPath: string): PageResult {
  const again = { href: againPath }
  if (state === 'elsewhere') {
    return view('pages/link/confirm.njk', {
      heading: 'This link was opened on another device',
      lead: 'A link works on the device that opened it first. What you signed before is safe.',
      refused: { title: 'Carry on there, or ask for a new link', text: 'A new link comes to the address that the school has for you, and ends this one.' },
      again,
    }, 403)
  }
  return view('pages/link/confirm.njk', {
    heading: 'This link does not work',
    lead: 'Links end after some time, and when a newer one was sent. What you signed before is safe.',
    refused: { title: 'Ask for a new link', text: 'It comes to the address that the school has for you.' },
    again,
  }, 404)
}
