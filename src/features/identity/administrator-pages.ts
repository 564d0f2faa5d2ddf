import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { json, redirect, view } from '../../http/page-result.ts'
import type { AdministratorSignIn } from './administrator-sign-in.ts'
import { keepChallenge, takeChallenge } from './challenges.ts'
import type { PasskeyService } from './passkey-service.ts'
import { passkeyBody } from './passkey-form.ts'

const PATH = '/sign-in/administrator'
const LIMIT = { max: 20, windowMs: 10 * 60_000, shared: true }
/** One sentence for every reason, so that nobody learns which addresses exist. */
const NO = 'That did not work. Check the address, and use a code that you have not used before.'

/** `/sign-in/administrator`: the way in when the school's own sign-in is not there. */
export function administratorPages({ signIn, passkeys, startPath }: { signIn: AdministratorSignIn; passkeys: PasskeyService; startPath: string }): Page[] {
  return [
    definePage({
      name: 'administrator sign-in', path: PATH, permission: 'public',
      get: async (ctx) => (ctx.actor.personId !== null ? redirect(startPath) : view('pages/identity/administrator-sign-in.njk', {
        action: PATH, email: ctx.values['email'], passkey: passkeys.possible ? { action: `${PATH}/passkey`, options: `${PATH}/passkey/options` } : null, back: { href: '/sign-in' },
      })),
      post: {
        body: z.strictObject({ email: z.string().trim().max(254), code: z.string().trim().max(40) }), audit: 'administrator.sign-in-tried', limit: LIMIT, secrets: ['code'],
        handle: async (ctx) => {
          const personId = await signIn.byCode(ctx.body.email, ctx.body.code)
          if (personId === null) return backToForm({ ...ctx, body: { email: ctx.body.email } }, 'code', NO)
          await ctx.session.signIn(personId, { via: 'totp', provenAt: ctx.now })
          return redirect(startPath)
        },
      },
    }),
    definePage({
      name: 'administrator passkey question', path: `${PATH}/passkey/options`, permission: 'public',
      post: {
        body: z.strictObject({}), audit: 'administrator.passkey-asked', limit: LIMIT,
        handle: async (ctx) => {
          const { options, challenge } = await passkeys.question()
          keepChallenge(ctx.session, 'sign-in', challenge, ctx.now)
          return json(options)
        },
      },
    }),
    definePage({
      name: 'administrator passkey answer', path: `${PATH}/passkey`, permission: 'public',
      post: {
        body: passkeyBody, audit: 'administrator.sign-in-tried', limit: LIMIT, secrets: ['credential'],
        handle: async (ctx) => {
          const challenge = takeChallenge(ctx.session, 'sign-in', ctx.now)
          const personId = challenge === null ? null : await signIn.byPasskey(ctx.body.credential, challenge)
          if (personId === null) return backToForm({ ...ctx, body: {} }, 'email', 'That passkey did not work here. Try again, or use a code.', PATH)
          await ctx.session.signIn(personId, { via: 'passkey', provenAt: ctx.now })
          return redirect(startPath)
        },
      },
    }),
  ]
}
