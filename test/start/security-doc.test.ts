import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../commands/run-assent.ts'

const page = readFileSync(join(root, 'docs', 'security.md'), 'utf8')

interface Named { file: string; title: string }
interface Row { ids: string[]; says: string; tests: Named[]; cell: string }

/** Tests that a cell of a table, or the whole page, names: a file and the rest of the line up to the next. */
const testsIn = (text: string): Named[] => [...text.matchAll(/`([^`]+\.test\.ts)` (.*?)(?:<br>| \|$|$)/gm)].map(([, file = '', title = '']) => ({ file, title }))

/** Rows of the tables of the last chapter. Those of what does not apply have no column of tests. */
const rows: Row[] = [...(page.split('\n## OWASP ASVS 5.0\n')[1] ?? '').matchAll(/^\| ([\d., ]+) \| (.*?) \|(?: (.*) \|)?$/gm)].map(([, ids = '', says = '', cell = 'does not apply']) => ({
  ids: ids.split(', '), says, cell, tests: testsIn(cell),
}))
const checked = rows.filter(({ cell }) => cell !== 'does not apply')

/** How many requirements of levels 1 and 2 each section of version 5.0.0 begins with; those of level 3 follow them. */
const SECTIONS: Record<string, number> = {
  1.1: 2, 1.2: 9, 1.3: 11, 1.4: 3, 1.5: 2, 2.1: 3, 2.2: 3, 2.3: 4, 2.4: 1, 3.2: 2, 3.3: 4, 3.4: 6, 3.5: 5, 3.7: 2, 4.1: 3, 4.2: 1, 4.3: 2, 4.4: 4, 5.1: 1, 5.2: 3, 5.3: 2, 5.4: 3,
  6.1: 3, 6.2: 12, 6.3: 4, 6.4: 4, 6.5: 5, 6.6: 3, 6.8: 4, 7.1: 3, 7.2: 4, 7.3: 2, 7.4: 5, 7.5: 2, 7.6: 2, 8.1: 2, 8.2: 3, 8.3: 1, 8.4: 1, 9.1: 3, 9.2: 4,
  '10.1': 2, 10.2: 2, 10.3: 4, 10.4: 11, 10.5: 5, 10.6: 2, 10.7: 3, 11.1: 2, 11.2: 3, 11.3: 3, 11.4: 4, 11.5: 1, 11.6: 1, 12.1: 3, 12.2: 2, 12.3: 4, 13.1: 1, 13.2: 5, 13.3: 2, 13.4: 5,
  14.1: 2, 14.2: 4, 14.3: 3, 15.1: 3, 15.2: 3, 15.3: 7, 16.1: 1, 16.2: 5, 16.3: 4, 16.4: 3, 16.5: 3, 17.1: 1, 17.2: 4, 17.3: 2,
}

it('docs/security.md speaks of each requirement of levels 1 and 2, and of each once', () => {
  const wanted = Object.entries(SECTIONS).flatMap(([section, count]) => Array.from({ length: count }, (_, n) => `${section}.${n + 1}`))
  expect(wanted).toHaveLength(253)
  const told = rows.flatMap(({ ids }) => ids)
  expect(wanted.filter((id) => !told.includes(id))).toEqual([])
  expect(told.filter((id, at) => told.indexOf(id) !== at)).toEqual([])
})

it('each line of docs/security.md names a test, or says that there is none', () => {
  expect(checked.length).toBeGreaterThan(100)
  for (const { ids, says, tests, cell } of checked) {
    const none = /^\*\*Not met\*\*: ./.test(says)
    expect([ids, none ? cell : tests.length > 0]).toEqual([ids, none ? 'none' : true])
    expect(cell === 'none' ? 0 : cell.split('<br>').length).toBe(tests.length)
  }
})

it('every test that docs/security.md names exists by file and title', () => {
  // The one file that the page mentions without a title is this one.
  const named = testsIn(page.replaceAll('; `start/security-doc.test.ts` fails', ''))
  expect(named.length).toBeGreaterThan(checked.flatMap(({ tests }) => tests).length)
  const missing = named.filter(({ file, title }) => !titlesOf(file).includes(title))
  expect(missing.map(({ file, title }) => `${file}: ${title}`)).toEqual([])
})

it('has a section for everything that ASVS asks to be written down', () => {
  const sections = ['Kinds of data', 'Who attacks', 'Trust boundaries', 'What is promised', 'What is not promised', 'Ways in', 'Sessions', 'Limits', 'Files that are taken', 'What Assent connects to',
    'Running it safely', 'Keys', 'Logs', 'How fast we mend', 'Reporting a hole']
  const lengths = sections.map((name) => [name, (page.split(`\n## ${name}\n`)[1]?.split('\n## ')[0] ?? '').trim().length > 200])
  expect(lengths).toEqual(sections.map((name) => [name, true]))
})

/** Titles of the tests of a file as they are written; skipped and planned ones are none. Empty when there is no such file. */
function titlesOf(file: string): string[] {
  const path = join(root, 'test', file)
  if (!existsSync(path)) return []
  const source = readFileSync(path, 'utf8').replace(/\bit\.(skip|todo|fails)\([^\n]*/g, '')
  return [...source.matchAll(/\(\s*(['`])((?:\\.|(?!\1).)+)\1,\s*(?:\{[^}]*\},\s*)?(?:async )?\(/g)].map(([, , title = '']) => title.replaceAll('\\\'', '\''))
}
