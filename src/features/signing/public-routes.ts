import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { helpQuestions, storedGroups } from './about-views.ts'
import { contactOf } from './contact.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

/** A school's families may share one address on its open day; a machine that tries addresses shall not get far. */
const ASK_LIMIT = { max: 30, windowMs: 10 * 60_000, shared: true }

/** What anyone may see: the start, asking for one's own link (F4), how to come in, what is stored, help. */
export function publicPages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'start', path: '/', permission: 'public',
      get: async (ctx) => view('pages/about/start.njk', {
        trustName: deps.trust.name, signHref: ctx.actor.personId === null ? '/ask' : '/me', verifyHref: '/verify', signedIn: ctx.actor.personId !== null, demo: deps.config.demo,
      }),
    }),
    definePage({
      name: 'ask for link', path: '/ask', permission: 'public',
      get: async (ctx) => view('pages/signing/ask.njk', { action: '/ask', email: ctx.values['email'], back: { href: '/' } }),
      post: {
        body: z.strictObject({ email: z.string().trim().max(254, 'Use at most 254 characters.').pipe(z.email('Write an e-mail address, such as name@example.org.')) }),
        audit: 'link.asked', limit: ASK_LIMIT,
        handle: async (ctx) => {
          await deps.askedLinks.ask(ctx.body.email)
          return redirect('/ask/sent')
        },
      },
    }),
    definePage({
      name: 'asked for link', path: '/ask/sent', permission: 'public',
      get: async () => view('pages/signing/asked.njk', { contact: await contactOf(deps, null), back: { href: '/' } }),
    }),
    definePage({
      name: 'sign in', path: '/sign-in', permission: 'public',
      get: async (ctx) => (ctx.actor.personId === null ? view('pages/about/sign-in.njk', { ways: await deps.signIn.ways(), askHref: '/ask', back: { href: '/' } }) : redirect('/me')),
    }),
    definePage({
      name: 'what is stored', path: '/stored', permission: 'public',
      get: async () => view('pages/about/stored.njk', { groups: storedGroups(), contact: await contactOf(deps, null), back: { href: '/' } }),
    }),
    definePage({ name: 'what is stored, old address', path: '/about/stored', permission: 'public', get: async () => redirect('/stored') }),
    definePage({
      name: 'help', path: '/help', permission: 'public',
      get: async () => view('pages/about/help.njk', { questions: helpQuestions(), contact: await contactOf(deps, null), back: { href: '/' } }),
    }),
  ]
}
