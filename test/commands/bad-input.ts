import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import iconv from 'iconv-lite'
import type { RosterFiles, RosterSketch } from '../support/roster-files.ts'
import { oneRoster11Files, writeFile, writeFolder, writeZip } from '../support/roster-files.ts'
import { larkmoor } from './larkmoor.ts'

/** One way an input can be bad, and what the command has to say about it. */
export interface BadInput {
  name: string
  /** Path to read, made when asked. */
  path: () => string
  format?: string
  /** 2 unusable as a whole, 3 refused, 0 rejected rows only. */
  code: 0 | 2 | 3
  /** What the words for the person must hold: place and remedy among them. */
  says: readonly RegExp[]
}

const text = (files: RosterFiles, name: string): string => String(files[name] ?? '')

/** The good set with one file changed; null takes the file away. */
function withFile(name: string, change: (old: string) => string | Uint8Array | null, sketch: RosterSketch = larkmoor()): RosterFiles {
  const files = oneRoster11Files(sketch)
  const changed = change(text(files, name))
  const { [name]: _old, ...rest } = files
  return changed === null ? rest : { ...rest, [name]: changed }
}

const accented = (sketch = larkmoor()): RosterSketch => ({ ...sketch, pupils: (sketch.pupils ?? []).map((pupil) => (pupil.id === 'P3' ? { ...pupil, forename: 'Zoë', surname: 'Núñez' } : pupil)) })

export const BAD_INPUTS: readonly BadInput[] = [
  {
    name: 'a users file with a wrong header', path: () => writeFolder(withFile('users.csv', (old) => old.replace('sourcedId,', 'source_id,'))),
    code: 2, says: [/users\.csv/, /line 1/, /sourcedId/, /export/i],
  },
  {
    name: 'a truncated zip', path: () => {
      const whole = zipSync(Object.fromEntries(Object.entries(oneRoster11Files(larkmoor())).map(([file, content]) => [file, Buffer.from(content)])))
      return writeFile('roster.zip', whole.subarray(0, whole.length - 400))
    },
    code: 2, says: [/roster\.zip/, /zip/i, /again/i],
  },
  {
    name: 'a zip bomb', path: () => writeZip({ ...oneRoster11Files(larkmoor()), 'users.csv': Buffer.concat([Buffer.from('sourcedId,'), Buffer.alloc(16 * 1024 * 1024, 'a')]) }),
    code: 2, says: [/roster\.zip/, /users\.csv/, /larger|unpack|times/i],
  },
  {
    name: 'a zip that points outside', path: () => writeZip({ ...oneRoster11Files(larkmoor()), '../../outside.csv': 'sourcedId\r\n1\r\n' }),
    code: 2, says: [/outside\.csv|roster\.zip/, /again|export|zip/i],
  },
  {
    name: 'Latin-1 bytes', path: () => writeFolder(withFile('users.csv', (old) => iconv.encode(old, 'latin1'), accented())),
    code: 2, says: [/users\.csv/, /line 4/, /UTF-8/],
  },
  {
    name: 'UTF-16 bytes', path: () => writeFolder(withFile('users.csv', (old) => iconv.encode(old, 'utf16le', { addBOM: true }))),
    code: 2, says: [/users\.csv/, /UTF-16/, /UTF-8/],
  },
  {
    name: 'dd/mm dates in OneRoster', path: () => writeFolder(withFile('enrollments.csv', (old) => old, larkmoor({ enrolments: larkmoor().enrolments?.map((one) => ({ ...one, start: '01/09/2025', end: '23/10/2025' })) ?? [] }))),
    code: 3, says: [/R3/, /enrollments\.csv/, /line 2/, /a date like 2026-09-01/, /Mend the export/],
  },
  {
    name: 'an empty users file', path: () => writeFolder(withFile('users.csv', (old) => `${old.split('\r\n')[0]}\r\n`)),
    code: 3, says: [/B3/, /no people/, /again/],
  },
  {
    name: 'a users file of no bytes', path: () => writeFolder(withFile('users.csv', () => '')),
    code: 2, says: [/users\.csv/, /empty|header/i],
  },
  {
    name: 'new ids for the same people', path: () => writeFolder(oneRoster11Files(renumbered())),
    code: 3, says: [/B3/, /new identifiers/, /admission number|MIS supplier/],
  },
  {
    name: 'another school\'s file', path: () => writeFolder(oneRoster11Files(otherSchool())),
    code: 3, says: [/R1/, /Larkmoor Primary is missing/, /--name/],
  },
  {
    name: 'a missing file of the set', path: () => writeFolder(withFile('orgs.csv', () => null)),
    code: 2, says: [/orgs\.csv/, /export/i],
  },
  { name: 'a path that does not exist', path: () => join('/nowhere', 'at', 'all'), code: 2, says: [/\/nowhere\/at\/all/, /nothing at this path/] },
  {
    name: 'a folder without any roster', path: () => writeFolder({ 'notes.txt': 'hello' }), code: 2, says: [/orgs\.csv/, /folder or zip/],
  },
  {
    name: 'a picture called zip', path: () => writeFile('roster.zip', Buffer.from('\x89PNG\r\n\x1a\n lots of other bytes', 'latin1')), code: 2, says: [/roster\.zip/],
  },
  {
    name: 'a mapped list without names', format: 'csv', path: () => writeFile('list.csv', 'Adno,Colour\r\n1,blue\r\n'), code: 2, says: [/list\.csv/, /line 1/, /Forename|first name|column/i],
  },
  {
    name: 'a School Data Sync set with a wrong header', format: 'sds-csv', path: () => writeFolder({ 'users.csv': 'id,name\r\n1,A\r\n', 'orgs.csv': 'sourcedId,name,type\r\n1,A,school\r\n', 'roles.csv': 'a\r\n' }),
    code: 2, says: [/\.csv/, /line 1/],
  },
]

/** Files of which only single rows are bad: those are named, the rest is applied. */
export const BAD_ROWS: readonly BadInput[] = [
  {
    name: 'duplicate ids', path: () => writeFolder(withFile('users.csv', (old) => `${old}${old.split('\r\n')[1]}\r\n`)),
    code: 0, says: [/users\.csv/, /28/, /more than once/],
  },
  {
    name: 'a guardian pointing at nobody', path: () => writeFolder(withFile('users.csv', (old) => old, larkmoor({ pupils: larkmoor().pupils?.map((pupil) => (pupil.id === 'P2' ? { ...pupil, guardians: [{ id: 'NOBODY' }] } : pupil)) ?? [] }))),
    code: 0, says: [/users\.csv/, /NOBODY/, /Add the guardian/],
  },
]

function renumbered(): RosterSketch {
  const { pupils = [], guardians = [], staff = [], enrolments = [], ...rest } = larkmoor()
  return {
    ...rest,
    pupils: pupils.map(({ admissionNumber: _none, ...pupil }) => ({ ...pupil, id: `X${pupil.id}`, username: `x${pupil.id}@lark.example`, guardians: (pupil.guardians ?? []).map(({ id }) => ({ id: `X${id}` })) })),
    guardians: guardians.map((adult) => ({ ...adult, id: `X${adult.id}` })), staff: staff.map((adult) => ({ ...adult, id: `X${adult.id}` })),
    enrolments: enrolments.map((one) => ({ ...one, id: `X${one.id}`, person: `X${one.person}` })),
  }
}

function otherSchool(): RosterSketch {
  const { pupils = [], guardians = [], staff = [], enrolments = [], ...rest } = larkmoor()
  return {
    ...rest, schools: [{ id: 'S2', name: 'Otterby Primary', identifier: '100002' }], classes: [{ id: 'C4', title: '4K', school: 'S2', homeroom: true, terms: ['Y'] }],
    pupils: pupils.map((pupil) => ({ ...pupil, id: `O${pupil.id}`, surname: `Otter${pupil.id}`, school: 'S2', guardians: (pupil.guardians ?? []).map(({ id }) => ({ id: `O${id}` })) })),
    guardians: guardians.map((adult) => ({ ...adult, id: `O${adult.id}`, surname: `Otter${adult.id}`, school: 'S2' })),
    staff: staff.map((adult) => ({ ...adult, id: `O${adult.id}`, surname: `Otter${adult.id}`, school: 'S2' })),
    enrolments: enrolments.map((one) => ({ ...one, id: `O${one.id}`, person: `O${one.person}` })),
  }
}

/** A folder nobody may write to, wherever the tests run: it lies below a file. */
export function belowAFile(): string {
  return join(writeFile('plain.txt', 'a file'), 'data')
}

/** Makes a folder with one file in it. */
export function folderWith(dir: string, name: string, content: string): string {
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, name), content)
  return dir
}
