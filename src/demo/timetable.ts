import { academicYearStart } from '../shared/dates.ts'
import { classesFor, onOrAfterWeekday, yearGroups } from './years.ts'
import type { YearGroup } from './years.ts'
import type { DemoCourse, DemoGroup, DemoSchool, DemoSession } from './model.ts'

/** Registration groups of the primaries are named after birds, youngest first. */
const BIRDS = `Wren, Robin, Goldcrest, Sparrow, Bluetit, Chaffinch, Swallow, Swift, Skylark, Nightingale, Kingfisher, Thrush, Blackbird, Starling, Magpie, Dipper,
  Wagtail, Woodpecker, Heron, Curlew, Lapwing, Oystercatcher, Avocet, Plover, Puffin, Kittiwake, Gannet, Osprey, Kestrel, Merlin, Buzzard,
  Red Kite, Tawny Owl, Barn Owl, Falcon, Goshawk, Raven, Jackdaw, Rook, Nuthatch, Siskin, Linnet, Bullfinch, Redstart, Wheatear, Stonechat, Crossbill`
  .split(',').map((bird) => bird.trim())

/** The school year and its three terms; they begin on a weekday. */
export function makeSessions(year: string): DemoSession[] {
  const first = Number(year.slice(0, 4))
  const id = `SY${first + 1}`
  const start = onOrAfterWeekday(academicYearStart(year))
  const end = `${first + 1}-07-21`
  const term = (suffix: string, title: string, startDate: string, endDate: string): DemoSession =>
    ({ id: `${id}-${suffix}`, title: `${title} ${year}`, type: 'term', startDate, endDate, parentId: id })
  return [
    { id, title: year, type: 'schoolYear', startDate: start, endDate: end, parentId: null },
    term('AUT', 'Autumn', start, `${first}-12-18`),
    term('SPR', 'Spring', onOrAfterWeekday(`${first + 1}-01-04`), `${first + 1}-03-26`),
    term('SUM', 'Summer', onOrAfterWeekday(`${first + 1}-04-12`), end),
  ]
}

export interface Timetable {
  courses: DemoCourse[]
  groups: DemoGroup[]
}

/**
 * Registration groups for every year group, and subject classes for a few: computing follows the registration group in
 * Years 7 to 9, computer science takes a part of Year 12. `sizes` holds the pupils of each year group, N1 first.
 */
export function makeTimetable(school: DemoSchool, sizes: readonly number[], sessionId: string): Timetable {
  const courses: DemoCourse[] = []
  const groups: DemoGroup[] = []
  let birds = 0
  for (const year of yearGroups.filter((one) => one.phase === school.phase)) {
    const pupils = sizes[year.index] ?? 0
    if (pupils === 0) continue
    const registration = course(school, year, 'Registration', 'REG')
    courses.push(registration)
    const classes = classesFor(pupils)
    for (let number = 0; number < classes; number++) {
      const name = school.phase === 'primary' ? birdName(birds++) : `${year.code}${String.fromCharCode(65 + number)}`
      groups.push({
        id: `${school.id}-${year.code}-${number + 1}`, schoolId: school.id, name, code: name, kind: 'registration', yearCode: year.code,
        courseId: registration.id, subject: null, sessionId, places: Math.floor((pupils + classes - 1 - number) / classes), feeds: null,
      })
    }
    const subject = subjectOf(year.code)
    if (!subject) continue
    const taught = course(school, year, subject.title, subject.code)
    courses.push(taught)
    const reg = groups.filter((group) => group.kind === 'registration' && group.yearCode === year.code)
    for (const source of subject.byRegistration ? reg : reg.slice(0, 1)) {
      const name = subject.byRegistration ? `${source.name}/${subject.code}` : `${year.code}/${subject.code}1`
      groups.push({
        id: `${source.id}-${subject.code}`, schoolId: school.id, name, code: name, kind: 'subject', yearCode: year.code,
        courseId: taught.id, subject: subject.title, sessionId, places: 0, feeds: subject.byRegistration ? source.id : null,
      })
    }
  }
  return { courses, groups }
}

function birdName(index: number): string {
  const round = Math.floor(index / BIRDS.length)
  return `${BIRDS[index % BIRDS.length] ?? ''}${round > 0 ? ` ${round + 1}` : ''}`
}

function course(school: DemoSchool, year: YearGroup, title: string, code: string): DemoCourse {
  const name = year.index <= 1 ? 'Nursery' : year.code === 'R' ? 'Reception' : `Year ${year.code}`
  return { id: `${school.id}-${code}-${year.code}`, schoolId: school.id, title: `${title}, ${name}`, code: `${code}${year.code}`, yearCode: year.code }
}

function subjectOf(code: string): { title: string; code: string; byRegistration: boolean } | null {
  if (['7', '8', '9'].includes(code)) return { title: 'Computing', code: 'Co', byRegistration: true }
  return code === '12' ? { title: 'Computer Science', code: 'Cs', byRegistration: false } : null
}
