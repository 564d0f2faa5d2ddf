import type { Rendition } from '../agreements/rendition.ts'
import { bandOf } from '../agreements/band.ts'
import type { ClassGroup } from './class-group.ts'
import type { ClassPagesDeps } from './class-page-deps.ts'

/** The text that a class of one band reads together; null where its pupils belong to several bands or none. */
export async function textOfClass(deps: Pick<ClassPagesDeps, 'classQueries' | 'agreements' | 'schools'>, group: ClassGroup): Promise<Rendition | null> {
  const known = await deps.classQueries.group(group)
  const school = await deps.schools.get(group.schoolId)
  const bands = new Set((known?.years ?? []).map((yearCode) => bandOf({ role: 'pupil', yearCode })))
  const [band] = bands
  if (!school || bands.size !== 1 || !band) return null
  const agreement = (await deps.agreements.store.all()).find((one) => one.band === band && one.family === 'pupil')
  const version = agreement ? await deps.agreements.store.current(agreement.id) : null
  return version ? deps.agreements.renditionFor(version, school) : null
}
