import type { Agreement } from '../agreements/agreement-store.ts'
import { BANDS } from '../agreements/band.ts'
import { CADENCES, DUTIES, IF_UNSIGNED, SIGNER_RULES } from '../agreements/requirement.ts'
import type { Requirement } from '../agreements/requirement-store.ts'
import type { School } from '../schools/school-store.ts'
import { longDate } from '../../shared/dates.ts'
import type { IssuePreview } from './issue-preview.ts'
import type { RequirementDraft } from './requirement-form.ts'
import { audienceWords, BAND_WORDS, CADENCE_WORDS, cadenceWords, dueWords, DUTY_WORDS, IF_UNSIGNED_WORDS, ROLE_WORDS, SIGNER_WORDS, signerWords } from './requirement-words.ts'
import type { Training } from './training-store.ts'
import { yearName } from '../people/year-name.ts'

/** What is known of agreements and schools, for naming them. */
export interface Named { agreements: readonly Agreement[]; schools: readonly School[] }

/** What a requirement is about. */
function subjectWords(requirement: Pick<Requirement, 'act' | 'title' | 'agreementId'>, { agreements }: Pick<Named, 'agreements'>): string {
  return requirement.act === 'train' ? requirement.title ?? '' : agreements.find((agreement) => agreement.id === requirement.agreementId)?.title ?? 'An agreement'
}

const schoolWords = (schoolId: string | null, { schools }: Pick<Named, 'schools'>): string => (schoolId === null ? 'Every school' : schools.find((school) => school.id === schoolId)?.name ?? 'One school')

/** The list of requirements. Pure. */
export function listView(requirements: readonly Requirement[], named: Named, mayEdit: boolean): object {
  const order = [...requirements].sort((a, b) => BANDS.indexOf(a.band) - BANDS.indexOf(b.band) || (a.id < b.id ? -1 : 1))
  return {
    total: order.length,
    ...(mayEdit ? { addHref: '/requirements/new' } : {}),
    table: {
      caption: 'Requirements', captionHidden: true,
      columns: [{ text: 'What' }, { text: 'For' }, { text: 'Who signs' }, { text: 'How often' }, { text: 'Due' }, { text: 'If not' }],
      rows: order.map((one) => [
        { text: subjectWords(one, named), href: `/requirements/${one.id}`, sub: `${DUTY_WORDS[one.act]}, ${one.compulsory ? 'compulsory' : 'optional'}` },
        { text: audienceWords(one), sub: schoolWords(one.schoolId, named) }, { text: signerWords(one) }, { text: cadenceWords(one) }, { text: dueWords(one) }, { text: IF_UNSIGNED_WORDS[one.ifUnsigned] },
      ]),
    },
  }
}

/** Rows that say all of a requirement. Pure. */
function summaryRows(draft: RequirementDraft, named: Named): { key: string; value: string }[] {
  return [
    { key: 'What', value: `${DUTY_WORDS[draft.act]}: ${subjectWords(draft, named)}` }, { key: 'For', value: `${audienceWords(draft)}. ${schoolWords(draft.schoolId, named)}` },
    { key: 'Who signs', value: signerWords(draft) }, { key: 'Must they?', value: draft.compulsory ? 'Yes, compulsory' : 'No, optional; nobody is chased' },
    { key: 'How often', value: cadenceWords(draft) }, { key: 'Due after', value: dueWords(draft) }, { key: 'If not', value: IF_UNSIGNED_WORDS[draft.ifUnsigned] },
    ...(draft.opensAccount ? [{ key: 'New staff', value: 'Signing opens the account' }] : []),
  ]
}

type Choice = { value: string; text: string; hint?: string }
const choices = <T extends string>(values: readonly T[], words: Record<T, string>): Choice[] => values.map((value) => ({ value, text: words[value] }))

/** The form. `schools` are those the editor may edit for. Pure. */
export function formView(named: Named, options: { values: Readonly<Record<string, unknown>>; action: string; wholeTrust: boolean; changing: boolean; backHref: string }): object {
  return {
    heading: options.changing ? 'Change a requirement' : 'Add a requirement', action: options.action, values: options.values, backHref: options.backHref,
    acts: [
      { value: 'sign', text: 'Sign an agreement' }, { value: 'acknowledge', text: 'Say that they have read a text', hint: 'Such as a policy. It needs no signature.' },
      { value: 'train', text: 'Complete a training', hint: 'For adults. They give the date, and a certificate or its reference.' },
    ].filter(({ value }) => (DUTIES as readonly string[]).includes(value)),
    agreements: [{ value: '', text: 'None (a training)' }, ...named.agreements.map(({ id, title, band }) => ({ value: id, text: `${title} (${BAND_WORDS[band]})` }))],
    bands: choices(BANDS, BAND_WORDS), roles: [{ value: '', text: 'Every role' }, ...Object.entries(ROLE_WORDS).filter(([role]) => role !== 'pupil').map(([value, text]) => ({ value, text }))],
    schools: [...(options.wholeTrust ? [{ value: '', text: 'Every school of the trust' }] : []), ...named.schools.map(({ id, name }) => ({ value: id, text: name }))],
    signerRules: choices(SIGNER_RULES, SIGNER_WORDS),
    signers: [{ value: 'any', text: 'Any one of those who may sign' }, { value: 'all', text: 'All who may sign', hint: 'Each parent or carer is asked. If one says no, the office is told.' }],
    cadences: choices(CADENCES, CADENCE_WORDS), ifUnsigned: choices(IF_UNSIGNED, IF_UNSIGNED_WORDS),
  }
}

/** Before saving: what would be saved, and whom it would ask. Pure. */
export function previewView(draft: RequirementDraft, preview: IssuePreview, named: Named, options: { changing: boolean; backHref: string }): object {
  const schools = [...new Set(preview.rows.map((row) => row.schoolId))].sort((a, b) => schoolWords(a, named).localeCompare(schoolWords(b, named), 'en'))
  return {
    heading: options.changing ? 'Check the change' : 'Check the new requirement', rows: summaryRows(draft, named), action: '/requirements/preview', backHref: options.backHref,
    preview,
    table: {
      caption: 'Whom it would ask', columns: [{ text: 'School' }, { text: 'Year' }, { text: 'Would be asked', numeric: true }],
      rows: schools.flatMap((school) => preview.rows.filter((row) => row.schoolId === school)
        .map((row) => ({ ...row, name: row.yearCode === null ? 'Adults' : yearName(row.yearCode) })).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
        .map((row) => [{ text: schoolWords(school, named) }, { text: row.name }, { text: row.count.toLocaleString('en-GB') }])),
    },
  }
}

/** One requirement; for a training who has done it. Pure. */
export function oneView(requirement: Requirement, named: Named, options: { mayEdit: boolean; trainings: readonly Training[]; names: ReadonlyMap<string, string> }): object {
  const done = options.trainings.filter((training) => training.state === 'complete').length
  return {
    heading: subjectWords(requirement, named), rows: summaryRows(requirement, named),
    ...(options.mayEdit ? { editHref: `/requirements/${requirement.id}/edit`, endAction: `/requirements/${requirement.id}/end` } : {}),
    ...(requirement.act === 'train' ? {
      training: {
        done, total: options.trainings.length,
        table: {
          caption: 'Who has completed it', captionHidden: true, columns: [{ text: 'Name' }, { text: 'State' }, { text: 'Due' }, { text: 'Proof' }],
          rows: [...options.trainings].sort((a, b) => (options.names.get(a.personId) ?? '').localeCompare(options.names.get(b.personId) ?? '', 'en')).map((training) => [
            { text: options.names.get(training.personId) ?? 'Somebody' },
            { tag: training.state === 'complete' ? { status: 'signed', text: 'Done' } : { status: 'outstanding', text: 'Not yet' }, sub: training.doneOn ? longDate(training.doneOn) : '' },
            { text: training.dueOn ? longDate(training.dueOn) : '' },
            training.fileName ? { text: training.reference ?? 'Certificate', href: `/requirements/trainings/${training.id}/certificate` } : { text: training.reference ?? '' },
          ]),
        },
      },
    } : {}),
  }
}
