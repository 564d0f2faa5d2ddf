import type { Database } from '../../../src/db/database.ts'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { createIds } from '../../../src/adapters/ids.ts'
import { nameSearch } from '../../../src/shared/names.ts'

/** The truth about one line of the board, kept in plain words beside the database. */
export interface ExpectedLine {
  key: string
  request: string
  school: string
  year: string | null
  group: string | null
  agreement: string
  status: string
  overdue: boolean
  name: string
}

export const TODAY = '2026-10-01'
export const AGREEMENTS = [
  { id: '01K6AGREEMENT0000000000KS2', key: 'pupil-ks2', title: 'Agreement for Years 3 to 6', band: 'KS2', family: 'pupil' },
  { id: '01K6AGREEMENT0000000000KS3', key: 'pupil-ks3-4', title: 'Agreement for Years 7 to 11', band: 'KS3-4', family: 'pupil' },
  { id: '01K6AGREEMENT00000000STAFF', key: 'staff', title: 'Agreement for staff', band: 'staff', family: 'staff' },
] as const
type Row = Record<string, string | number | null>

/** A generator of numbers that is the same in every run (mulberry32). */
export function chance(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

/**
 * Fills a database with made-up pupils, guardians and staff of three schools in every state that a request can be in, and says
 * what the board must show, worked out person by person without SQL.
 */
export async function boardWorld(db: Database, seed: number, people = 260): Promise<{ schools: string[]; expected: ExpectedLine[] }> {
  const random = chance(seed)
  const ids = createIds(new FixedClock('2026-09-01T08:00:00Z'))
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
  const odds = (share: number) => random() < share
  const tables: Record<string, Row[]> = { schools: [], agreements: [], people: [], affiliations: [], guardian_links: [], requests: [], signatories: [] }
  const put = (table: string, row: Row): void => void tables[table]?.push(row)
  const expected: ExpectedLine[] = []

  const schools = ['Alder', 'Birch', 'Cedar'].map((name) => {
    const id = ids.next()
    put('schools', { id, name: `${name} School`, short_name: name, settings: '{"timezone":"Europe/London","yearStart":"09-01"}', created_at: 1 })
    return id
  })
  for (const agreement of AGREEMENTS) put('agreements', { ...agreement, created_at: 1 })
  const person = (email: boolean, login: boolean): { id: string; name: string } => {
    const [forename, surname] = [pick(['Zoë', 'Ángel', 'Mo', 'Priya', 'Oisín']), pick(['O’Neil', 'Smith', 'Ní Bhriain', '-Hyphen', 'Begum'])]
    const id = ids.next()
    put('people', {
      id, preferred_forename: forename, surname, name_search: nameSearch(forename, surname), email: email ? `${id}@x.example` : null,
      email_norm: email ? `${id.toLowerCase()}@x.example` : null, username: login ? id : null, created_at: 1, updated_at: 1,
    })
    return { id, name: nameSearch(forename, surname) }
  }
  const place = (personId: string, school: string, role: string, year: string | null, group: string | null, end: string | null): void =>
    put('affiliations', { id: ids.next(), person_id: personId, school_id: school, role, year_code: year, reg_group: group, start_date: '2026-09-01', end_date: end, source_id: ids.next(), created_at: 1, updated_at: 1 })

  for (let n = 0; n < people; n += 1) {
    const staff = odds(0.15)
    const self = person(odds(staff ? 0.8 : 0.1), odds(0.8))
    const hasEmail = tables['people']?.at(-1)?.['email_norm'] !== null
    const hasLogin = tables['people']?.at(-1)?.['username'] !== null
    // Some stand at two schools; some have left one or all; some have two hats of one kind at one school.
    const at = odds(0.1) ? [schools[0] as string, schools[1] as string] : [pick(schools)]
    const year = staff ? null : pick(['3', '4', '5', '6', '7', '8', '10', '11'])
    const here: { school: string; group: string | null }[] = []
    for (const school of at) {
      const end = odds(0.08) ? '2026-09-30' : odds(0.05) ? TODAY : null
      const group = year ? `${year}${pick(['A', 'B'])}` : null
      place(self.id, school, staff ? 'teacher' : 'pupil', year, group, end)
      if (end === null || end >= TODAY) here.push({ school, group })
      if (staff && odds(0.2)) {
        place(self.id, school, pick(['support', 'trainee']), null, null, null)
        if (end !== null && end < TODAY) here.push({ school, group: null })
      }
      if (odds(0.1)) place(self.id, school, 'governor', null, null, null)
    }
    let reachable = false
    for (let adult = 0; adult < (staff ? 0 : Math.floor(random() * 3)); adult += 1) {
      const email = odds(0.7)
      const guardian = person(email, false)
      const [maySign, doNot, ended] = [odds(0.85), odds(0.1), odds(0.1)]
      put('guardian_links', { id: ids.next(), pupil_id: self.id, guardian_id: guardian.id, relationship: 'Mother', may_sign: maySign ? 1 : 0, may_consent: 1, do_not_contact: doNot ? 1 : 0, priority: 1, ended_at: ended ? 5 : null, created_at: 1 })
      reachable ||= email && maySign && !doNot && !ended
    }
    const agreement = staff ? AGREEMENTS[2] : Number(year) < 7 ? AGREEMENTS[0] : AGREEMENTS[1]
    const occasion = odds(0.1) ? '2025/26' : staff ? 'until-leaving:v1' : odds(0.05) ? '2027/28' : '2026/27'
    const state = pick(['open', 'open', 'open', 'complete', 'complete', 'declined', 'excused', 'superseded', 'cancelled'])
    const dueOn = odds(0.1) ? null : pick(['2026-09-18', '2026-09-30', TODAY, '2026-10-20'])
    const rule = staff ? 'self' : pick(['pupil-and-guardian', 'guardian', 'self'])
    const slots = { self: [['self', true]], guardian: [['guardian', true], ['pupil', false]], 'pupil-and-guardian': [['pupil', true], ['guardian', true]] }[rule] as [string, boolean][]
    const request = ids.next()
    put('requests', {
      id: request, requirement_id: 'R', person_id: self.id, school_id: at[0] as string, agreement_id: agreement.id, family: agreement.family, signer_rule: rule, occasion, state,
      due_on: dueOn, reasons: '[]', created_at: 1_788_000_000_000, completed_at: state === 'complete' ? 1_788_100_000_000 : null,
    })
    const marks = slots.map(([slot, required]) => ({ slot, required, state: state === 'complete' ? 'signed' : pick(['open', 'open', 'signed', 'declined']) }))
    // An open request still waits for somebody.
    if (state === 'open' && marks.every((mark) => !mark.required || mark.state === 'signed')) (marks[0] as { state: string }).state = 'open'
    for (const mark of marks) put('signatories', { id: ids.next(), request_id: request, slot: mark.slot, act: 'sign', required: mark.required ? 1 : 0, state: mark.state })
    if (occasion < '2026/27' || state === 'superseded' || state === 'cancelled') continue
    const missing = marks.filter((mark) => mark.required && mark.state === 'open').map((mark) => mark.slot)
    const saidNo = marks.some((mark) => mark.required && mark.state === 'declined')
    const status = state !== 'open' ? { complete: 'signed', declined: 'declined', excused: 'excused' }[state] as string
      : saidNo ? 'declined'
      : missing.some((slot) => (slot === 'guardian' ? !reachable : !hasEmail && !hasLogin)) ? 'unreachable'
      : missing.length === 1 && missing[0] === 'guardian' ? 'waiting-guardian' : missing.length === 1 && missing[0] === 'pupil' ? 'waiting-pupil' : 'outstanding'
    for (const { school, group } of here) {
      expected.push({ key: `${request}@${school}`, request, school, year, group, agreement: agreement.id, status, overdue: state === 'open' && !saidNo && dueOn !== null && dueOn < TODAY, name: self.name })
    }
  }
  await db.transaction(async () => {
    for (const [table, rows] of Object.entries(tables)) await db.insertMany(table, rows)
  })
  return { schools, expected }
}
