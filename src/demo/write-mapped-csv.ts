import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { CalendarDate } from '../shared/dates.ts'
import { CsvFile } from './csv-file.ts'
import type { CsvEncoding } from './csv-file.ts'
import type { DemoAdult, DemoLink, DemoPerson, DemoPupil, DemoRoster, DemoSchool, Household } from './model.ts'
import { viewRoster } from './roster-view.ts'
import type { FeedChanges, RosterView } from './roster-view.ts'
import { toWindows1252Text } from './transliterate.ts'

export interface MappedCsvOptions extends FeedChanges {
  encoding?: CsvEncoding
  /** Only this school, and then without the columns that name it, as a school's own MIS exports it. */
  schoolId?: string
  /** Which number stands in the ID columns: the trust's external id (default) or the MIS's own, as after a change of system. */
  ids?: 'external' | 'mis'
}

const PUPIL = ['ID', 'Adno', 'UPN', 'Forename', 'Surname', 'Legal Forename', 'DOB', 'NC Year', 'Reg', 'Date of Admission', 'Date of Leaving', 'Enrolment Status', 'Primary Email', 'Username']
const SCHOOL = ['URN', 'School']
const CONTACT = [
  'ID', 'Relationship', 'Priority', 'Parental responsibility', 'Lives with Pupil', 'Court Order', 'Emergency Only', 'Title', 'Forename', 'Surname',
  'Main Telephone', 'Primary Email', 'Mobile',
]
const STAFF = ['ID', 'Title', 'Forename', 'Surname', 'Role', 'Work Email', 'Username', 'Start Date', 'End Date']

/**
 * Writes `pupils.csv`, one row for each pupil and contact in the manner of SIMS: headers that occur twice, dates as
 * dd/mm/yyyy, T and F. Returns its path. It holds columns that must never be read (UPN, DOB, telephone), and all links,
 * those that may not be contacted with `Court Order` T.
 * @throws RangeError when a leaver or omitted id does not exist.
 */
export async function writeMappedCsv(roster: DemoRoster, folder: string, options: MappedCsvOptions = {}): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const view = viewRoster(roster, options)
  const cells = cellMaker(options)
  const schools = new Map(roster.schools.map((school) => [school.id, school]))
  const groups = new Map(roster.groups.map((group) => [group.id, group.name]))
  const named = options.schoolId === undefined
  const file = new CsvFile(join(folder, 'pupils.csv'), [...PUPIL, ...(named ? SCHOOL : []), ...CONTACT], options.encoding)
  for (const household of roster.households()) {
    for (const pupil of household.pupils) {
      if (!view.shown(pupil.id) || (options.schoolId !== undefined && pupil.schoolId !== options.schoolId)) continue
      const school = schools.get(pupil.schoolId)
      const row = [...cells.pupil(pupil, view.endOf(pupil.id), groups.get(pupil.groupIds[0] ?? '') ?? ''), ...(named ? cells.school(school) : [])]
      const contacts = contactsOf(household, pupil.id, view)
      for (const [adult, link] of contacts) file.row([...row, ...cells.contact(adult, link)])
      // A pupil whose every contact is left out still has a row.
      if (contacts.length === 0) file.row([...row, ...CONTACT.map(() => '')])
    }
  }
  file.close()
  // Somebody of another school, or an adult, never came by; only whole exports can tell who does not exist.
  if (named) view.finish()
  return file.path
}

/** Writes `staff.csv`: a row for each person and post, governors and volunteers included. Returns its path. */
export async function writeMappedStaffCsv(roster: DemoRoster, folder: string, options: MappedCsvOptions = {}): Promise<string> {
  mkdirSync(folder, { recursive: true })
  const view = viewRoster(roster, options)
  const cells = cellMaker(options)
  const schools = new Map(roster.schools.map((school) => [school.id, school]))
  const named = options.schoolId === undefined
  const file = new CsvFile(join(folder, 'staff.csv'), [...STAFF, ...(named ? SCHOOL : [])], options.encoding)
  const write = (person: DemoAdult): void => {
    for (const hat of person.affiliations) {
      if (hat.role === 'guardian' || !view.shown(person.id) || (options.schoolId !== undefined && hat.schoolId !== options.schoolId)) continue
      const end = view.endOf(person.id) ?? hat.endDate
      const post = hat.role === 'governor' && !/governor/i.test(hat.jobTitle ?? '') ? 'Governor' : hat.role === 'volunteer' ? 'Volunteer' : (hat.jobTitle ?? '')
      file.row([...cells.staff(person, post, hat.startDate, end), ...(named ? cells.school(schools.get(hat.schoolId)) : [])])
    }
  }
  for (const person of [...roster.staff, ...roster.governors, ...roster.volunteers]) write(person)
  for (const household of roster.households()) household.guardians.filter((one) => one.affiliations.some((hat) => hat.role !== 'guardian')).forEach(write)
  file.close()
  return file.path
}

function contactsOf(household: Household, pupilId: string, view: RosterView): [DemoAdult, DemoLink][] {
  const adults = [...household.guardians, ...household.contacts, ...(household.colleague ? [household.colleague] : [])]
  return household.links.filter((link) => link.pupilId === pupilId && view.shown(link.guardianId)).flatMap((link) => {
    const adult = adults.find((one) => one.id === link.guardianId)
    return adult ? [[adult, link] as [DemoAdult, DemoLink]] : []
  })
}

/** Turns people into cells in the encoding's letters. */
function cellMaker(options: MappedCsvOptions) {
  const write = (text: string, latin: string): string => (options.encoding === 'windows-1252' ? toWindows1252Text(text, latin) : text)
  const id = (person: DemoPerson): string => (options.ids === 'mis' ? person.misId : person.id)
  const forename = ({ name }: DemoPerson): string => write(name.forename, name.latinForename)
  const surname = ({ name }: DemoPerson): string => write(name.surname, name.latinSurname)
  return {
    pupil: (pupil: DemoPupil, end: CalendarDate | null, group: string): string[] => {
      const legal = pupil.name.legalForename
      const start = end !== null && pupil.startDate > end ? end : pupil.startDate
      return [
        id(pupil), pupil.admissionNumber, pupil.upn, forename(pupil), surname(pupil), legal === null ? forename(pupil) : write(legal, legal),
        britishDate(pupil.dateOfBirth), pupil.yearCode, group, britishDate(start), britishDate(end), end === null ? 'Single Registration' : 'Leaver',
        pupil.email ?? '', pupil.username ?? '',
      ]
    },
    school: (school: DemoSchool | undefined): string[] => [school?.urn ?? '', school?.name ?? ''],
    contact: (adult: DemoAdult, link: DemoLink): string[] => [
      id(adult), link.relationship, String(link.priority), yes(link.mayConsent), yes(link.livesWith), yes(link.doNotContact), yes(link.emergencyOnly),
      adult.title, forename(adult), surname(adult), '', adult.email ?? '', adult.mobile ?? '',
    ],
    staff: (adult: DemoAdult, post: string, start: CalendarDate | null, end: CalendarDate | null): string[] => [
      id(adult), adult.title, forename(adult), surname(adult), post, adult.email ?? '', adult.username ?? '', britishDate(start), britishDate(end),
    ],
  }
}

const yes = (value: boolean): string => (value ? 'T' : 'F')
const britishDate = (date: CalendarDate | null): string => (date === null ? '' : `${date.slice(8)}/${date.slice(5, 7)}/${date.slice(0, 4)}`)
