import { type Said, sentence } from '../../shared/sentence.ts'
import { capacityOf } from './evidence.ts'
import type { SigningPage } from './signing-queries.ts'

type Signing = Pick<SigningPage, 'signatory' | 'subject' | 'request'>

/** As what somebody signs, in the reader's language. The record keeps `capacityOf`. */
export function capacitySaid(page: Signing): Said {
  if (page.signatory.slot === 'guardian') return sentence('Parent or carer of {{name}}', { name: page.subject.name })
  return ALONE[capacityOf(page)] ?? capacityOf(page)
}

/** The same after other words. */
export function capacityWithin(page: Signing): Said {
  if (page.signatory.slot === 'guardian') return sentence('parent or carer of {{name}}', { name: page.subject.name })
  return WITHIN[capacityOf(page)] ?? capacityOf(page)
}

const ALONE: Readonly<Record<string, Said>> = {
  Pupil: sentence('Pupil'), Student: sentence('Student'), 'Parent or carer': sentence('Parent or carer'), Governor: sentence('Governor'), Volunteer: sentence('Volunteer'), Visitor: sentence('Visitor'),
  'Member of staff': sentence('Member of staff'),
}

const WITHIN: Readonly<Record<string, Said>> = {
  Pupil: sentence('pupil'), Student: sentence('student'), 'Parent or carer': sentence('parent or carer'), Governor: sentence('governor'), Volunteer: sentence('volunteer'), Visitor: sentence('visitor'),
  'Member of staff': sentence('member of staff'),
}
