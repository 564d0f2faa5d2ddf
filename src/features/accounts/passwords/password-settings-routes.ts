import { z } from 'zod'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { Forbidden } from '../../../shared/errors.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { PASSWORD_BANDS, type PasswordBand, type PasswordRules } from './password-rules.ts'
import { bitsOf, makePassword } from './temporary-password.ts'

const PATH = '/settings/passwords'
const WORDS: Record<PasswordBand, string> = { EYFS: 'Nursery and Reception', KS1: 'Years 1 and 2', KS2: 'Years 3 to 6', 'KS3-4': 'Years 7 to 11', KS5: 'Sixth form', adult: 'Staff and other adults' }
/** An example is drawn by rote, so that the page is the same at every look and nobody takes it for a password. */
const example = (bytes: number): Buffer => Buffer.alloc(bytes, 77)

const number = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const tick = z.literal('yes').optional()
const fields: Record<string, z.ZodType> = Object.fromEntries(PASSWORD_BANDS.flatMap((band) => [
  [`words-${band}`, number(3, 5)], [`list-${band}`, z.enum(['plain', 'longer'])], [`figures-${band}`, number(0, 4)], [`capitals-${band}`, tick], [`change-${band}`, tick],
]))
const schoolIds = z.union([z.string().length(26), z.array(z.string().length(26)).max(500)]).default([])
const body = z.strictObject({ ...fields, schools: schoolIds })

/** `/settings/passwords`: how temporary passwords are made, by band, and where class teachers may give them. */
export function passwordSettingsPages({ passwordRules, schools }: AccessPageDeps): Page[] {
  return [definePage({
    name: 'password settings', path: PATH, permission: 'settings.manage',
    get: async () => {
      const { bands, teacherSchools } = await passwordRules.rules()
      return view('pages/access/password-settings.njk', {
        crumbs: [{ text: 'Settings', href: '/settings' }], path: PATH, values: teacherSchools,
        bands: PASSWORD_BANDS.map((band) => ({ band, title: WORDS[band], ...bands[band], example: makePassword(bands[band], example), bits: Math.floor(bitsOf(bands[band])) })),
        schools: (await schools.all()).map(({ id, name }) => ({ value: id, text: name })),
      })
    },
    post: {
      body, audit: 'access.password-rules-changed', stepUp: true,
      handle: async ({ actor, body: given }) => {
        if (actor.schools('settings.manage') !== 'all') throw new Forbidden('Somebody for the whole trust changes this.')
        const values: Record<string, unknown> = given
        const chosen = [schoolIds.parse(values['schools'])].flat()
        const bands = Object.fromEntries(PASSWORD_BANDS.map((band) => [band, {
          words: values[`words-${band}`], list: values[`list-${band}`], figures: values[`figures-${band}`], capitals: values[`capitals-${band}`] === 'yes', mustChange: values[`change-${band}`] === 'yes',
        }])) as PasswordRules['bands']
        const known = new Set((await schools.all()).map(({ id }) => id))
        await passwordRules.set({ bands, teacherSchools: chosen.filter((id) => known.has(id)) }, actor.label)
        return redirect(PATH, 'Kept. It holds for every password from now on.')
      },
    },
  })]
}
