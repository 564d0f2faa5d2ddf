import { z } from 'zod'
import { type Actor, ensureCan } from '../../http/actor.ts'
import { NotFound } from '../../shared/errors.ts'
import type { KnownGroup } from '../classes/class-group.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'

/** A class or year as one value of a form: `school.kind.name`. */
export const groupValue = z.string().regex(/^[0-9A-Z]{26}\.(group|year)\..{1,60}$/)

export const valueOf = (group: Pick<KnownGroup, 'schoolId' | 'kind' | 'name'>): string => `${group.schoolId}.${group.kind}.${group.name}`

/** The group that a value names, within what the actor may do there. @throws NotFound otherwise. */
export async function groupOf(deps: Pick<PaperPagesDeps, 'classQueries'>, actor: Actor, permission: string, value: string): Promise<KnownGroup> {
  const [schoolId = '', kind = '', ...rest] = value.split('.')
  ensureCan(actor, permission, schoolId)
  const group = await deps.classQueries.group({ schoolId, kind: kind === 'year' ? 'year' : 'group', name: rest.join('.') })
  if (!group) throw new NotFound()
  return group
}
