import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { DAY_MS, longDate, longInstant, today } from '../../shared/dates.ts'
import { Refused } from '../../shared/errors.ts'
import { actorNames } from '../people/actor-names.ts'
import { decidesAt } from '../identity/role-pages-deps.ts'
import { API_PATH, API_PERMISSION, keepShown, type MachinePagesDeps, nameField, schoolChoices, takeShown, TRUST } from './machine-pages-deps.ts'
import { SCOPE_NAMES, SCOPES } from './scopes.ts'
import type { ApiToken } from './token-store.ts'

const LIVES = { 30: '30 days', 90: '90 days', 180: 'Half a year', 365: 'A year' } as const

/** `/settings/api`: tokens of machines. */
export function tokenPages(deps: MachinePagesDeps): Page[] {
  const { machines: { tokens }, schools, people } = deps
  return [
    definePage({
      name: 'api settings', path: API_PATH, permission: API_PERMISSION,
      get: async ({ actor, now, values }) => {
        const known = await schools.all()
        const names = new Map(known.map(({ id, name }) => [id, name]))
        const place = (id: string | null) => (id === null ? 'the whole trust' : names.get(id) ?? '')
        const mine = (await tokens.store.all()).filter(({ schoolId }) => decidesAt(actor, schoolId))
        const by = await actorNames(people, mine.map(({ personId }) => `person:${personId}`))
        return view('pages/settings/api.njk', {
          crumbs: [{ text: 'Settings', href: '/settings' }], values, action: API_PATH, revokeAction: `${API_PATH}/revoke`,
          scopes: SCOPE_NAMES.map((value) => ({ value, text: SCOPES[value].text, hint: SCOPES[value].hint })), chosen: [values['scopes'] ?? []].flat(),
          lives: Object.entries(LIVES).map(([value, text]) => ({ value, text })), schools: schoolChoices(actor, known),
          tokens: mine.map((token) => ({
            id: token.id, name: token.name, live: isLive(token, now), state: stateWords(token, now), scopes: token.scopes.map((scope) => SCOPES[scope].text).join(', '),
            place: place(token.schoolId), given: `given by ${by(`person:${token.personId}`)} on ${longInstant(token.createdAt)}`,
            used: token.lastUsedOn === null ? 'never used' : `last used on ${longDate(token.lastUsedOn)}`,
          })),
        })
      },
      post: {
        body: z.strictObject({
          name: nameField, scopes: listOf(z.enum(SCOPE_NAMES)).refine((list) => list.length > 0, 'Choose at least one'), school: z.string().min(1, 'Choose where it counts').max(26),
          days: z.enum(Object.keys(LIVES) as ['30', '90', '180', '365'], 'Choose how long it lives'),
        }),
        audit: 'token.asked', stepUp: true,
        handle: async (ctx) => {
          const { body, actor } = ctx
          try {
            const text = await tokens.issue({ name: body.name, scopes: body.scopes, schoolId: body.school === TRUST ? null : body.school, expiresAt: ctx.now + Number(body.days) * DAY_MS }, actor)
            return keepShown(deps, ctx.session, { name: body.name, secret: text }, `${API_PATH}/shown`)
          } catch (error) {
            if (!(error instanceof Refused)) throw error
            return backToForm(ctx, 'name', `${error.what} ${error.remedy}`)
          }
        },
      },
    }),
    definePage({
      name: 'revoke a token', path: `${API_PATH}/revoke`, permission: API_PERMISSION,
      post: {
        body: z.strictObject({ token: z.string().length(26) }), audit: 'token.revoke-asked', stepUp: true,
        handle: async ({ actor, body }) => {
          await tokens.revoke(body.token, actor)
          return redirect(API_PATH, 'The token is revoked. Its next call is refused.')
        },
      },
    }),
    definePage({
      name: 'a secret shown once', path: `${API_PATH}/shown`, permission: API_PERMISSION,
      get: async ({ session }) => {
        const shown = takeShown(deps, session)
        if (shown === null) return redirect(API_PATH)
        return view('pages/settings/api-shown.njk', { crumbs: [{ text: 'Settings', href: '/settings' }, { text: 'Other systems', href: API_PATH }], ...shown, next: API_PATH })
      },
    }),
  ]
}

export const isLive = (token: ApiToken, now: number): boolean => token.revokedAt === null && token.expiresAt > now

export function stateWords({ revokedAt, expiresAt }: ApiToken, now: number): string {
  if (revokedAt !== null) return `revoked on ${longDate(today(revokedAt))}`
  return `${expiresAt > now ? 'ends' : 'ended'} on ${longDate(today(expiresAt))}`
}
