import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { redirect, view, type PageResult } from '../../http/page-result.ts'
import { sentence } from '../../shared/sentence.ts'
import type { LinkProofs } from './link-proofs.ts'
import { hashToken, type LinkPurpose, type LinkState, type PersonalLink, type Visitor } from './personal-link.ts'
import type { PersonalLinks } from './personal-links.ts'

/** Any text is a token that may not exist: a malformed one is answered like an unknown one. */
const params = z.strictObject({ token: z.string() })

export interface LinkPagesParts {
  links: PersonalLinks
  /** Where a person starts after opening a link. */
  startPath: Record<LinkPurpose, string>
  /** The page that sends a new link. */
  againPath: string
  /** A second proof for links by mail, where the trust asks for one. */
  proofs?: LinkProofs | null
}

/** `/link/TOKEN`: shows a button (nothing changes), and opens the link when it is pressed (F4). */
export function linkPages({ links, startPath, againPath, proofs = null }: LinkPagesParts): Page[] {
  const enter = async (ctx: RequestParts, link: PersonalLink): Promise<PageResult> => {
    if (link.personId === null) return refused('gone')
    // An administrator's link comes from whoever runs the server: it proves who its holder is, so that they may set up a proof.
    await ctx.session.signIn(link.personId, link.purpose === 'sign' ? { via: 'link', ref: link.tokenHash } : { via: 'administrator-link', ref: link.tokenHash, provenAt: ctx.now })
    ctx.session.set('link-route', link.route)
    return redirect(startPath[link.purpose])
  }
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
        const { link } = opened
        const browserHash = hashToken(ctx.browserId())
        if (!proofs || link.route !== 'mail' || link.purpose !== 'sign' || await proofs.isProved(link.tokenHash, browserHash)) return enter(ctx, link)
        await proofs.ask(link.tokenHash, browserHash)
        ctx.session.set(PROOF, ctx.params.token)
        return redirect(PROOF_PATH)
      },
    },
  }), ...(proofs ? [proofPage(links, proofs, enter, refused)] : [])]
}

const PROOF_PATH = '/link/proof'
/** The token of a link that waits for its second proof; the link is opened by this browser already. */
const PROOF = 'link-proof'

/** The six figures from the second mail. */
function proofPage(links: PersonalLinks, proofs: LinkProofs, enter: (ctx: RequestParts, link: PersonalLink) => Promise<PageResult>, refused: (state: 'elsewhere' | 'gone') => PageResult): Page {
  return definePage({
    name: 'second proof', path: PROOF_PATH, permission: 'public',
    get: async () => view('pages/link/confirm.njk', {
      heading: sentence('One more check'), lead: sentence('We have sent six figures to the address that the school has for you. So a link that was passed on opens nothing.'), action: PROOF_PATH,
      askCode: { label: sentence('The six figures from the second mail'), hint: sentence('They work for ten minutes. It may take a minute until they come.') },
    }),
    post: {
      body: z.strictObject({ code: z.string().max(20) }), audit: 'link.proved', secrets: ['code'], limit: { max: 60, windowMs: 10 * 60_000, shared: true },
      handle: async (ctx) => {
        const token = ctx.session.get(PROOF)
        const opened = typeof token === 'string' ? await links.open(token, visitorOf(ctx)) : null
        if (!opened?.ok) return refused('gone')
        if (!await proofs.prove(opened.link.tokenHash, hashToken(ctx.browserId()), ctx.body.code)) {
          return backToForm(ctx, 'code', 'These figures do not work. Type them again as they stand in the second mail. After five tries, open your link again in ten minutes.')
        }
        return enter(ctx, opened.link)
      },
    },
  })
}

/** The browser and session of a request as links see them. */
export function visitorOf(request: RequestParts): Visitor {
  return { browserHash: hashToken(request.browserId()), sessionRef: request.session.personId === null ? null : request.session.ref }
}

function confirmation(state: LinkState, action: string, againPath: string): object {
  return {
    heading: state === 'ours' ? sentence('Welcome back') : sentence('Your list is ready'),
    lead: sentence('You came by the link that the school sent you. Press the button to see what is waiting for you.'),
    action,
    again: { href: againPath },
  }
}

/** A plain answer that says nothing of whose link it was. */
export function refusedLink(state: 'elsewhere' | 'gone', againPath: string): PageResult {
  const again = { href: againPath }
  if (state === 'elsewhere') {
    return view('pages/link/confirm.njk', {
      heading: sentence('This link was opened on another device'),
      lead: sentence('A link works on the device that opened it first. What you signed before is safe.'),
      refused: { title: sentence('Carry on there, or ask for a new link'), text: sentence('A new link comes to the address that the school has for you, and ends this one.') },
      again,
    }, 403)
  }
  return view('pages/link/confirm.njk', {
    heading: sentence('This link does not work'),
    lead: sentence('Links end after some time, and when a newer one was sent. What you signed before is safe.'),
    refused: { title: sentence('Ask for a new link'), text: sentence('It comes to the address that the school has for you.') },
    again,
  }, 404)
}
