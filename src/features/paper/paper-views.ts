import type { Flash } from '../../http/view-types.ts'
import { longDate, longInstant, today } from '../../shared/dates.ts'
import { groupWords, type KnownGroup } from '../classes/class-group.ts'
import type { Person } from '../people/people-queries.ts'
import type { School } from '../schools/school-store.ts'
import type { Signature } from '../signing/signature.ts'
import { valueOf } from './group-choice.ts'
import type { OpenSlot } from './paper-queries.ts'
import type { EnterOutcome } from './paper-service.ts'
import type { PaperBatch, PaperSlip } from './paper-store.ts'

export const PAPER = '/paper'
export const slipAt = (code: string): string => `${PAPER}/slips/${code}`

export interface ListData {
  groups: readonly KnownGroup[]
  schools: readonly School[]
  chosen: KnownGroup | null
  slots: readonly OpenSlot[]
  printed: ReadonlyMap<string, PaperSlip>
  on: string
  formKey: string
  /** Children of the reader's own family (P7). */
  family: ReadonlySet<string>
}

/** The class list to tick, and the ways in for single slips. */
export function listView({ groups, schools, chosen, slots, printed, on, formKey, family }: ListData): object {
  const several = new Set(groups.map((group) => group.schoolId)).size > 1
  const name = (group: KnownGroup) => [groupWords(group), several ? schools.find((school) => school.id === group.schoolId)?.shortName : null].filter(Boolean).join(', ')
  return {
    scanAction: `${PAPER}/scan`, codeHref: `${PAPER}/code`, deskHref: '/desk',
    filters: { action: PAPER, label: 'Choose a class', fields: [{ id: 'group', label: 'Class or year', value: chosen ? valueOf(chosen) : '', options: [{ value: '', text: 'Choose' }, ...groups.map((group) => ({ value: valueOf(group), text: name(group) }))] }] },
    ...(chosen ? {
      chosen: { name: name(chosen), value: valueOf(chosen) }, enterAction: `${PAPER}/enter`, printAction: `${PAPER}/print`, on, formKey,
      lines: slots.map((slot) => ({
        name: slot.subject.name, what: slotWords(slot), printed: printed.has(slot.signatory.id) ? `printed on ${longDate(today(printed.get(slot.signatory.id)?.printedAt ?? 0))}` : null,
        blocked: family.has(slot.subject.id) ? 'A child of your family: a colleague enters it.' : slot.signers.length === 0 ? 'Nobody who may sign is linked to this child.' : null,
        ticks: slot.signers.map((signer) => ({ value: `${slot.signatory.id}:${signer.id}`, text: slot.signatory.slot === 'guardian' ? `${signer.name}${signer.relationship ? ` (${signer.relationship.toLowerCase()})` : ''}` : slot.subject.name })),
      })),
    } : {}),
  }
}

export const slotWords = ({ signatory }: Pick<OpenSlot, 'signatory'>): string => {
  const who = { guardian: 'Parent or carer', pupil: 'Pupil', self: 'For themselves' }[signatory.slot]
  return signatory.act === 'acknowledge' ? `${who}, has read it` : who
}

/** What became of a confirm. */
export function paperWords(outcomes: readonly EnterOutcome[]): Flash {
  const count = (...kinds: EnterOutcome[]) => outcomes.filter((outcome) => kinds.includes(outcome)).length
  const [signed, changed, closed, conflict] = [count('signed'), count('text-changed'), count('closed', 'not-yours'), count('conflict')]
  const parts = [
    `${signed} entered.`,
    ...(changed > 0 ? [`${changed} not: the text changed after the paper was printed. Print the new one.`] : []),
    ...(closed > 0 ? [`${closed} not: nothing is asked there any more, or the person may not sign.`] : []),
    ...(conflict > 0 ? [`${conflict} not: a child of your own family, so a colleague enters it.`] : []),
  ]
  return { kind: signed === outcomes.length && signed > 0 ? 'success' : 'attention', text: parts.join(' ') }
}

/** What one confirm entered, and its undo. */
export function batchView(batch: PaperBatch, entries: readonly { entry: { signatureId: string; scanSha256: string | null }; signature: Signature | null }[], people: ReadonlyMap<string, Person>, mayOpen: boolean): object {
  const name = (id: string | undefined) => people.get(id ?? '')?.name ?? ''
  return {
    crumbs: [{ text: 'Paper', href: PAPER }], enteredBy: name(batch.enteredBy), enteredAt: longInstant(batch.enteredAt), undoneAt: batch.undoneAt === null ? null : longInstant(batch.undoneAt),
    undoAction: `${PAPER}/batches/${batch.id}/undo`, backHref: PAPER, count: entries.length,
    table: {
      caption: 'Entered from paper', captionHidden: true, columns: [{ text: 'About' }, { text: 'Signed by' }, { text: 'State' }, { text: 'Scan' }],
      rows: entries.map(({ entry, signature }) => [
        { text: name(signature?.subjectId), ...(mayOpen ? { href: `/records/${entry.signatureId}` } : {}) }, { text: name(signature?.signerId) },
        { tag: signature?.active ? { status: 'signed', text: 'Counts' } : { status: 'quiet', text: 'Counts no more' } },
        entry.scanSha256 ? { text: 'Look at the scan', href: `${PAPER}/scans/${entry.scanSha256}` } : { text: 'None' },
      ]),
    },
  }
}
