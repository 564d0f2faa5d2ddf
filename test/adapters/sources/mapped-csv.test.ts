import { dirname } from 'node:path'
import iconv from 'iconv-lite'
import { afterAll, describe, expect, it } from 'vitest'
import { createMappedCsv } from '../../../src/adapters/sources/mapped/mapped-csv.ts'
import type { ColumnProfile } from '../../../src/adapters/sources/source.ts'
import { csv, mappedList, removeTempFolders, writeFile, writeFolder, writeZip } from '../../support/roster-files.ts'
import { ofKind, readAll, refusal } from './read-all.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)
const source = createMappedCsv()
const list = mappedList(SKETCH)
const read = (content: string | Uint8Array, more = {}) => readAll(source, writeFile('pupils.csv', content), { schoolKey: 'oak', ...more })
const refused = (content: string | Uint8Array, more = {}) => refusal(source, writeFile('pupils.csv', content), { schoolKey: 'oak', ...more })

describe('a list of pupils and contacts', () => {
  it('makes pupil, contact and link rows out of each line, once each', async () => {
    const { rows, rejected } = await read(list)
    expect(rejected).toEqual([])
    expect(rows.map((row) => `${row.line} ${row.key}`)).toEqual([
      '2 pupil:000412', '2 contact:g1', '2 link:000412:g1', '3 contact:g2', '3 link:000412:g2',
      '4 pupil:000777', '4 contact:g1', '4 link:000777:g1',
      '5 pupil:p3',
    ])
    const texts = rows.filter((row) => row.key === 'contact:g1').map((row) => row.text)
    expect(new Set(texts).size).toBe(1)
  })

  it('reads repeated headers by their order, and dd/mm dates', async () => {
    const { facts, open } = await read(list)
    expect(facts.slice(0, 5)).toEqual([
      { kind: 'person', personKey: 'pupil:000412', preferredForename: 'Zoë', surname: 'Marsh', email: 'zoe@oak.example', username: null, admissionNumber: '000412', misId: null, upn: null, enabled: true, toBeDeleted: false },
      { kind: 'affiliation', personKey: 'pupil:000412', schoolKey: 'oak', role: 'pupil', yearCode: '3', startDate: '2023-09-04', endDate: null },
      { kind: 'group', personKey: 'pupil:000412', schoolKey: 'oak', groupKey: 'reg:oak:3B', name: '3B', registration: true, startDate: null, endDate: null, endIsSession: false },
      { kind: 'person', personKey: 'contact:g1', preferredForename: 'Ruth', surname: 'Marsh', email: 'ruth@mail.example', username: null, admissionNumber: null, misId: null, upn: null, enabled: true, toBeDeleted: false },
      { kind: 'link', personKey: 'pupil:000412', guardianKey: 'contact:g1', relationship: 'Mother', maySign: true, mayConsent: true, doNotContact: false, priority: 1 },
    ])
    expect(open.profile).toMatchObject({ dateOrder: 'dmy', delimiter: ',', encoding: 'utf-8' })
    expect(open.profile?.columns.contactSurname).toEqual({ header: 'Surname', occurrence: 1 })
    expect(open.schools.map((school) => school.key)).toEqual(['oak', 'elm'])
    expect(ofKind(facts, 'affiliation').find((fact) => fact.personKey === 'pupil:p3')).toMatchObject({ endDate: '2026-11-13', yearCode: 'X' })
  })

  it('F2: any remark in a court-order column means do not contact, and the remark itself is never kept', async () => {
    const { facts, rows } = await read(list)
    expect(ofKind(facts, 'link').map((fact) => [fact.personKey, fact.doNotContact])).toEqual([['pupil:000412', false], ['pupil:000412', false], ['pupil:000777', true]])
    expect(JSON.stringify([facts, rows.map((row) => row.text)])).not.toContain('Prohibited')
  })

  it('R7: leaves out those on file for emergencies alone, and all columns it has no field for', async () => {
    const { facts, rows } = await read(list)
    expect(rows.some((row) => row.key.includes('g3'))).toBe(false)
    expect(JSON.stringify([facts, rows.map((row) => row.text)])).not.toContain('07700')
    const barred = await read(list.replace('g3,3,Emergency contact,,F', 'g3,3,Emergency contact,T,T'))
    expect(ofKind(barred.facts, 'link').at(-1)).toMatchObject({ guardianKey: 'contact:g3', maySign: false, mayConsent: false, doNotContact: true })
    expect(ofKind(barred.facts, 'affiliation').some((fact) => fact.personKey === 'contact:g3')).toBe(false)
  })

  it('F1: stated parental responsibility outweighs the word', async () => {
    const row = (word: string, pr: string) => ['1', 'Ann', 'Lee', '7', '9', word, pr, 'Jo', 'Lee', 'jo@mail.example']
    const header = ['Pupil ID', 'Pupil Forename', 'Pupil Surname', 'Year', 'Contact ID', 'Relationship', 'Parental Responsibility', 'Contact Forename', 'Contact Surname', 'Contact Email']
    const link = async (word: string, pr: string) => ofKind((await read(csv(header, [row(word, pr)]))).facts, 'link').map((fact) => [fact.maySign, fact.mayConsent])[0]
    expect(await link('Father', '')).toEqual([true, true])
    expect(await link('Father', 'No')).toEqual([true, false])
    expect(await link('Aunt', '')).toEqual([false, false])
    expect(await link('Aunt', 'Yes')).toEqual([true, true])
    expect(await link('Foster Carer', '')).toEqual([true, false])
    expect(await link('', '')).toEqual([false, false])
  })

  it('F3: tells contacts without an id apart by address and name, and knows them again', async () => {
    const header = ['Adno', 'Forename', 'Surname', 'Year', 'Relationship', 'Forename', 'Surname', 'Email']
    const rows = [
      ['1', 'Ann', 'Lee', '7', 'Mother', 'Jo', 'Lee', 'lees@mail.example'],
      ['1', 'Ann', 'Lee', '7', 'Father', 'Al', 'Lee', 'lees@mail.example'],
      ['2', 'Bob', 'Lee', '5', 'Mother', 'JO', ' Lee', 'LEES@mail.example'],
      ['3', 'Cat', 'Fox', '5', 'Mother', 'Eve', 'Fox', ''],
      ['4', 'Dee', 'Fox', '5', 'Mother', 'Eve', 'Fox', ''],
    ]
    const links = ofKind((await read(csv(header, rows))).facts, 'link').map((fact) => fact.guardianKey)
    expect(links[0]).not.toBe(links[1])
    expect(links[2]).toBe(links[0])
    expect(links[3]).not.toBe(links[4])
    expect(links.every((key) => /^contact:~[0-9a-f]{24}$/.test(key))).toBe(true)
    const again = ofKind((await read(csv(header, rows.toReversed()))).facts, 'link').map((fact) => fact.guardianKey)
    expect(again.toSorted()).toEqual(links.toSorted())
  })

  it('R5: a leaver without a date proposes; an application is no pupil; a joiner needs a start', async () => {
    const header = ['Adno', 'Forename', 'Surname', 'Year', 'Status', 'Admission Date', 'Leaving Date']
    const { facts, rejected } = await read(csv(header, [
      ['1', 'A', 'A', '7', 'On Roll', '2024-09-02', ''], ['2', 'B', 'B', '7', 'Leaver', '', ''], ['3', 'C', 'C', '7', 'Leaver', '', '2026-07-20'],
      ['4', 'D', 'D', '7', 'Offered', '', ''], ['5', 'E', 'E', '7', 'Accepted', '2027-09-01', ''], ['6', 'F', 'F', '7', 'Accepted', '', ''],
    ]))
    expect(ofKind(facts, 'person').map((fact) => [fact.personKey, fact.toBeDeleted])).toEqual([['pupil:1', false], ['pupil:2', true], ['pupil:3', false], ['pupil:5', false]])
    expect(ofKind(facts, 'affiliation').find((fact) => fact.personKey === 'pupil:3')?.endDate).toBe('2026-07-20')
    expect(rejected).toEqual([expect.objectContaining({ key: 'pupil:6', line: 7, reason: expect.stringContaining('no Admission Date') })])
  })

  it('reads classes in a third block of columns', async () => {
    const header = ['ID', 'Forename', 'Surname', 'Year', 'ID', 'Priority', 'Relationship', 'Forename', 'Surname', 'Primary Email', 'ID', 'Class Name']
    const { facts } = await read(csv(header, [['1', 'Ann', 'Lee', '7', '9', '1', 'Mother', 'Jo', 'Lee', 'jo@mail.example', 'k4', '7A/Ma1']]))
    expect(ofKind(facts, 'group')).toEqual([{ kind: 'group', personKey: 'pupil:1', schoolKey: 'oak', groupKey: 'class:oak:k4', name: '7A/Ma1', registration: false, startDate: null, endDate: null, endIsSession: false }])
    expect(ofKind(facts, 'person').map((fact) => fact.personKey)).toEqual(['pupil:1', 'contact:9'])
  })
})

describe('a staff list', () => {
  it('is known by its columns, and maps job titles', async () => {
    const { facts, open, rejected } = await read(csv(['Staff Code', 'First Name', 'Last Name', 'Work Email', 'Job Title', 'Start Date', 'End Date'], [
      ['TRE', 'Tom', 'Reed', 't.reed@oak.example', 'Teacher of Maths', '06/01/2020', ''],
      ['MFO', 'Mia', 'Ford', 'm.ford@oak.example', 'Teaching Assistant', '25/01/2021', '31/12/2026'],
    ]))
    expect(rejected).toEqual([])
    expect(ofKind(facts, 'affiliation').map((fact) => [fact.personKey, fact.role, fact.startDate, fact.endDate])).toEqual([['staff:TRE', 'teacher', '2020-01-06', null], ['staff:MFO', 'support', '2021-01-25', '2026-12-31']])
    expect(Object.keys(open.profile?.columns ?? {})).toContain('staffRole')
  })
})

describe('dialects', () => {
  it.each([
    ['semicolons', mappedList(SKETCH, { delimiter: ';' }), { delimiter: ';' }],
    ['tabs', mappedList(SKETCH, { delimiter: '\t' }), { delimiter: '\t' }],
    ['UTF-8 with a mark', `\ufeff${list}`, { encoding: 'utf-8' }],
    ['UTF-16LE', iconv.encode(list, 'utf-16le', { addBOM: true }), { encoding: 'utf-16le' }],
    ['UTF-16BE', iconv.encode(list, 'utf-16be', { addBOM: true }), { encoding: 'utf-16be' }],
    ['lines that end in LF', mappedList(SKETCH, { eol: '\n' }), {}],
    ['lines that end in CR', mappedList(SKETCH, { eol: '\r' }), {}],
    ['quotes around everything', list.split('\r\n').map((line) => (line.includes('"') || line === '' ? line : line.split(',').map((cell) => `"${cell}"`).join(','))).join('\r\n'), {}],
  ])('%s', async (_name, content, profile) => {
    const plain = await read(list)
    const other = await read(content)
    expect(other.facts).toEqual(plain.facts)
    expect(other.open.profile).toMatchObject(profile)
  })

  it('Windows-1252', async () => {
    const text = list.replace('Łukasz', 'François')
    const other = await read(iconv.encode(text, 'win1252'))
    expect(other.open.profile?.encoding).toBe('windows-1252')
    expect(other.facts).toEqual((await read(text)).facts)
  })

  it('a list alone in a folder or zip', async () => {
    const plain = await read(list)
    for (const path of [writeFolder({ 'a.csv': list, 'notes.pdf': 'x' }), writeZip({ 'a.csv': list }), dirname(writeZip({ 'a.csv': list }))]) expect((await readAll(source, path)).facts).toEqual(plain.facts)
    expect(await refusal(source, writeFolder({ 'a.csv': list, 'b.csv': list }))).toMatchObject({ what: expect.stringContaining('2 CSV files') })
    expect(await refusal(source, writeFolder({}))).toMatchObject({ what: 'There is no CSV file here.' })
  })
})

describe('profiles', () => {
  it('the profile that comes back reads the same file the same way', async () => {
    const first = await read(list)
    const profile = first.open.profile
    if (!profile) throw new Error('no profile')
    expect((await read(list, { profile })).facts).toEqual(first.facts)
    expect(JSON.parse(JSON.stringify(profile))).toEqual(profile)
  })

  const profile: ColumnProfile = { columns: { pupilId: { header: 'Code', occurrence: 0 }, pupilForename: { header: 'Name 1', occurrence: 0 }, pupilSurname: { header: 'Name 2', occurrence: 1 }, upn: { header: 'U', occurrence: 0 }, startDate: { header: 'In', occurrence: 0 } }, dateOrder: 'mdy' }
  const odd = csv(['Code', 'Name 1', 'Name 2', 'Name 2', 'U', 'In'], [['1', 'Ann', 'x', 'Lee', 'A123456789012', '09/01/2026']])

  it('a profile decides what columns and dates mean; a UPN is read only where it says so', async () => {
    const { facts } = await read(odd, { profile })
    expect(facts).toEqual([expect.objectContaining({ personKey: 'pupil:1', surname: 'Lee', upn: 'A123456789012' }), expect.objectContaining({ startDate: '2026-09-01' })])
    expect(ofKind((await read(csv(['Adno', 'Forename', 'Surname', 'UPN'], [['1', 'A', 'B', 'A123456789012']]))).facts, 'person')[0]?.upn).toBeNull()
  })

  it('a column of the profile that is gone is refused, with the nearest one', async () => {
    expect(await refused(odd.replace('Code', 'Codes'), { profile })).toMatchObject({ what: expect.stringContaining('lacks the column Code that this source had before'), where: 'pupils.csv, line 1', remedy: expect.stringContaining('"Codes" may be meant as Code') })
  })
})

describe('R5: days of starting and leaving', () => {
  const HEADER = ['Adno', 'Forename', 'Surname', 'DOA', 'DOL']
  const dated = (...rows: [start: string, end: string][]) => csv(HEADER, rows.map(([start, end], n) => [String(n + 1), 'A', 'B', start, end]))
  const ends = async (content: string | Uint8Array, profile?: ColumnProfile) => {
    const { facts, rejected, open } = await read(content, profile ? { profile } : {})
    return { rejected, open, days: ofKind(facts, 'affiliation').map((fact) => fact.endDate) }
  }
  const profileOf = async (content: string | Uint8Array) => (await read(content)).open.profile as ColumnProfile

  it('a first leaving date above twelve is certain, also where files without any date came before', async () => {
    const before = await profileOf(dated(['', ''], ['', '']))
    expect(before.dateOrder).toBe('iso')
    for (const profile of [undefined, before]) {
      const { days, rejected, open } = await ends(dated(['', ''], ['', '23/10/2026']), profile)
      expect(rejected).toEqual([])
      expect(days).toEqual([null, '2026-10-23'])
      expect(open.profile?.dateOrder).toBe('dmy')
      expect(open.warnings.join(' ')).not.toContain('day first')
    }
    expect((await ends(dated(['', '10/23/2026']), before)).days).toEqual(['2026-10-23'])
  })

  it('where no date shows it the day comes first, the line is named, and a later date still settles it', async () => {
    const { days, open } = await ends(dated(['', ''], ['04/04/2024', '05/11/2026']))
    expect(days).toEqual([null, '2026-11-05'])
    expect(open.warnings).toEqual([expect.stringMatching(/^pupils\.csv, line 3: no date of this file shows .* read with the day first.* export the dates as 2026-09-01/), expect.anything(), expect.anything()])
    expect(open.profile?.dateOrder).toBe('iso')
    expect((await ends(dated(['09/25/2024', '05/11/2026']), open.profile)).days).toEqual(['2026-05-11'])
    expect((await ends(dated(['25/09/2024', '05/11/2026']), open.profile)).days).toEqual(['2026-11-05'])
  })

  it('R9: what a row depends on does not change when a later date settles the order', async () => {
    const texts = async (content: string) => (await read(content)).rows.filter((row) => row.key === 'pupil:1').map((row) => row.text)
    expect(await texts(dated(['04/09/2024', '']))).toEqual(await texts(dated(['04/09/2024', ''], ['25/09/2024', ''])))
  })

  it('R3: a file that turns day and month round is refused; a single cell that does is rejected', async () => {
    const profile = await profileOf(dated(['25/09/2024', '']))
    expect(await refused(dated(['04/09/2024', ''], ['09/25/2024', '']), { profile })).toMatchObject({
      what: 'The dates of pupils.csv have the month first on line 3; until now this source had the day first.', where: 'pupils.csv, line 3', remedy: expect.stringContaining('2026-09-01'),
    })
    const { days, rejected } = await ends(dated(['25/09/2024', ''], ['09/25/2024', '']), profile)
    expect(days).toEqual([null])
    expect(rejected).toEqual([expect.objectContaining({ line: 3, reason: 'The column DOA of pupil 2 is not a day of the calendar.' })])
  })

  it.each([
    ['2026-10-23', '2026-10-23'], ['2026/10/23', '2026-10-23'], ['2026.10.3', '2026-10-03'], ['20261023', '2026-10-23'], ['2026-10-23 00:00:00', '2026-10-23'], ['2026/10/23 00:00', '2026-10-23'],
    ['23.10.2026', '2026-10-23'], ['23-Oct-2026', '2026-10-23'], ['23 October 2026', '2026-10-23'], ['23/10/2026 00:00:00', '2026-10-23'], ['46318', '2026-10-23'],
  ])('%s is read', async (cell, date) => {
    expect((await ends(dated(['25/09/2024', cell]))).days).toEqual([date])
  })

  it.each([
    ['23/10/26', 'has a year of two digits; export years with four'], ['1-Sep-26', 'has a year of two digits; export years with four'],
    ['2026/13/01', 'is not a day of the calendar'], ['30/02/2026', 'is not a day of the calendar'], ['31/31/2026', 'is not a day of the calendar'],
    ['2026/10-23', 'is not a date; write it like 01/09/2026'], ['soon', 'is not a date; write it like 01/09/2026'], ['23/10/2026 09:30', 'is not a date; write it like 01/09/2026'],
  ])('%s is rejected by line and column', async (cell, wrong) => {
    expect((await ends(dated(['25/09/2024', cell]))).rejected).toEqual([expect.objectContaining({ line: 2, reason: `The column DOL of pupil 1 ${wrong}.` })])
  })

  it('the encoding is judged anew: a list without an accent says nothing about the next', async () => {
    const plain = csv(['Adno', 'Forename', 'Surname'], [['1', 'Zoe', 'Marsh']])
    const accents = plain.replace('Zoe', 'Zoë')
    const names = async (content: string | Uint8Array, profile: ColumnProfile) => ofKind((await read(content, { profile })).facts, 'person').map((fact) => fact.preferredForename)
    expect(await names(iconv.encode(accents, 'win1252'), await profileOf(plain))).toEqual(['Zoë'])
    expect(await names(accents, await profileOf(iconv.encode(accents, 'win1252')))).toEqual(['Zoë'])
  })
})

describe('bad lists', () => {
  it.each([
    ['no known column', 'a;b\n1;2\n', /no column for pupilId .*pupilForename/, 'pupils.csv, line 1'],
    ['a misspelt column', list.replace('Adno', 'Admno.1x').replace('Reg Group', 'x'), /no column for pupilId/, 'pupils.csv, line 1'],
    ['no header', list.slice(list.indexOf('\n') + 1), /does not look like a header/, 'pupils.csv, line 1'],
    ['an empty file', '', /not even a header/, 'pupils.csv'],
    ['two encodings', Buffer.concat([Buffer.from(list), Buffer.from('9,Zo\xeb,Marsh,3\r\n', 'latin1')]), /mixes two encodings/, 'pupils.csv, line 6'],
    ['garbled letters', list.replace('Zoë', 'ZoÃ«'), /garbled/, 'pupils.csv, line 2'],
    ['UTF-16 without a mark', Buffer.from(list, 'utf16le'), /UTF-16 without/, 'pupils.csv, line 1'],
    ['dates of two orders', list.replace('02/09/2026', '09/25/2026').replace('04/09/2023', '25/09/2023'), /day first on line 2 and the month first on line 4/, 'pupils.csv, line 4'],
    ['a last line cut short', list.slice(0, -40), /ends in the middle/, 'pupils.csv, line 5'],
  ])('%s', async (_name, content, what, where) => {
    const said = await refused(content)
    expect(said.what).toMatch(what)
    expect(said.where).toBe(where)
    expect(said.remedy).not.toBe('')
  })

  it('a list that names no school', async () => {
    const text = csv(['Adno', 'Forename', 'Surname'], [['1', 'A', 'B']])
    expect(await refusal(source, writeFile('pupils.csv', text))).toMatchObject({ what: expect.stringContaining('does not say which school') })
  })

  it('single lines are rejected by line and column', async () => {
    const header = ['Adno', 'Forename', 'Surname', 'Year', 'DOA', 'Relationship', 'Parental Responsibility', 'Priority', 'Forename', 'Surname', 'Email']
    const line = (...cells: string[]) => [...cells, ...Array.from({ length: 11 - cells.length }, () => '')]
    const { rejected, facts } = await read(csv(header, [
      line('', 'A', 'B'), line('2', 'A', 'B', 'Beech'), line('3', 'A', 'B', '7', '01/09/26'), line('4', '', '', '7'),
      ['5', 'A', 'B', '7', '25/09/2026', 'Mother', 'maybe', '', 'Jo', 'B', ''], ['6', 'A', 'B', '7', '', 'Mother', 'T', 'first', 'Jo', 'B', ''], ['7', 'A', 'B', '7', '', 'Mother', 'T', '1', '', '', 'jo@mail.example'],
    ]))
    expect(rejected.map((row) => [row.line, row.reason])).toEqual([
      [2, 'The column Adno is empty.'],
      [3, 'The column Year of pupil 2 must hold a year: N1, N2, R, or 1 to 14.'],
      [4, 'The column DOA of pupil 3 has a year of two digits; export years with four.'],
      [5, 'Pupil 4 has no name.'],
      [6, 'The column Parental Responsibility of pupil 5 must be T or F, or Yes or No.'],
      [7, 'The column Priority of pupil 6 must be a whole number.'],
      [8, 'A contact of pupil 7 has no name.'],
    ])
    expect(ofKind(facts, 'person').map((fact) => fact.personKey)).toContain('pupil:7')
  })
})
