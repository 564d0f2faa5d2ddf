import { z } from 'zod'
import type { Database } from '../../db/database.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { Forbidden } from '../../shared/errors.ts'
import type { Actor } from '../../http/actor.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { BirthDates } from './birth-dates.ts'
import type { PeopleSettings } from './people-settings.ts'

export interface PeopleSettingsDeps { db: Database; audit: AuditLog; peopleSettings: PeopleSettings; birthDates: BirthDates }

const FAMILIES = '/settings/families'
const BIRTH_DATES = '/settings/birth-dates'

/** What the trust decides about families, and the DPO about dates of birth. Both hold for the whole trust. */
export function peopleSettingsPages({ db, audit, peopleSettings, birthDates }: PeopleSettingsDeps): Page[] {
  return [
    definePage({
      name: 'families', path: FAMILIES, permission: 'settings.manage',
      get: async ({ actor }) => {
        ensureEverywhere(actor, 'settings.manage')
        return view('pages/settings/families.njk', { action: FAMILIES, declare: (await peopleSettings.get()).guardiansDeclare ? 'yes' : 'no' })
      },
      post: {
        body: z.strictObject({ declare: z.enum(['yes', 'no'], 'Choose yes or no') }), audit: 'people.families-asked',
        handle: async ({ actor, body }) => {
          ensureEverywhere(actor, 'settings.manage')
          await peopleSettings.change({ guardiansDeclare: body.declare === 'yes' }, actor.label)
          return redirect(FAMILIES, 'Kept.')
        },
      },
    }),
    definePage({
      name: 'dates of birth', path: BIRTH_DATES, permission: 'birth-dates.decide',
      get: async ({ actor }) => {
        ensureEverywhere(actor, 'birth-dates.decide')
        return view('pages/settings/birth-dates.njk', { action: BIRTH_DATES, allowed: (await peopleSettings.get()).birthDates ? 'yes' : 'no' })
      },
      post: {
        body: z.strictObject({ allowed: z.enum(['yes', 'no'], 'Choose yes or no') }), audit: 'people.birth-dates-asked', stepUp: true,
        handle: async ({ actor, body }) => {
          ensureEverywhere(actor, 'birth-dates.decide')
          const deleted = await db.transaction(async () => {
            await peopleSettings.change({ birthDates: body.allowed === 'yes' }, actor.label)
            if (body.allowed === 'yes') return 0
            const count = await birthDates.forgetAll()
            await audit.record({ actor: actor.label, event: 'birth-dates.forgotten', subject: null, payload: { count } })
            return count
          })
          return redirect(BIRTH_DATES, body.allowed === 'yes' ? 'Allowed. Sources that are set up for it read dates of birth from the next reading on.' : `Not allowed. ${deleted} ${deleted === 1 ? 'date was' : 'dates were'} deleted.`)
        },
      },
    }),
  ]
}

/** A decision for the whole trust is made by whoever may make it in every school. */
function ensureEverywhere(actor: Actor, permission: string): void {
  if (actor.schools(permission) !== 'all') throw new Forbidden()
}
