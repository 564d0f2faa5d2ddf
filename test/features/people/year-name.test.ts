import { expect, it } from 'vitest'
import { createWords } from '../../../src/adapters/words/words.ts'
import { byYear, saidYear, YEAR_CODES, yearName } from '../../../src/features/people/year-name.ts'
import { templateFolder } from '../../../src/http/assets.ts'

it('P1: each year has one name, and the youngest comes first', () => {
  expect(['M', '10', 'R', '4', 'N2'].toSorted(byYear)).toEqual(['N2', 'R', '4', '10', 'M'])
  expect(['E1', 'N2', 'R', '9', 'M', 'X'].map(yearName)).toEqual(['Early years 1', 'Nursery 2', 'Reception', 'Year 9', 'Mixed years', 'No year'])
  expect(new Set(YEAR_CODES.map(yearName)).size).toBe(YEAR_CODES.length)
})

it('G6: in Welsh the year called Reception is not the desk', () => {
  const words = createWords(templateFolder())
  expect([words.say('cy', saidYear('R')), words.say('cy', 'Reception'), words.say('en-GB', saidYear('R'))]).toEqual(['Derbyn', 'Derbynfa', 'Reception'])
})
