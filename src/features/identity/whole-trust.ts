import type { Actor } from '../../http/actor.ts'
import { Forbidden } from '../../shared/errors.ts'

/** How people sign in concerns every school: one school's settings are not enough. @throws Forbidden. */
export function ensureWholeTrust(actor: Actor): void {
  if (actor.schools('settings.manage') !== 'all') throw new Forbidden('How people sign in is decided for the whole trust.')
}
