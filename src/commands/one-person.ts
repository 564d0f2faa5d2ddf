import { findListedPeople } from '../features/accounts/leavers/find-listed-people.ts'
import type { Services } from '../services.ts'
import { UnusableInput } from '../shared/errors.ts'

/**
 * The one person that a word on the command line means: an id, a username, an address, a UPN or an admission number; never a name, which
 * two people may share. People who are, or were, at none of `schools` read as unknown. @throws UnusableInput
 */
export async function onePerson({ people, db }: Pick<Services, 'people' | 'db'>, text: string, schools: 'all' | readonly string[]): Promise<string> {
  const word = text.trim()
  const byId = await people.person(word)
  const [match] = byId ? [] : await findListedPeople(db, [{ line: 1, text: word, cells: [] }])
  const ids = byId ? [byId.id] : match?.byKey ?? []
  const places = await people.affiliationsOf(ids)
  const theirs = ids.filter((id) => schools === 'all' || (places.get(id) ?? []).some(({ schoolId, role }) => role !== 'guardian' && schools.includes(schoolId)))
  const [only] = theirs
  if (only !== undefined && theirs.length === 1) return only
  throw new UnusableInput({
    what: theirs.length === 0 ? `Nobody is known by "${word}".` : `"${word}" is ${theirs.length} people.`, where: 'command line',
    remedy: 'Give an id, a username, an address, a UPN or an admission number that belongs to one person.',
  })
}
