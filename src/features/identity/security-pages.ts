import { z } from 'zod'
import { qrPicture } from '../../adapters/qr/qr-picture.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import type { StepUp } from '../../http/page-deps.ts'
import { json, type PageResult, redirect, view } from '../../http/page-result.ts'
import type { Sessions } from '../../http/sessions.ts'
import { isFresh } from '../../http/step-up.ts'
import { Forbidden, NotFound } from '../../shared/errors.ts'
import { keepChallenge, takeChallenge } from './challenges.ts'
import { passkeyBody } from './passkey-form.ts'
import { isGrantedRole } from './permissions.ts'
import type { Proofs } from './proofs.ts'
import { securityView } from './security-views.ts'
import { totpAddress } from './totp.ts'

export interface SecurityPagesParts {
  proofs: Proofs
  sessions: Pick<Sessions, 'sessionsOf' | 'endSession' | 'endSessionsOf'>
  stepUp: StepUp
  demo: boolean
  siteName: () => string
  /** Ways outside this service to prove who one is, as on the page that takes a proof. */
  others?(request: RequestParts): Promise<object[]>
  /** Where somebody goes on whose sign-in is set up. */
  startPath: string
  /** Where a browser goes whose session has ended. */
  signedOutPath: string
}

const PATH = '/security'
/** Who of these has a use for a token of their own (B8). */
const COMMAND_LINE = ['access.plan', 'access.approve', 'roster.run', 'roster.approve', 'restriction.place'] as const
const SECRET = 'totp-secret'
const CODES = 'recovery-codes'
/** How long after signing in somebody without any proof may set up their first. */
const FIRST_MS = 15 * 60_000

/** `/security`: one's own passkeys, codes and sessions. */
export function securityPages(parts: SecurityPagesParts): Page[] {
  return [overviewPage(parts), startPage(parts), ...passkeyPages(parts), ...codePages(parts), ...sessionPages(parts)]
}

/** Only who was given a role has something to prove; what a mailed link opens has none. */
const hasRole = ({ actor }: RequestParts): boolean => actor.roles.some(({ role }) => isGrantedRole(role))

/**
 * Whether a proof may be added or taken away now: with a fresh proof, or, for the very first, soon after signing in. Else the
 * page that takes a proof.
 */
async function notYet(ctx: RequestParts, { proofs, stepUp }: SecurityPagesParts): Promise<PageResult | null> {
  if (!hasRole(ctx)) throw new Forbidden('Only people who were given a role here set up a passkey or codes.')
  if (isFresh(ctx.session.provenAt, ctx.now, stepUp.windowMs)) return null
  const has = await proofs.of(ctx.actor.personId ?? '')
  if (has.passkeys === 0 && !has.codes && ctx.now - (ctx.session.startedAt ?? 0) < FIRST_MS) return null
  ctx.session.keepPending({ page: 'your sign-in', path: PATH, method: 'GET', fields: {} })
  return redirect(stepUp.path)
}

function overviewPage(parts: SecurityPagesParts): Page {
  return definePage({
    name: 'own security', path: PATH, permission: 'signed-in',
    get: async (ctx) => {
      const personId = ctx.actor.personId ?? ''
      return view('pages/identity/security.njk', { commandLine: COMMAND_LINE.some((permission) => ctx.actor.can(permission)), ...securityView({
        has: await parts.proofs.of(personId), passkeys: await parts.proofs.passkeys.of(personId), sessions: await parts.sessions.sessionsOf(personId), kept: ctx.session.kept,
        mayProve: hasRole(ctx), passkeysPossible: parts.proofs.passkeys.possible, closed: await parts.proofs.totp.isClosed(personId),
      }) })
    },
  })
}

/** Where the set-up link and the administrators' link lead: to setting up a proof while there is none. */
function startPage({ proofs, startPath }: SecurityPagesParts): Page {
  return definePage({
    name: 'security start', path: `${PATH}/start`, permission: 'signed-in',
    get: async (ctx) => {
      const has = await proofs.of(ctx.actor.personId ?? '')
      if (has.passkeys > 0 || has.codes || !hasRole(ctx)) return redirect(startPath)
      return redirect(PATH, { kind: 'attention', text: 'Set up a passkey or codes now: without one you cannot come in again by yourself.' })
    },
  })
}

function passkeyPages(parts: SecurityPagesParts): Page[] {
  const { passkeys } = parts.proofs
  return [
    definePage({
      name: 'new passkey question', path: `${PATH}/passkeys/options`, permission: 'signed-in',
      post: {
        body: z.strictObject({}), audit: 'proof.passkey-asked',
        handle: async (ctx) => {
          if (await notYet(ctx, parts)) throw new Forbidden('Confirm that it is you first.')
          const { options, challenge } = await passkeys.registration({ id: ctx.actor.personId ?? '', name: ctx.actor.name })
          keepChallenge(ctx.session, 'add', challenge, ctx.now)
          return json(options)
        },
      },
    }),
    definePage({
      name: 'new passkey', path: `${PATH}/passkeys`, permission: 'signed-in',
      post: {
        body: passkeyBody.extend({ name: z.string().trim().max(60).default('') }), audit: 'proof.passkey-sent', secrets: ['credential'],
        handle: async (ctx) => {
          const waits = await notYet(ctx, parts)
          if (waits) return waits
          const challenge = takeChallenge(ctx.session, 'add', ctx.now)
          const added = challenge !== null && await passkeys.add(ctx.actor.personId ?? '', ctx.body.name || 'Passkey', ctx.body.credential, challenge)
          if (!added) return backToForm({ ...ctx, body: {} }, 'name', 'That passkey could not be added. Try again.', PATH)
          await ctx.session.prove(ctx.now)
          return afterFirst(ctx, parts, 'The passkey is added.')
        },
      },
    }),
    definePage({
      name: 'remove passkey', path: `${PATH}/passkeys/remove`, permission: 'signed-in',
      post: {
        body: z.strictObject({ passkey: z.string().length(64) }), audit: 'proof.passkey-remove-asked', stepUp: true,
        handle: async (ctx) => {
          if (!await passkeys.remove(ctx.actor.personId ?? '', ctx.body.passkey)) throw new NotFound()
          return redirect(PATH, 'The passkey is removed.')
        },
      },
    }),
  ]
}

function codePages(parts: SecurityPagesParts): Page[] {
  const { totp } = parts.proofs
  return [
    definePage({
      name: 'set up codes', path: `${PATH}/codes`, permission: 'signed-in',
      get: async (ctx) => {
        const waits = await notYet(ctx, parts)
        if (waits) return waits
        const secret = waitingSecret(ctx, parts) ?? totp.newSecret()
        ctx.session.set(SECRET, parts.proofs.box.close(secret))
        return view('pages/identity/codes.njk', {
          action: `${PATH}/codes`, back: { href: PATH, text: 'Your sign-in' }, secret: secret.replace(/(.{4})(?=.)/g, '$1 '),
          picture: qrPicture(totpAddress(secret, parts.siteName(), ctx.actor.name)),
        })
      },
      post: {
        body: z.strictObject({ code: z.string().trim().max(10) }), audit: 'proof.codes-sent', secrets: ['code'],
        handle: async (ctx) => {
          const waits = await notYet(ctx, parts)
          if (waits) return waits
          const secret = waitingSecret(ctx, parts)
          const done = secret !== null && await totp.setUp(ctx.actor.personId ?? '', secret, ctx.body.code.replace(/\s/g, ''))
          if (!done) return backToForm({ ...ctx, body: {} }, 'code', 'That is not the code that the app shows now. Wait for the next one and type that.')
          ctx.session.delete(SECRET)
          await ctx.session.prove(ctx.now)
          return afterFirst(ctx, parts, 'Codes are set up.')
        },
      },
    }),
    definePage({
      name: 'remove codes', path: `${PATH}/codes/remove`, permission: 'signed-in',
      post: {
        body: z.strictObject({}), audit: 'proof.codes-remove-asked', stepUp: true,
        handle: async (ctx) => {
          await totp.remove(ctx.actor.personId ?? '')
          return redirect(PATH, 'Codes are removed.')
        },
      },
    }),
    definePage({
      name: 'recovery codes', path: `${PATH}/recovery`, permission: 'signed-in',
      get: async (ctx) => {
        const kept = ctx.session.get(CODES)
        const codes = typeof kept === 'string' ? parts.proofs.box.open(kept)?.split(' ') ?? null : null
        // Shown once: a look later, or by somebody else at this desk, finds nothing.
        ctx.session.delete(CODES)
        return codes ? view('pages/identity/recovery-codes.njk', { codes, next: parts.startPath }) : redirect(PATH)
      },
      post: {
        body: z.strictObject({}), audit: 'proof.recovery-codes-asked',
        handle: async (ctx) => {
          const waits = await notYet(ctx, parts)
          if (waits) return waits
          const has = await parts.proofs.of(ctx.actor.personId ?? '')
          if (has.passkeys === 0 && !has.codes) return redirect(PATH, { kind: 'attention', text: 'Set up a passkey or codes from an app first: recovery codes stand in for one that is lost.' })
          await showLater(ctx, parts)
          return redirect(`${PATH}/recovery`)
        },
      },
    }),
  ]
}

/** The secret that waits in this session for its first code; what lies in the session's row is encrypted. */
function waitingSecret(ctx: RequestParts, { proofs }: SecurityPagesParts): string | null {
  const kept = ctx.session.get(SECRET)
  return typeof kept === 'string' ? proofs.box.open(kept) : null
}

/** New recovery codes, for the page that shows them once. */
async function showLater(ctx: RequestParts, { proofs }: SecurityPagesParts): Promise<void> {
  ctx.session.set(CODES, proofs.box.close((await proofs.recovery.renew(ctx.actor.personId ?? '')).join(' ')))
}

/** With the first proof come the codes on paper for the day it is lost. */
async function afterFirst(ctx: RequestParts, parts: SecurityPagesParts, said: string): Promise<PageResult> {
  if (await parts.proofs.recovery.left(ctx.actor.personId ?? '') > 0) return redirect(PATH, said)
  await showLater(ctx, parts)
  return redirect(`${PATH}/recovery`, said)
}

function sessionPages({ proofs, sessions, stepUp, signedOutPath, others }: SecurityPagesParts): Page[] {
  return [definePage({
    name: 'end own sessions', path: `${PATH}/sessions`, permission: 'signed-in',
    post: {
      body: z.strictObject({ session: z.union([z.literal('all'), z.string().length(64)]) }), audit: 'session.ended',
      handle: async (ctx) => {
        const personId = ctx.actor.personId ?? ''
        const has = await proofs.of(personId)
        // Whoever found an open session here does not put its owner out everywhere (ASVS 7.5.2). Where nothing can be proved, nothing is asked for.
        const canProve = has.passkeys > 0 || has.codes || (await others?.(ctx) ?? []).length > 0
        if (canProve && !isFresh(ctx.session.provenAt, ctx.now, stepUp.windowMs)) {
          ctx.session.keepPending({ page: 'end own sessions', path: ctx.path, method: 'POST', fields: { session: ctx.body.session } })
          return redirect(stepUp.path)
        }
        if (ctx.body.session === 'all') {
          await sessions.endSessionsOf(personId)
          await ctx.session.signOut()
          return redirect(signedOutPath)
        }
        if (!await sessions.endSession(personId, ctx.body.session)) throw new NotFound()
        return redirect(PATH, 'That session has ended.')
      },
    },
  })]
}
