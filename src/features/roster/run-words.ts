import { type Instant, longInstant } from '../../shared/dates.ts'
import type { RosterRun } from './roster-run.ts'

/** A status of the tag component with its words. */
export interface StatusWords {
  status: 'outstanding' | 'signed' | 'attention' | 'held' | 'suspended' | 'quiet'
  text: string
}

const FORMATS: Record<string, string> = { 'oneroster-csv': 'OneRoster files', 'sds-csv': 'School Data Sync files', csv: 'CSV' }

/** "OneRoster files": a format as people know it. */
export const formatWords = (format: string): string => FORMATS[format] ?? format

/** What became of a run. */
export function stateOfRun(run: RosterRun, expired = false): StatusWords {
  switch (run.state) {
    case 'reading': return { status: 'outstanding', text: 'Being read' }
    case 'planned': return { status: 'quiet', text: 'Only looked at' }
    case 'refused': return { status: 'suspended', text: 'Refused' }
    case 'held': return expired ? { status: 'quiet', text: 'Lapsed' } : { status: 'held', text: 'Partly held' }
    case 'applied': return { status: 'signed', text: 'Applied' }
    case 'failed': return { status: 'attention', text: 'Not read' }
    case 'superseded': return { status: 'quiet', text: 'Superseded' }
    case 'undone': return { status: 'quiet', text: 'Undone' }
  }
}

/** One sentence on top of a run's page. */
export function sentenceOf(run: RosterRun, held: number, expired: boolean): string {
  const people = (n: number) => `${n.toLocaleString('en-GB')} ${n === 1 ? 'person' : 'people'}`
  switch (run.state) {
    case 'reading': return 'The file is being read. You can leave this page; nothing is lost.'
    case 'planned': return run.report.held.length > 0
      ? `Nothing was changed: this was only a look. ${people(held)} would have to wait for an approval.`
      : 'Nothing was changed: this was only a look.'
    case 'refused': return 'Nothing was applied, and nobody was marked as missing.'
    case 'held': return expired
      ? 'Joiners and changes are in. What waited was not approved within seven days and has lapsed.'
      : `Joiners and changes are in. What would take something away from ${people(held)} waits for an approval.`
    case 'applied': return 'Everything this reading says is in.'
    case 'failed': return 'This file could not be read. Nothing was changed.'
    case 'superseded': return 'A newer reading of the same source has taken its place.'
    case 'undone': return 'What this reading changed was taken back.'
  }
}

interface RuleWords { title: string; rule: string; next: string }

const RULES: Record<string, RuleWords> = {
  B1: { title: 'More people than usual', rule: 'B1: above the larger of a number and a share of one school’s people, in one reading, in 24 hours or in 7 days, a person decides.', next: 'Compare the list with what the school knows. Approve it, or read a corrected file: the newer reading takes its place.' },
  B2: { title: 'Nearly a whole year or group', rule: 'B2: when at least 80 % of a year or group of five or more would go at once, a person decides.', next: 'This is usual in July and unusual at any other time. Ask the school before you approve.' },
  B4: { title: 'Protected people', rule: 'B4: nothing is taken automatically from administrators, heads and safeguarding leads.', next: 'Check each of them by name before you approve.' },
  B5: { title: 'A person looks first', rule: 'B5: the first reading that would take something away always waits, and very large ones need a second person and the typed count.', next: 'Read the list, then approve.' },
  R5: { title: 'Inferred leavers', rule: 'R5: this feed has no leaving date. Somebody all of whose classes have ended is taken to have left, but only after approval.', next: 'Look whether these people have really left. If one has not, put the class right in the MIS and read again.' },
  R10: { title: 'This source only proposes', rule: 'R10: a new source is watched first, then proposes, then applies.', next: 'Approve what is right.' },
}

/** Held reasons such as "B1: ..." in plain words, those of one rule together. */
export function heldWords(reasons: readonly { rule: string; text: string }[]): { title: string; texts: string[]; rule: string; next: string }[] {
  return [...Map.groupBy(reasons, ({ rule }) => rule)].map(([rule, list]) => {
    const known = RULES[rule]
    return { title: known?.title ?? 'Held', texts: [...new Set(list.map(({ text }) => text))], rule: known?.rule ?? rule, next: known?.next ?? 'Read the list, then decide.' }
  })
}

const REFUSALS: Record<string, string> = {
  R1: 'A school is missing', R2: 'The file is not whole', R3: 'The file is unusable', B3: 'The file cannot be right',
}

/** A refusal such as "R2: ..." as title and text. */
export function refusalWords(reason: string): { title: string; text: string; rule: string } {
  const [, rule = '', text = reason] = /^([A-Z]\d+): (.*)$/s.exec(reason) ?? []
  const sentence = text.charAt(0).toUpperCase() + text.slice(1)
  return { title: REFUSALS[rule] ?? 'Not usable', text: sentence, rule }
}

/** "Reading of 1 September 2026 at 02:31". */
export const runTitle = (startedAt: Instant): string => `Reading of ${longInstant(startedAt)}`
