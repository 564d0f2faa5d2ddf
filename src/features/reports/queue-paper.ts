import type { OpenSlot, PaperQueries } from '../paper/paper-queries.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { ProtectionFlags } from '../people/protection-flags.ts'
import type { QueueItem } from './queue-queries.ts'

export interface PaperWaysDeps { people: PeopleQueries; paperQueries: PaperQueries; protection: ProtectionFlags }

/** How somebody whom no mail reaches can be asked on paper. */
export interface PaperWay {
  /** What would be printed to be signed by hand: the slots that nobody is reached for. Empty where nobody may sign. */
  slots: OpenSlot[]
  /** Who would get a letter with a code; nobody about a child whose contact goes through the office (P6). */
  letterTo: string[]
}

/** The ways on paper for cases of the queue "Cannot be reached", by the key of each. */
export async function paperWays({ people, paperQueries, protection }: PaperWaysDeps, items: readonly QueueItem[]): Promise<Map<string, PaperWay>> {
  const ids = [...new Set(items.map(({ personId }) => personId))]
  const slots = (await paperQueries.openSlots(ids)).filter(({ signatory }) => signatory.required && signatory.state === 'open')
  const byRequest = Map.groupBy(slots, ({ request }) => request.id)
  const known = await people.people(slots.flatMap(({ signers }) => signers.map(({ id }) => id)))
  const throughOffice = await protection.among(ids, 'contact')
  const reached = (slot: OpenSlot) => (slot.signatory.slot === 'guardian'
    ? !throughOffice.has(slot.subject.id) && slot.signers.some(({ id }) => known.get(id)?.email) : slot.subject.email !== null || slot.subject.username !== null)
  return new Map(items.map((item) => {
    const open = (byRequest.get(item.key.replace(/^office:/, '')) ?? []).filter((slot) => slot.signers.length > 0 && !reached(slot))
    return [item.key, { slots: open, letterTo: throughOffice.has(item.personId) ? [] : [...new Set(open.flatMap(({ signers }) => signers.map(({ id }) => id)))] }]
  }))
}
