import type { Evidence } from './signature.ts'
import type { SigningPage } from './signing-queries.ts'
import type { SignCommand } from './sign-command.ts'

/** What the record is made from later (D3): the text's labels, the names as they are now (P5), the act. */
export function evidenceOf(page: SigningPage, command: SignCommand, signerName: string, verifyAt: string): Evidence {
  return {
    slot: page.signatory.slot, act: page.signatory.act, subjectName: page.subject.name, signerName, capacity: capacityOf(page),
    relationship: page.link?.relationship ?? null, schoolName: page.school.name, statement: page.statement, typed: command.typed, drawn: command.drawn,
    language: page.rendition.language, variant: page.rendition.variant, agreementKey: page.agreementKey, versionNumber: page.versionNumber,
    assurance: command.assurance, occasion: page.request.occasion, ...(command.circumstance ? { circumstance: command.circumstance } : {}),
    verifyAt,
    ...command.understanding && command.understanding.length > 0 ? { understanding: command.understanding } : {},
  }
}

/** "Pupil", "Parent or carer of ...", "Member of staff": as what somebody signs. */
export function capacityOf(page: Pick<SigningPage, 'signatory' | 'subject' | 'request'>): string {
  if (page.signatory.slot === 'pupil') return 'Pupil'
  if (page.signatory.slot === 'guardian') return `Parent or carer of ${page.subject.name}`
  switch (page.request.family) {
    case 'pupil': return 'Student'
    case 'guardian': return 'Parent or carer'
    case 'governor': return 'Governor'
    case 'volunteer': return 'Volunteer'
    case 'visitor': return 'Visitor'
    default: return 'Member of staff'
  }
}
