import { type Said, sentence } from '../../shared/sentence.ts'
import type { School } from '../schools/school-store.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

/** Whom a family or a member of staff turns to. */
export interface Contact {
  /** Within a sentence. */
  name: Said
  /** At its beginning. */
  line: Said
  email?: string
}

/** The school's office by name where the roles say who that is (S4: free text goes to named staff), else as a place. */
export async function contactOf(deps: Pick<SigningPagesDeps, 'roleStore' | 'people' | 'clock' | 'config'>, school: School | null): Promise<Contact> {
  const holders = (await deps.roleStore.holdersOf('office', deps.clock.now()))
    .filter((holder) => holder.groupName === null && (holder.schoolId === null || holder.schoolId === school?.id))
  const own = holders.find((holder) => holder.schoolId !== null) ?? (school ? holders[0] : undefined)
  const person = own ? await deps.people.person(own.personId) : null
  const from = deps.config.mail?.from
  const email = from ? /<([^>]+)>/.exec(from)?.[1] ?? from : undefined
  const name = person ? sentence('{{name}} in the school office', { name: person.name }) : sentence('the school office')
  return { name, line: person ? name : sentence('The school office'), ...(email ? { email } : {}) }
}
