import type { AgreementService } from '../agreements/agreement-service.ts'
import type { Agreement, StoredVersion } from '../agreements/agreement-store.ts'
import type { AgreementRequest } from '../issuing/request.ts'
import type { GuardianLink, PeopleQueries, Person } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'

/**
 * What several tasks share, read once: thirty pupils of one school who sign one agreement at once need one look at either. It lives for
 * one question and its transaction, so that everything in it is true at that moment (F2, I2).
 */
export interface SigningLook {
  person(id: string): Person | null
  /** Active links of a pupil to adults; of those pupils only about whom an adult asked. */
  linksOf(pupilId: string): readonly GuardianLink[]
  agreement(id: string): Promise<Agreement | null>
  school(id: string): Promise<School | null>
  /** The version that is asked: pinned by the first signature, else the one in force (I2). */
  version(request: AgreementRequest): Promise<StoredVersion | null>
}

/** For what these people ask about these requests' subjects. */
export async function lookFor(
  deps: { people: PeopleQueries; agreements: AgreementService; schools: SchoolStore }, asked: readonly { request: AgreementRequest; personId: string }[],
): Promise<SigningLook> {
  const { people, agreements, schools } = deps
  const children = new Set(asked.filter(({ request, personId }) => request.personId !== personId).map(({ request }) => request.personId))
  const agreement = once((id) => agreements.store.byId(id))
  const school = once((id) => schools.get(id))
  const pinned = once((id) => agreements.store.version(id))
  const current = once((id) => agreements.store.current(id))
  // Side by side: a page waits for a server once, not four times.
  const [persons, links] = await Promise.all([
    people.people([...new Set(asked.flatMap(({ request, personId }) => [request.personId, personId]))]),
    children.size === 0 ? new Map<string, GuardianLink[]>() : people.guardiansOf([...children]),
    ...asked.flatMap(({ request }) => [agreement(request.agreementId), school(request.schoolId)]),
  ])
  return {
    person: (id) => persons.get(id) ?? null,
    linksOf: (pupilId) => links.get(pupilId) ?? [],
    agreement, school,
    version: ({ versionId, agreementId }) => (versionId ? pinned(versionId) : current(agreementId)),
  }
}

function once<T>(load: (id: string) => Promise<T>): (id: string) => Promise<T> {
  const known = new Map<string, Promise<T>>()
  return (id) => {
    const value = known.get(id) ?? load(id)
    known.set(id, value)
    return value
  }
}
