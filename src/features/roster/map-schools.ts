import type { OpenSource } from '../../adapters/sources/source.ts'
import { findSchool, type SchoolStore } from '../schools/school-store.ts'
import type { Source, SourceStore } from './source-store.ts'

export interface MappedSchools {
  /** School key of the feed -> our school's id, where that school exists already. */
  ids: Map<string, string>
  /** Keys whose people may be imported: known ones, and those this run introduces. */
  known: Set<string>
  warnings: string[]
}

/**
 * Ties the feed's schools to the trust's. Known by an earlier run, by URN, DfE number or exact name; a trust that has
 * configured no schools takes them from its first feed.
 */
export async function mapSchools(input: {
  open: OpenSource; source: Source; sources: SourceStore; schools: SchoolStore; mayAdd: boolean; mayWrite: boolean
}): Promise<MappedSchools> {
  const { open, source, sources, schools } = input
  const ids = await sources.schoolMap(source.id)
  const known = new Set<string>()
  const warnings: string[] = []
  for (const stated of open.schools) {
    const school = ids.has(stated.key) ? null : findSchool(await schools.all(), stated)
    if (ids.has(stated.key)) known.add(stated.key)
    else if (!school && !input.mayAdd) warnings.push(`The school "${stated.name}" of the input is not in the settings; its people are left out.`)
    else if (!input.mayWrite) {
      known.add(stated.key)
      if (school) ids.set(stated.key, school.id)
    } else {
      const ours = school ?? await schools.add({ name: stated.name, urn: stated.urn, dfeNumber: stated.dfeNumber })
      await sources.linkSchool(source.id, stated.key, ours.id)
      ids.set(stated.key, ours.id)
      known.add(stated.key)
    }
  }
  return { ids, known, warnings }
}
