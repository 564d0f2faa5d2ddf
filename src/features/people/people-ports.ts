import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { today } from '../../shared/dates.ts'
import { emailNorm } from '../../shared/names.ts'
import { isCurrent } from './affiliation.ts'
import type { PeopleQueries } from './people-queries.ts'
import type { PeopleStore } from './people-store.ts'

/** What identity asks of the school's records, in identity's own shape. */
export function identityPorts(parts: { db: Database; clock: Clock; queries: PeopleQueries; store: PeopleStore; renameTrust: (name: string) => Promise<void> }) {
  const { db, clock, queries, store, renameTrust } = parts
  return {
    async factsOf(personId: string) {
      const [person, everywhere, links] = await Promise.all([queries.person(personId), queries.affiliationsOf([personId]), queries.childrenOf([personId])])
      if (!person) return null
      const on = today(clock.now())
      const places = everywhere.get(personId) ?? []
      const affiliations = places.filter((affiliation) => isCurrent(affiliation, on))
      const children = links.get(personId) ?? []
      return {
        name: person.name,
        language: person.language,
        affiliations: affiliations.map(({ role, schoolId }) => ({ role, schoolId })),
        children: children.map(({ pupilId, doNotContact }) => ({ pupilId, doNotContact })),
        left: places.length > 0 && places.every(({ endDate }) => endDate !== null && endDate < on),
        groups: affiliations.some(({ role }) => role !== 'pupil') ? await queries.registrationGroupsOf(personId, on) : [],
      }
    },
    async addAdministrator({ name, email, trustName }: { name: string; email: string; trustName?: string }): Promise<string> {
      if (trustName) await renameTrust(trustName)
      const known = await db.sql('people').where({ email_norm: emailNorm(email) }).first('id')
      if (known) return known.id
      const [forename = name, ...rest] = name.trim().split(/\s+/)
      const [id] = await store.insert([{ preferredForename: forename, surname: rest.join(' '), email, username: null, feedDisabled: false }])
      return id as string
    },
  }
}
