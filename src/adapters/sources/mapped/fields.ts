/** Fields a mapped CSV may supply: the allow-list (R7). Address, telephone, birth date and the like have no field here. */
export type MappedField =
  | 'pupilId' | 'admissionNumber' | 'upn' | 'pupilForename' | 'pupilSurname' | 'pupilEmail' | 'pupilUsername'
  | 'year' | 'registration' | 'startDate' | 'leavingDate' | 'status' | 'school' | 'schoolName'
  | 'contactId' | 'contactForename' | 'contactSurname' | 'contactEmail' | 'relationship' | 'parentalResponsibility'
  | 'priority' | 'doNotContact' | 'emergencyOnly' | 'classId' | 'className'
  | 'staffId' | 'staffForename' | 'staffSurname' | 'staffEmail' | 'staffUsername' | 'staffRole' | 'staffStart' | 'staffEnd'

/** Whom a block of columns describes. */
export type Subject = 'pupil' | 'contact' | 'staff' | 'class'

/** Base words that any subject may have -> synonyms, best first. */
export const SHARED: Readonly<Record<'id' | 'forename' | 'surname' | 'email' | 'username', readonly string[]>> = {
  id: ['id', 'person id', 'mis id', 'identifier', 'reference', 'ref', 'code', 'number', 'no'],
  forename: ['preferred forename', 'chosen forename', 'preferred first name', 'known as', 'forename', 'first name', 'given name', 'legal forename', 'legal first name'],
  surname: ['preferred surname', 'chosen surname', 'preferred last name', 'surname', 'last name', 'family name', 'legal surname', 'legal last name'],
  email: ['primary email', 'primary email address', 'main email', 'email', 'e mail', 'email address', 'school email', 'work email', 'home email', 'personal email'],
  username: ['username', 'user name', 'login', 'network login', 'login name'],
}

/** Words that mean one field whoever is being described -> synonyms, best first. */
export const OWN: Partial<Record<MappedField, readonly string[]>> = {
  admissionNumber: ['admission number', 'adno', 'admission no', 'adm no', 'admno'],
  year: ['nc year', 'national curriculum year', 'curriculum year', 'ncyear', 'nc year actual', 'year group', 'year', 'yr'],
  registration: ['registration group', 'reg group', 'registration form', 'reg form', 'tutor group', 'form group', 'reg', 'registration', 'form', 'class'],
  startDate: ['date of admission', 'admission date', 'doa', 'start date', 'date of entry', 'entry date', 'enrolment date'],
  leavingDate: ['date of leaving', 'leaving date', 'dol', 'leave date', 'date left', 'end date'],
  status: ['enrolment status', 'status', 'enrol status', 'roll status', 'on roll status'],
  school: ['urn', 'school urn', 'dfe number', 'school dfe number', 'laestab', 'school id', 'school code'],
  schoolName: ['school name', 'school', 'academy', 'establishment', 'site'],
  relationship: ['relationship', 'relationship to pupil', 'relationship to student', 'relationship to child', 'relation', 'relation type', 'relationship type'],
  parentalResponsibility: ['parental responsibility', 'has parental responsibility', 'parental resp', 'pr'],
  priority: ['priority', 'contact priority', 'contact order'],
  doNotContact: ['do not contact', 'no contact', 'court order', 'court orders', 'court order in place', 'has court order', 'contact restriction', 'restricted contact', 'injunction'],
  emergencyOnly: ['emergency only', 'emergency contact only', 'contact type'],
  className: ['class name', 'teaching group', 'class title'],
  staffRole: ['role', 'job title', 'post', 'post title', 'position', 'staff type', 'staff role', 'job role'],
}

/** Columns that open the block of a contact. */
export const CONTACT_OPENERS: ReadonlySet<string> = new Set(['relationship', 'parentalResponsibility', 'priority', 'doNotContact', 'emergencyOnly'])

/** Columns that only a list of pupils has. */
export const PUPIL_SIGNS: ReadonlySet<string> = new Set(['admissionNumber', 'year', 'registration', 'relationship', 'parentalResponsibility'])

/** A field of our list for a base word and a subject; null where that subject has none. */
export function fieldOf(subject: Subject, base: keyof typeof SHARED): MappedField | null {
  if (subject === 'class') return base === 'id' ? 'classId' : null
  if (subject === 'contact' && base === 'username') return null
  const name = base[0]?.toUpperCase() + base.slice(1)
  return `${subject}${name}` as MappedField
}
