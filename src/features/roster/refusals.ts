import type { SourceProof } from '../../adapters/sources/source.ts'
import type { RunProof } from './roster-run.ts'
import type { Unreadable } from './stage-rows.ts'

/** R3: a file with more unreadable rows than this part of it is damaged as a whole. */
const mostUnreadable = 0.5
const fewestUnreadable = 3

/** R2: at least this part of the last good size. A setting. */
const leastPartOfLastRun = 0.9

export interface RefusalInput {
  proof: SourceProof
  last: RunProof | null
  people: number
  rows: number
  schoolKeys: string[]
  /** Schools this source supplied before and still holds people of: key -> name. */
  suppliedSchools: Map<string, string>
  delta: boolean
  /** By file: how many rows could not be used, and the first. */
  unreadable: ReadonlyMap<string, Unreadable>
}

/** Why a run is refused as a whole (R2, R3, B3): nothing is applied and nobody is marked missing. Pure. */
export function refusalsOf(input: RefusalInput): string[] {
  const { proof, last } = input
  const reasons: string[] = []
  if (!proof.complete) reasons.push(...(proof.reasons.length > 0 ? proof.reasons : ['The end of the input was not reached.']).map((text) => `R2: ${text}`))
  for (const [name, { rows, line, reason }] of input.unreadable) {
    const all = proof.files.find((file) => file.name === name)?.rows ?? 0
    if (rows >= fewestUnreadable && rows > all * mostUnreadable) {
      reasons.push(`R3: ${rows} of ${all} rows of ${name} cannot be used, the first in line ${line}: ${reason} So many mean that the file itself is wrong. Mend the export and read it again.`)
    }
  }
  if (input.people === 0 && !input.delta) {
    reasons.push('B3: the input holds no people at all. An empty file never means that everybody has left. Export it again and check the filter of the report.')
  }
  if (input.delta) return reasons
  for (const [key, name] of input.suppliedSchools) {
    if (!input.schoolKeys.includes(key)) {
      reasons.push(`R1: ${name} is missing from the input though this source supplied it before. If this is another school's file, give it a source name of its own (--name); if the school has closed, end it in the settings.`)
    }
  }
  if (!last || last.files.length === 0) return reasons
  for (const file of last.files) {
    // A single export may be called anything each time; a set's files have fixed names.
    const now = last.files.length === 1 && proof.files.length === 1 ? proof.files[0]
      : proof.files.find((candidate) => candidate.name.toLowerCase() === file.name.toLowerCase())
    if (!now) {
      reasons.push(`R2: ${file.name} was in the last good run and is not in this one. Export the whole set again.`)
      continue
    }
    const lost = file.header.filter((column) => !now.header.includes(column))
    if (lost.length > 0) reasons.push(`R2: ${now.name} has lost the column${lost.length > 1 ? 's' : ''} ${lost.join(', ')}. Export it with the same columns as last time.`)
  }
  if (input.people > 0 && input.people < last.people * leastPartOfLastRun) {
    reasons.push(`R2: the input holds ${input.people} people; the last good run held ${last.people}. Less than ${leastPartOfLastRun * 100} % suggests that the export was cut or filtered.`)
  }
  return reasons
}

/** B3: new and missing people who look like the same people with new identifiers. */
export function looksLikeNewIds(counts: { newPeople: number; missing: number; alike: number }): string | null {
  if (counts.alike < 3 || counts.alike < counts.missing * 0.5) return null
  return `B3: ${counts.alike} people of the input have new identifiers but look like people who are now missing (same name and role). This is what a change of MIS looks like. Nobody was added or marked missing. Open this reading and say that they are the same people, or export with the admission number so that Assent can match them.`
}
