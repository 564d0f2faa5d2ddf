import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIsoDate } from '../../../src/adapters/sources/facts/dates.ts'
import { parseYesNo, splitList } from '../../../src/adapters/sources/facts/cells.ts'
import { readIdentifier } from '../../../src/adapters/sources/facts/organisations.ts'
import { relationshipOf } from '../../../src/adapters/sources/facts/relationships.ts'
import { rowKey } from '../../../src/adapters/sources/facts/row.ts'
import { parseYearCode, parseYearCodes } from '../../../src/adapters/sources/facts/year-codes.ts'
import { DateOrderEvidence, parseMappedDate } from '../../../src/adapters/sources/mapped/dates.ts'
import { staffRoleOf } from '../../../src/adapters/sources/mapped/staff-rows.ts'

describe('year codes', () => {
  it.each([
    ['1', '1'], ['01', '1'], ['7', '7'], ['13', '13'], ['14', '14'], ['Year 7', '7'], ['Yr 10', '10'], ['Y6', '6'], ['NC Year 9', '9'],
    ['R', 'R'], ['KG', 'R'], ['Reception', 'R'], ['Year R', 'R'], ['YR', 'R'], ['0', 'R'],
    ['N1', 'N1'], ['n2', 'N2'], ['PK', 'N2'], ['Nursery', 'N2'], ['Nursery 1', 'N1'], ['E1', 'E1'], ['E2', 'E2'], ['M', 'M'], ['X', 'X'], ['UG', 'X'], ['PS', '14'],
    ['', null], [' ', null],
    ['15', undefined], ['00007', undefined], ['Beech', undefined], ['-7', undefined], ['7.5', undefined],
  ])('reads %j as %j', (cell, code) => {
    expect(parseYearCode(cell)).toBe(code)
  })

  it('takes a list only when it means one year', () => {
    expect(parseYearCodes(['07', '7'])).toBe('7')
    expect(parseYearCodes([])).toBeNull()
    expect(parseYearCodes(['7', '8'])).toBeUndefined()
  })
})

describe('dates', () => {
  it.each([
    ['2026-07-20', '2026-07-20'], ['2026-07-20T00:00:00.000Z', '2026-07-20'], ['', null],
    ['20/07/2026', undefined], ['2026-02-30', undefined], ['2026-07-20T23:00:00Z', undefined],
  ])('reads %j of a standard as %j', (cell, date) => {
    expect(parseIsoDate(cell)).toBe(date)
  })

  it.each([
    ['01/09/2026', '2026-09-01'], ['1.9.2026', '2026-09-01'], ['1-9-2026', '2026-09-01'], ['01/09/2026 00:00:00', '2026-09-01'], ['1 Sep 2026', '2026-09-01'],
    ['01-September-2026', '2026-09-01'], ['2026-09-01', '2026-09-01'], ['2026-09-01 00:00:00', '2026-09-01'], ['46266', '2026-09-01'], ['', null],
  ])('reads %j of a list as %j', (cell, date) => {
    expect(parseMappedDate(cell, 'dmy')).toEqual({ date })
  })

  it.each([['01/09/26', /two digits/], ['1-Sep-26', /two digits/], ['31/02/2026', /not a day/], ['9/25/2026', /not a day/], ['soon', /not a date/], ['12', /not a date/], ['2026', /not a date/]])('rejects %j', (cell, reason) => {
    expect(parseMappedDate(cell, 'dmy')).toEqual({ wrong: expect.stringMatching(reason) })
  })

  it('reads any date it can write, in either order', () => {
    const day = fc.date({ min: new Date('1990-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10))
    fc.assert(fc.property(day, (date) => {
      const [year = '', month = '', dayOfMonth = ''] = date.split('-')
      expect(parseMappedDate(`${dayOfMonth}/${month}/${year}`, 'dmy')).toEqual({ date })
      expect(parseMappedDate(`${month}/${dayOfMonth}/${year}`, 'mdy')).toEqual({ date })
    }))
  })

  it('settles the order by the dates that leave no choice', () => {
    const order = (...cells: string[]) => {
      const evidence = new DateOrderEvidence()
      cells.forEach((cell, index) => evidence.see(cell, index + 2))
      return evidence.decide()
    }
    expect(order('01/09/2026', '25/12/2026')).toEqual({ order: 'dmy', line: 3 })
    expect(order('09/01/2026', '12/25/2026')).toEqual({ order: 'mdy', line: 3 })
    expect(order('2026-09-01', '46266', '')).toEqual({ order: 'iso' })
    expect(order('04/04/2026')).toEqual({ order: 'iso' })
    expect(order('2026-09-01', '01/09/2026')).toEqual({ open: 3 })
    expect(order('25/12/2026', '12/25/2026')).toEqual({ contradiction: [2, 3] })
  })
})

describe('relationships', () => {
  it.each([['Mother', true, true], ['Step-father', true, false], ['Foster Carer', true, false], ['Grandparent', true, false], ['Social Worker', true, false], ['Sister', false, false], ['Other Relative', false, false]])('F1: %s: may sign %s, may consent %s', (word, maySign, mayConsent) => {
    expect(relationshipOf(word)).toMatchObject({ maySign, mayConsent, emergencyOnly: false, known: true })
  })

  it('R7: knows an emergency contact, and grants an unknown word nothing', () => {
    expect(relationshipOf('Emergency contact only')).toMatchObject({ maySign: false, emergencyOnly: true })
    expect(relationshipOf('Zookeeper')).toMatchObject({ maySign: false, mayConsent: false, known: false })
    expect(relationshipOf(' ')).toBeNull()
  })
})

describe('other words', () => {
  it.each([
    ['Teacher of Maths', 'teacher'], ['Headteacher', 'teacher'], ["Headteacher's PA", 'support'], ['Teaching Assistant', 'support'], ['Assistant Headteacher', 'teacher'],
    ['Supply Teacher', 'supply'], ['PGCE student', 'trainee'], ['Parent Governor', 'governor'], ['Reading volunteer', 'volunteer'], ['Site Manager', 'support'], ['Director of Music', 'support'], ['', 'support'],
  ])('job title %j is %s', (title, role) => {
    expect(staffRoleOf(title)).toBe(role)
  })

  it.each([['T', true], ['Yes', true], ['1', true], ['false', false], ['N', false], ['', null], ['perhaps', undefined]])('%j is %j', (cell, value) => {
    expect(parseYesNo(cell)).toBe(value)
  })

  it('splits lists and reads school numbers', () => {
    expect(splitList(' a, b ,,c')).toEqual(['a', 'b', 'c'])
    expect(readIdentifier('URN:123456')).toEqual({ urn: '123456', dfeNumber: null })
    expect(readIdentifier('873/4567')).toEqual({ urn: null, dfeNumber: '8734567' })
    expect(readIdentifier('ABC')).toEqual({ urn: null, dfeNumber: null })
  })

  it('makes row keys that are short, stable and different for different identifiers', () => {
    fc.assert(fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 2 }), fc.array(fc.string(), { minLength: 2, maxLength: 2 }), (a, b) => {
      expect(rowKey('link', ...a) === rowKey('link', ...b)).toBe(a.join('\0') === b.join('\0'))
    }))
    const long = 'x'.repeat(400)
    expect(rowKey('user', long).length).toBeLessThanOrEqual(190)
    expect(rowKey('user', long)).not.toBe(rowKey('user', `${long}y`))
  })
})
