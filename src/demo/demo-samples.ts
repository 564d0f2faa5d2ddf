import { join } from 'node:path'
import type { DemoTrust } from './model.ts'
import { writeOneRoster } from './write-oneroster.ts'

/** A file the demo offers to be read. */
export interface DemoSample {
  name: string
  title: string
  text: string
  path: string
  format: string
  /** Name of the source it belongs to. */
  source: string
}

export const DEMO_SOURCE = 'mis'

/** Writes the demo's roster files and says what each is for; the first is the roster the demo starts with. */
export async function writeSamples(trust: DemoTrust, folder: string): Promise<{ samples: DemoSample[]; leaverId: string }> {
  // Not one of the personas: whoever is being looked through should not be the one who leaves.
  const personas = new Set(trust.personas.map((persona) => persona.id))
  const ordinary = trust.pupils.filter((pupil) => !personas.has(pupil.id) && pupil.username !== null && /^([7-9]|10|11)$/.test(pupil.yearCode))
  const leaver = ordinary[3] ?? trust.pupils[0]
  const many = ordinary.slice(10, 50).map((pupil) => pupil.id)
  const common = { version: '1.1' as const, zip: true, extensionRoles: true }
  const sample = async (name: string, title: string, text: string, changes: { leavers?: string[] } = {}): Promise<DemoSample> => ({
    name, title, text, format: 'oneroster-csv', source: DEMO_SOURCE, path: await writeOneRoster(trust, join(folder, name), { ...common, ...changes }),
  })
  const samples = [
    await sample('today', 'The roster as it is', 'Reading it again changes nothing.'),
    await sample('one-left', 'One pupil has left', 'Every class of one pupil has ended. The ending waits for your approval.', leaver ? { leavers: [leaver.id] } : {}),
    await sample('forty-left', 'Forty pupils of one school have left at once', 'Far more than usual: the brake holds them, and in a trust of this size asks for the count and for a second person.', { leavers: many }),
  ]
  return { samples, leaverId: leaver?.id ?? '' }
}
