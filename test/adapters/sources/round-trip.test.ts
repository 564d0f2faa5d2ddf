import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { TableReader } from '../../../src/adapters/sources/csv/table-reader.ts'
import { walkCsv } from '../../../src/adapters/sources/csv/walk-csv.ts'
import type { FileSet } from '../../../src/adapters/sources/files/file-set.ts'
import { limitsOf } from '../../../src/adapters/sources/limits.ts'
import { createMappedCsv } from '../../../src/adapters/sources/mapped/mapped-csv.ts'
import { createOneRosterCsv } from '../../../src/adapters/sources/oneroster/oneroster-csv.ts'
import { createSdsCsv } from '../../../src/adapters/sources/sds/sds-csv.ts'
import type { RosterFact } from '../../../src/adapters/sources/source.ts'
import { csv, mappedList, oneRoster11Files, oneRoster12Files, removeTempFolders, sdsFiles, writeFile, writeFolder } from '../../support/roster-files.ts'
import type { RosterSketch, SketchPupil } from '../../support/roster-files.ts'
import { ofKind, readAll } from './read-all.ts'

afterAll(removeTempFolders)
const RUNS = { numRuns: 25 }

/** Names with whatever people's names hold, and what breaks careless CSV; no control characters, no outer spaces. */
const name = fc.string({ unit: fc.constantFrom(...Array.from('abcXYZéŁßñ日ü\'’-., ";\t\n')), minLength: 1, maxLength: 12 })
  .map((text) => text.trim().normalize('NFC'))
  .filter((text) => text !== '')
const day = fc.date({ min: new Date('2015-01-01'), max: new Date('2030-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))
const pupil = fc.record({
  id: fc.constant(''), forename: name, surname: name, school: fc.constantFrom('oak', 'elm'),
  year: fc.constantFrom('N1', 'N2', 'R', '1', '6', '7', '13'), start: day, guardian: fc.option(fc.nat(3), { nil: undefined }),
})
const sketch: fc.Arbitrary<RosterSketch> = fc.tuple(fc.array(pupil, { minLength: 1, maxLength: 8 }), fc.array(name, { minLength: 4, maxLength: 4 })).map(([pupils, surnames]) => ({
  schools: [{ id: 'oak', name: 'Oak' }, { id: 'elm', name: 'Elm' }],
  pupils: pupils.map(({ guardian, ...rest }, index): SketchPupil => ({
    // The thirteenth keeps the order of day and month from being open.
    ...rest, id: `p${index}`, start: index === 0 ? '2020-01-13' : rest.start, guardians: guardian === undefined ? [] : [{ id: `g${guardian}`, relationship: 'Mother' }],
  })),
  guardians: surnames.map((surname, index) => ({ id: `g${index}`, forename: 'Jo', surname, school: 'oak' })),
}))

const sorted = (facts: readonly RosterFact[]) => facts.map((fact) => JSON.stringify(fact)).toSorted()
const pupilsOf = (facts: readonly RosterFact[]) => ofKind(facts, 'person').map((fact) => [fact.personKey.replace('pupil:', ''), fact.preferredForename, fact.surname]).filter(([key]) => key?.startsWith('p'))
const expected = (world: RosterSketch) => (world.pupils ?? []).map((one) => [one.id, one.forename, one.surname])
const linksOf = (facts: readonly RosterFact[]) => ofKind(facts, 'link').map((fact) => `${fact.personKey.replace('pupil:', '')}-${fact.guardianKey.replace('contact:', '')}`)
const expectedLinks = (world: RosterSketch) => (world.pupils ?? []).flatMap((one) => (one.guardians ?? []).map((guardian) => `${one.id}-${guardian.id}`))

describe('what is written comes back', () => {
  it.each([
    ['OneRoster 1.1', createOneRosterCsv(), (world: RosterSketch) => writeFolder(oneRoster11Files(world))],
    ['OneRoster 1.2', createOneRosterCsv(), (world: RosterSketch) => writeFolder(oneRoster12Files(world))],
    ['School Data Sync', createSdsCsv(), (world: RosterSketch) => writeFolder(sdsFiles(world))],
    ['a mapped list', createMappedCsv(), (world: RosterSketch) => writeFile('list.csv', mappedList(world))],
    ['a mapped list with semicolons', createMappedCsv(), (world: RosterSketch) => writeFile('list.csv', mappedList(world, { delimiter: ';' }))],
  ])('%s', async (_name, source, write) => {
    await fc.assert(fc.asyncProperty(sketch, async (world) => {
      const { facts, rejected } = await readAll(source, write(world))
      expect(rejected).toEqual([])
      expect(pupilsOf(facts)).toEqual(expected(world))
      expect(linksOf(facts)).toEqual(expectedLinks(world))
      const years = new Map(ofKind(facts, 'person').map((fact) => [fact.personKey, fact.yearCode]))
      const stated = ofKind(facts, 'affiliation').filter((fact) => fact.role === 'pupil').map((fact) => fact.yearCode ?? years.get(fact.personKey))
      expect(stated).toEqual((world.pupils ?? []).map((one) => one.year))
    }), RUNS)
  })
})

describe('the order of rows does not matter', () => {
  const reversed = (text: string) => {
    const [header = [], ...rows] = parseOwn(text)
    return csv(header, rows.toReversed())
  }
  /** Splits what `csv` wrote; quoted values of these files hold no quotes of their own here. */
  const parseOwn = (text: string) => text.trimEnd().split('\r\n').map((line) => [...line.matchAll(/(?:^|,)(?:"([^"]*)"|([^,]*))/g)].map((match) => match[1] ?? match[2] ?? ''))
  const plain = sketch.map((world): RosterSketch => ({
    ...world,
    pupils: (world.pupils ?? []).map((one) => ({ ...one, forename: 'A', surname: 'B' })),
    guardians: (world.guardians ?? []).map((one) => ({ ...one, surname: 'C' })),
    terms: [{ id: 't', start: '2026-09-01', end: '2027-07-20' }],
    classes: [{ id: 'c', title: 'Maths', school: 'oak', terms: ['t'] }],
    enrolments: (world.pupils ?? []).map((one, index) => ({ id: `e${index}`, class: 'c', person: one.id })),
  }))

  it.each([
    ['OneRoster 1.1', createOneRosterCsv(), oneRoster11Files],
    ['OneRoster 1.2', createOneRosterCsv(), oneRoster12Files],
    ['School Data Sync', createSdsCsv(), sdsFiles],
  ])('%s', async (_name, source, files) => {
    await fc.assert(fc.asyncProperty(plain, async (world) => {
      const set = files(world)
      const other = Object.fromEntries(Object.entries(set).map(([name_, text]) => [name_, reversed(String(text))]))
      const [one, two] = [await readAll(source, writeFolder(set)), await readAll(source, writeFolder(other))]
      expect(sorted(two.facts)).toEqual(sorted(one.facts))
      const texts = (read: typeof one) => read.rows.map((row) => `${row.key} ${row.text}`).toSorted()
      expect(texts(two)).toEqual(texts(one))
    }), RUNS)
  })
})

/** A set of one file whose bytes come in pieces of the given sizes. */
function pieces(content: Buffer, sizes: readonly number[], onRead: () => void = () => {}): FileSet {
  return {
    kind: 'file', label: 'list.csv', names: ['list.csv'], warnings: [], close: async () => {},
    async *read() {
      let at = 0
      for (let step = 0; at < content.length; step++) {
        const size = sizes[step % sizes.length] ?? content.length
        onRead()
        yield content.subarray(at, at + size)
        at += size
      }
    },
  }
}

describe('how the bytes arrive does not matter', () => {
  it('any cut gives the same records and lines', async () => {
    const content = Buffer.from(csv(['a', 'b', 'c'], Array.from({ length: 40 }, (_, index) => [`Zoë ${index}`, index % 3 === 0 ? 'two\nlines, "quoted"' : 'x', '日本'])))
    const walk = async (set: FileSet) => {
      const seen: string[] = []
      const record = (cells: string[], line: number) => seen.push(`${line} ${cells.join('|')}`)
      for await (const _ of walkCsv(set, 'list.csv', { delimiter: ',', encoding: 'utf-8' }, limitsOf(undefined), { header: () => {}, record, misfit: () => {} }));
      return seen
    }
    const whole = await walk(pieces(content, [content.length]))
    expect(whole).toHaveLength(40)
    await fc.assert(fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 8 }), async (sizes) => {
      expect(await walk(pieces(content, sizes))).toEqual(whole)
    }), RUNS)
  })

  it('rows are handed on while the file is still being read', async () => {
    const content = Buffer.from(csv(['a', 'b'], Array.from({ length: 20_000 }, (_, index) => [index, 'x'])))
    let reads = 0
    const reader = new TableReader(pieces(content, [8192], () => reads++), { delimiter: ',', encoding: 'utf-8' }, limitsOf(undefined))
    let first = 0
    let largest = 0
    let rows = 0
    for await (const batch of reader.stream('list.csv', (cells, line, add) => add({ rejected: true, file: 'list.csv', line, reason: cells[0] ?? '' }))) {
      first ||= reads
      largest = Math.max(largest, batch.length)
      rows += batch.length
    }
    expect(rows).toBe(20_000)
    expect(first).toBeLessThan(3)
    expect(reads).toBeGreaterThan(20)
    expect(largest).toBeLessThanOrEqual(500)
  })
})
