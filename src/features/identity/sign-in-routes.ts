import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Actor } from '../../http/actor.ts'
import { addressKey, createAttemptLimiter } from '../../http/attempt-limiter.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import type { PageContext, RequestParts } from '../../http/page-context.ts'
import { download, isLocal, leave, redirect, view, type PageResult } from '../../http/page-result.ts'
import type { ActorService } from './actor-service.ts'
import { PROVIDER_ANSWERED } from './audit-page.ts'
import { ensureWholeTrust } from './whole-trust.ts'
import { isGrantedRole } from './permissions.ts'
import { CONFIRMED, testPath } from './sign-in-paths.ts'
import type { SignedIn, SignInService } from './sign-in-service.ts'

export interface SignInPagesParts {
  clock: Clock
  ids: Ids
  signIn: { service: SignInService }
  actors: ActorService
}

/** Any text is the name of a provider that may not exist. */
const params = z.strictObject({ provider: z.string().max(60) })

/** A year group comes in through one address in the first minute of a lesson. */
const LESSON = { max: 600, windowMs: 60_000 }

/** Forms that identity providers send from their own pages: each proves itself by what is signed in it. */
export const crossSiteForms: readonly string[] = ['/saml/:provider/acs']

/** `/sign-in/NAME` and the ways back: what a provider sends is judged, and lets in whom it proves. */
export function signInPages({ clock, ids, signIn: { service }, actors }: SignInPagesParts): Page[] {
  const limiter = createAttemptLimiter(clock, LESSON)
  const salt = ids.random(16)
  const ensureRate = ({ address }: RequestParts) => {
    if (!limiter.take(addressKey(address, salt))) throw new RequestFault(429)
  }

  async function welcome(ctx: Pick<PageContext, 'session'>, done: SignedIn): Promise<PageResult> {
    // A provider's form comes without the session's cookie: the session itself takes the confirmation, on the page after.
    if (done.kind === 'confirmed') return redirect(CONFIRMED)
    if (done.kind === 'tested') return redirect(testPath(done.provider.name))
    await ctx.session.signIn(done.personId, { via: done.via, ref: done.ref })
    return redirect(done.returnPath ?? startOf(await actors.actorFor(done.personId, done.via)))
  }

  return [
    definePage({
      name: 'sign in with a provider', path: '/sign-in/:provider', permission: 'public', params,
      query: z.object({ to: z.string().max(400).refine(isLocal).nullable().catch(null) }),
      // A link and not a form, because a form may not lead to another site. All it changes is the note that this browser is on its way.
      get: async (ctx) => {
        ensureRate(ctx)
        return leave(await service.begin(ctx.params.provider, ctx.returnMark.give(), { returnPath: ctx.query.to ?? null }))
      },
    }),
    definePage({
      name: 'saml consumer', path: '/saml/:provider/acs', permission: 'public', params,
      post: {
        body: z.strictObject({ SAMLResponse: z.string(), RelayState: z.string().optional() }), audit: PROVIDER_ANSWERED, limit: LESSON,
        handle: async (ctx) => welcome(ctx, await service.finishSaml(ctx.params.provider, ctx.body.SAMLResponse, ctx.returnMark.read())),
      },
    }),
    definePage({
      name: 'openid callback', path: '/oidc/:provider/callback', permission: 'public', params,
      get: async (ctx) => {
        ensureRate(ctx)
        return welcome(ctx, await service.finishOidc(ctx.params.provider, ctx.search, ctx.returnMark.read()))
      },
    }),
    definePage({
      name: 'saml metadata', path: '/saml/:provider/metadata', permission: 'public', params,
      get: async (ctx) => download({
        filename: `assent-${ctx.params.provider}.xml`, contentType: 'application/samlmetadata+xml; charset=utf-8', body: await service.metadata(ctx.params.provider),
      }),
    }),
    definePage({
      name: 'saml sign-out', path: '/saml/:provider/logout', permission: 'public', params,
      get: async (ctx) => {
        ensureRate(ctx)
        const onwards = await service.logout(ctx.params.provider, ctx.search)
        return onwards === null ? view('pages/sign-in/signed-out.njk') : leave(onwards)
      },
    }),
    definePage({
      name: 'try a sign-in', path: '/settings/sign-in/providers/:provider/test/start', permission: 'settings.manage', params,
      get: async (ctx) => {
        ensureWholeTrust(ctx.actor)
        return leave(await service.begin(ctx.params.provider, ctx.returnMark.give(), { testerId: ctx.actor.personId ?? '' }))
      },
    }),
  ]
}

/** Whoever was given a role works in the office, or on the one page that the role is for; everybody else comes for their own list. */
function startOf(actor: Actor | null): string {
  const office = actor?.roles.some(({ role }) => isGrantedRole(role)) && ['office.board.view', 'roster.view', 'access.view'].some((permission) => actor.can(permission))
  if (office) return '/office'
  if (actor?.can('registers.view')) return '/office/registers'
  return actor?.roles.some(({ role }) => role === 'cover') ? '/class' : '/me'
}
