import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import type { RequestParts } from '../../http/page-context.ts'
import type { StepUp } from '../../http/page-deps.ts'
import { json, redirect, view } from '../../http/page-result.ts'
import type { SharedLimits } from '../../http/shared-limiter.ts'
import { isFresh } from '../../http/step-up.ts'
import { keepChallenge, takeChallenge } from './challenges.ts'
import { passkeyBody } from './passkey-form.ts'
import type { AuditPort } from './ports.ts'
import type { Proofs } from './proofs.ts'
import { onceWords, waitingWords } from './step-up-words.ts'

/** Another way to prove who one is, such as a forced sign-in at the school's provider: a link (no form of ours may lead to another site) out and back to `/confirm/go-on`. */
export interface OtherProof { text: string; href: string }

export interface StepUpPagesParts {
  proofs: Proofs
  db: Database
  sharedLimits: SharedLimits
  audit: AuditPort
  stepUp: StepUp
  /** In the demo anybody is anybody: a plain button stands for the proof. */
  demo: boolean
  /** Ways outside this service that this person has, such as the provider they came from. */
  others?(request: RequestParts): Promise<OtherProof[]>
}

export const GO_ON = '/confirm/go-on'
const TRIES = { max: 10, windowMs: 15 * 60_000 }

/** `/confirm`: asks once more who somebody is, then goes on with the form that waits. */
export function stepUpPages({ proofs, db, sharedLimits, audit, stepUp, demo, others }: StepUpPagesParts): Page[] {
  const path = stepUp.path
  const tries = sharedLimits.limiter('confirm', TRIES)
  const proved = async (ctx: RequestParts, way: 'passkey' | 'code' | 'demo') => {
    await db.transaction(() => audit.record({ actor: ctx.actor.label, event: 'identity.confirmed', subject: ctx.actor.label, payload: { way } }))
    await ctx.session.prove(ctx.now)
    await tries.forget(ctx.actor.personId ?? '')
    return redirect(GO_ON)
  }
  const take = async (ctx: RequestParts) => {
    if (!await tries.take(ctx.actor.personId ?? '')) throw new RequestFault(429)
  }
  return [
    definePage({
      name: 'confirm', path, permission: 'signed-in',
      get: async (ctx) => {
        const has = await proofs.of(ctx.actor.personId ?? '')
        return view('pages/identity/confirm.njk', {
          action: path, waiting: ctx.session.pending === null ? null : waitingWords(ctx.session.pending.page), minutes: Math.round(stepUp.windowMs / 60_000), demo, others: await others?.(ctx) ?? [],
          code: has.codes || has.recoveryCodes > 0, passkey: proofs.passkeys.possible && has.passkeys > 0 ? { action: `${path}/passkey`, options: `${path}/passkey/options` } : null,
          back: { href: '/security', text: 'Your sign-in' },
        })
      },
      post: {
        body: z.strictObject({ code: z.string().trim().max(40).default(''), plain: z.literal('yes').optional() }), audit: 'identity.confirm-tried', secrets: ['code'],
        handle: async (ctx) => {
          await take(ctx)
          if (demo && ctx.body.plain === 'yes') return proved(ctx, 'demo')
          if (await proofs.acceptsCode(ctx.actor.personId ?? '', ctx.body.code)) return proved(ctx, 'code')
          return backToForm({ ...ctx, body: {} }, 'code', 'That code did not work. Use one that you have not used before.')
        },
      },
    }),
    definePage({
      name: 'confirm passkey question', path: `${path}/passkey/options`, permission: 'signed-in',
      post: {
        body: z.strictObject({}), audit: 'identity.passkey-asked',
        handle: async (ctx) => {
          const { options, challenge } = await proofs.passkeys.question()
          keepChallenge(ctx.session, 'confirm', challenge, ctx.now)
          return json(options)
        },
      },
    }),
    definePage({
      name: 'confirm passkey answer', path: `${path}/passkey`, permission: 'signed-in',
      post: {
        body: passkeyBody, audit: 'identity.confirm-tried', secrets: ['credential'],
        handle: async (ctx) => {
          await take(ctx)
          const challenge = takeChallenge(ctx.session, 'confirm', ctx.now)
          const owner = challenge === null ? null : await proofs.acceptsPasskey(ctx.body.credential, challenge)
          // Somebody else's passkey proves somebody else.
          if (owner === null || owner !== ctx.actor.personId) return backToForm({ ...ctx, body: {} }, 'code', 'That passkey did not work. Try again, or use a code.', path)
          return proved(ctx, 'passkey')
        },
      },
    }),
    definePage({
      name: 'go on', path: GO_ON, permission: 'signed-in',
      get: async (ctx) => {
        const { pending } = ctx.session
        if (!isFresh(ctx.session.provenAt, ctx.now, stepUp.windowMs)) return redirect(path)
        if (pending === null) return redirect('/security')
        return view('pages/identity/go-on.njk', {
          what: waitingWords(pending.page), once: onceWords(pending.page, pending.path), action: pending.path, method: pending.method,
          fields: Object.entries(pending.fields).flatMap(([name, value]) => [value].flat().map((one) => ({ name, value: one }))),
        })
      },
    }),
  ]
}
