import type { AffiliationRole } from '../adapters/sources/source.ts'
import type { DemoGroup, DemoSchool } from './model.ts'

/** A post at a school, before anybody holds it. */
export interface Post {
  jobTitle: string
  role: AffiliationRole
  groupIds: string[]
}

const post = (jobTitle: string, role: AffiliationRole, groupIds: string[] = []): Post => ({ jobTitle, role, groupIds })
const several = (count: number, make: () => Post): Post[] => Array.from({ length: count }, make)

export const NEW_TEACHER = 'Teacher of music (new)'

/** The posts of one school; `groups` are its own, `pupils` how many they hold. */
export function postsOf(school: DemoSchool, groups: readonly DemoGroup[], pupils: number): Post[] {
  const registration = groups.filter((group) => group.kind === 'registration')
  const common = [
    post('Headteacher', 'teacher'),
    post('Deputy head and designated safeguarding lead', 'teacher'),
    post('SENCo', 'teacher'),
    post('Office manager', 'support'),
    post('Administrator', 'support'),
    post('Caretaker', 'support'),
    post('Trainee teacher', 'trainee'),
    post('Supply teacher', 'supply'),
  ]
  if (school.phase === 'primary') {
    return [
      ...common,
      ...registration.map((group) => post('Class teacher', 'teacher', [group.id])),
      ...registration.map((group) => post('Teaching assistant', 'support', [group.id])),
      ...several(Math.ceil(pupils / 90), () => post('Midday supervisor', 'support')),
    ]
  }
  const classes = groups.filter((group) => group.kind === 'subject').map((group) => group.id)
  const computing = Math.max(1, Math.ceil(classes.length / 8))
  return [
    ...common,
    post('IT technician', 'support'),
    post('Exams officer', 'support'),
    post('Librarian', 'support'),
    post(NEW_TEACHER, 'teacher'),
    ...registration.map((group) => post('Form tutor', 'teacher', [group.id])),
    ...Array.from({ length: computing }, (_, share) => post('Teacher of computing', 'teacher', classes.filter((_id, index) => index % computing === share))),
    ...several(Math.ceil(pupils / 40), () => post('Subject teacher', 'teacher')),
    ...several(Math.ceil(pupils / 60), () => post('Learning support assistant', 'support')),
  ]
}

/** The central team; they work in both schools of the first area. */
export const CENTRAL_POSTS: readonly Post[] = [
  post('Trust administrator', 'support'),
  post('Head of IT', 'support'),
  post('Trust safeguarding lead', 'support'),
  post('Data protection officer', 'support'),
]
