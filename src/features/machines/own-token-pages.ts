import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { DAY_MS, longDate, longInstant } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { keepShown, type MachinePagesDeps, nameField, takeShown, TRUST } from './machine-pages-deps.ts'
import { COMMAND_SCOPES, isOfPerson, type Scope, SCOPES } from './scopes.ts'
import { isLive, stateWords } from './token-pages.ts'

const PATH = '/security/tokens'
const LIVES = { 1: 'A day', 7: 'A week', 30: '30 days', 90: '90 days' } as const

/** `/security/tokens`: by which somebody acts on the command line as themself, for what they may do by hand (B8). */
export function ownTokenPages(deps: MachinePagesDeps): Page[] {
  const { machines: { tokens }, schools } = deps
  return [
    definePage({
      name: 'own tokens', path: PATH, permission: 'signed-in',
      get: async ({ actor, now, values }) => {
        const scopes = scopesOf(actor)
        if (scopes.length === 0) throw new NotFound()
        const known = await schools.all()
        const mine = (await tokens.store.all()).filter((token) => token.personId === actor.personId && isOfPerson(token.scopes))
        return view('pages/settings/own-tokens.njk', {
          crumbs: [{ text: 'My sign-in', href: '/security' }], values, action: PATH, revokeAction: `${PATH}/revoke`, chosen: [values['scopes'] ?? []].flat(),
          scopes: scopes.map((value) => ({ value, text: SCOPES[value].text, hint: SCOPES[value].hint })), lives: Object.entries(LIVES).map(([value, text]) => ({ value, text })),
          schools: placesOf(actor, scopes, known),
          tokens: mine.map((token) => ({
            id: token.id, name: token.name, live: isLive(token, now), state: stateWords(token, now), scopes: token.scopes.map((scope) => SCOPES[scope].text).join(', '),
            place: token.schoolId === null ? 'the whole trust' : known.find(({ id }) => id === token.schoolId)?.name ?? '', given: `given on ${longInstant(token.createdAt)}`,
            used: token.lastUsedOn === null ? 'never used' : `last used on ${longDate(token.lastUsedOn)}`,
          })),
        })
      },
      post: {
        body: z.strictObject({
          name: nameField, scopes: listOf(z.enum(COMMAND_SCOPES)).refine((list) => list.length > 0, 'Choose at least one'), school: z.string().min(1, 'Choose where it counts').max(26),
          days: z.enum(Object.keys(LIVES) as ['1', '7', '30', '90'], 'Choose how long it lives'),
        }),
        audit: 'token.asked', stepUp: true,
        handle: async (ctx) => {
          const { body, actor } = ctx
          try {
            const text = await tokens.issue({ name: body.name, scopes: body.scopes, schoolId: body.school === TRUST ? null : body.school, expiresAt: ctx.now + Number(body.days) * DAY_MS }, actor)
            return keepShown(deps, ctx.session, { name: body.name, secret: text }, `${PATH}/shown`)
          } catch (error) {
            if (error instanceof NotFound) return backToForm(ctx, 'scopes', 'You may not do all of this there yourself. Choose less, or another place')
            if (!(error instanceof Refused)) throw error
            return backToForm(ctx, 'name', `${error.what} ${error.remedy}`)
          }
        },
      },
    }),
    definePage({
      name: 'revoke an own token', path: `${PATH}/revoke`, permission: 'signed-in',
      post: {
        body: z.strictObject({ token: z.string().length(26) }), audit: 'token.revoke-asked',
        handle: async ({ actor, body }) => {
          await tokens.revoke(body.token, actor)
          return redirect(PATH, 'The token is revoked. Its next use is refused.')
        },
      },
    }),
    definePage({
      name: 'an own token shown once', path: `${PATH}/shown`, permission: 'signed-in',
      get: async ({ session }) => {
        const shown = takeShown(deps, session)
        if (shown === null) return redirect(PATH)
        return view('pages/settings/api-shown.njk', { crumbs: [{ text: 'My sign-in', href: '/security' }, { text: 'Command line', href: PATH }], ...shown, next: PATH })
      },
    }),
  ]
}

/** What this person could do by hand somewhere. */
const scopesOf = (actor: Actor): Scope[] => COMMAND_SCOPES.filter((scope) => actor.schools(SCOPES[scope].needs) === 'all' || actor.schools(SCOPES[scope].needs).length > 0)

function placesOf(actor: Actor, scopes: readonly Scope[], schools: readonly { id: string; name: string }[]): { value: string; text: string }[] {
  const everywhere = scopes.some((scope) => actor.schools(SCOPES[scope].needs) === 'all')
  return [
    { value: '', text: 'Choose' }, ...(everywhere ? [{ value: TRUST, text: 'The whole trust' }] : []),
    ...schools.filter(({ id }) => scopes.some((scope) => actor.can(SCOPES[scope].needs, id))).map(({ id, name }) => ({ value: id, text: name })),
  ]
}
