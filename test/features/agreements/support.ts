import { draftVersion, publishStarter } from '../../../src/features/agreements/agreement.ts'
import type { AgreementVersion, DraftInput } from '../../../src/features/agreements/agreement.ts'
import type { AgreementFile } from '../../../src/features/agreements/agreement-file.ts'

export const PUBLISHED = { at: Date.parse('2026-09-01T07:00:00Z'), on: '2026-09-01' }

export function draftInput(change: Partial<DraftInput> = {}): DraftInput {
  return {
    agreementKey: 'staff',
    band: 'staff',
    signerRule: 'self',
    owner: 'Headteacher',
    origin: 'trust',
    change: 'major',
    changeNote: 'First version',
    reviewCycleMonths: 12,
    texts: [{
      language: 'en-GB', variant: 'standard', title: 'Rules of {{school.name}}', markdown: 'Hello.\n\n## Be kind {#be-kind}\n\nAt {{school.name}}, {{trust.name}}.\n',
      statements: { self: 'I agree to the rules of {{school.name}}.' }, clauses: { 'be-kind': 'I am kind.' }, questions: [], translation: null,
    }],
    ...change,
  }
}

/** The published starter version of a file, as `migrate` makes it. */
export function starterVersion(file: AgreementFile): AgreementVersion {
  const statements = Object.fromEntries(Object.entries(file.statements).filter((entry): entry is [string, string] => entry[1] !== undefined))
  const step = publishStarter(draftVersion({
    agreementKey: file.key, band: file.band, signerRule: file.requirement.signerRule, owner: file.owner, origin: 'starter', change: 'major',
    changeNote: 'Starter set', reviewCycleMonths: file.reviewCycleMonths,
    texts: [{ language: file.language, variant: 'standard', title: file.title, markdown: file.markdown, statements, clauses: file.clauses, questions: file.questions, translation: null }],
  }), PUBLISHED)
  if (!step.ok) throw new Error(`${file.key}: ${step.reason} ${step.detail ?? ''}`)
  return step.value
}
