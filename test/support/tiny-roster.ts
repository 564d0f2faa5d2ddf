import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TinyUser {
  id: string
  role?: string
  name?: string
  surname?: string
  schools?: string[]
  grade?: string
  email?: string
  agents?: string[]
  admission?: string
  group?: string
  /** Last day in the registration group. */
  until?: string
  status?: string
}

/** A OneRoster 1.1 bulk folder from a list of people; two schools A and B with one homeroom each unless told. */
export function tinyRoster(users: TinyUser[], options: { schools?: string[]; termEnd?: string } = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'assent-roster-'))
  mkdirSync(dir, { recursive: true })
  const schools = options.schools ?? ['A', 'B']
  const write = (name: string, header: string, rows: string[][]): void => {
    writeFileSync(join(dir, name), [header, ...rows.map((row) => row.map(cell).join(','))].join('\n') + '\n')
  }
  write('manifest.csv', 'propertyName,value', [
    ['manifest.version', '1.0'], ['oneroster.version', '1.1'],
    ...['academicSessions', 'categories', 'classes', 'classResources', 'courses', 'courseResources', 'demographics', 'enrollments', 'lineItems', 'orgs', 'resources', 'results', 'users']
      .map((name) => [`file.${name}`, ['academicSessions', 'classes', 'courses', 'enrollments', 'orgs', 'users'].includes(name) ? 'bulk' : 'absent']),
  ])
  write('orgs.csv', 'sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId', schools.map((key) => [key, '', '', `School ${key}`, 'school', `1000${key.charCodeAt(0)}`, '']))
  write('academicSessions.csv', 'sourcedId,status,dateLastModified,title,type,startDate,endDate,parentSourcedId,schoolYear',
    [['Y', '', '', '2026/27', 'schoolYear', '2026-09-01', options.termEnd ?? '2027-08-31', '', '2027']])
  write('courses.csv', 'sourcedId,status,dateLastModified,schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes', [])
  const groups = [...new Set(users.flatMap((user) => (user.group ? [`${user.schools?.[0] ?? 'A'}/${user.group}`] : [])))]
  write('classes.csv', 'sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods',
    groups.map((group) => [group, '', '', group.split('/')[1] as string, '', '', '', 'homeroom', '', group.split('/')[0] as string, 'Y', '', '', '']))
  write('users.csv', 'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password',
    users.map((user) => [
      user.id, user.status ?? '', '', 'true', (user.schools ?? ['A']).join(','), user.role ?? 'student', user.id.toLowerCase(), '', user.name ?? `Name${user.id}`,
      user.surname ?? `Surname${user.id}`, '', user.admission ?? '', user.email ?? '', '', '', (user.agents ?? []).join(','), user.grade ?? '', '',
    ]))
  write('enrollments.csv', 'sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate',
    users.filter((user) => user.group).map((user) => [`e${user.id}`, '', '', `${user.schools?.[0] ?? 'A'}/${user.group}`, user.schools?.[0] ?? 'A', user.id, 'student', 'false', '2026-09-01', user.until ?? '']))
  return dir
}

const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** `count` pupils P1.. of Year 4 in group 4K at school A, each with a guardian G1... */
export function tinySchool(count: number, change: (user: TinyUser) => TinyUser | null = (user) => user, options?: Parameters<typeof tinyRoster>[1]): string {
  const users: TinyUser[] = []
  for (let n = 1; n <= count; n += 1) {
    users.push({ id: `P${n}`, grade: '04', group: '4K', agents: [`G${n}`], admission: `${1000 + n}` })
    users.push({ id: `G${n}`, role: 'guardian', email: `g${n}@family.example` })
  }
  return tinyRoster(users.map(change).filter((user): user is TinyUser => user !== null), options)
}
