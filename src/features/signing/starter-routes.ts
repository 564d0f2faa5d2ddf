import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { longDate, longInstant, today } from '../../shared/dates.ts'
import { UnusableInput } from '../../shared/errors.ts'
import type { SchoolStore } from '../schools/school-store.ts'
import type { Starters } from './starters.ts'

const PATH = '/office/starters'
const PERMISSION = 'starters.manage'

/** `/office/starters`: new staff, how far each is, and the link to a private address before day one (I7). */
export function starterPages({ starters, schools }: { starters: Starters; schools: SchoolStore }): Page[] {
  return [definePage({
    name: 'new staff', path: PATH, permission: PERMISSION,
    get: async ({ actor, now, values }) => {
      const names = new Map((await schools.all()).map((school) => [school.id, school.name]))
      return view('pages/office/starters.njk', {
        action: PATH, wrong: values['person'] ?? null, typed: values['email'] ?? '',
        people: (await starters.list(actor.schools(PERMISSION))).map((one) => ({
          id: one.personId, name: one.name, school: names.get(one.schoolId) ?? '', starts: longDate(one.startsOn),
          steps: [
            { key: 'To read and sign', value: one.waitsFor === 0 ? 'Done, or nothing asked' : `${one.waitsFor} left` }, { key: 'Trainings', value: one.trainingsOpen === 0 ? 'Done, or nothing asked' : `${one.trainingsOpen} left` },
            { key: 'Account', value: one.accountWaits ? 'Waits for the signature' : 'Waits for nothing here' },
            { key: 'Private address', value: one.hasAddress ? `Kept until the first day${one.sentAt === null ? '; the link is on its way' : `; link sent ${longInstant(one.sentAt)}`}` : 'None' },
          ],
          mayInvite: one.startsOn >= today(now),
        })),
      })
    },
    post: {
      body: z.strictObject({ person: z.string().regex(/^[0-9A-Z]{26}$/), email: z.string().trim().max(254, 'Use at most 254 characters').default('') }), audit: 'starter.invite-asked',
      handle: async (ctx) => {
        const { actor, body } = ctx
        if (!z.email().safeParse(body.email).success) return backToForm(ctx, `email-${body.person}`, 'Write an e-mail address, such as name@example.org.')
        try {
          await starters.invite(body.person, body.email, actor.schools(PERMISSION), actor.label)
        } catch (error) {
          if (!(error instanceof UnusableInput)) throw error
          return backToForm(ctx, `email-${body.person}`, `${error.what} ${error.remedy}`)
        }
        return redirect(PATH, 'The link goes out in the next minutes. The address is deleted after the first day.')
      },
    },
  })]
}
