import { beforeAll, describe, expect, it } from 'vitest'
import { cellsOf, countOf, countsOnce, figuresOf } from '../../../src/features/reports/board-figures.ts'
import { BOARD_SORTS, BOARD_STATUSES, EVERYTHING, OPEN_STATUSES, type BoardFilter } from '../../../src/features/reports/board-filter.ts'
import { type BoardLine, BoardQueries } from '../../../src/features/reports/board-queries.ts'
import type { BoardQuestion } from '../../../src/features/reports/board-sql.ts'
import type { Scope } from '../../../src/http/actor.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { AGREEMENTS, boardWorld, chance, type ExpectedLine, TODAY } from './board-world.ts'

const whole = (schoolId: string) => ({ schoolId, yearCode: null, groupName: null })
/** Whether a line lies in a scope; a year or group holds its pupils only. */
const within = (scope: Scope, line: ExpectedLine): boolean => scope === 'all' || scope.some(({ schoolId, yearCode, groupName }) => line.school === schoolId
  && (yearCode === null || line.year === yearCode) && (groupName === null || line.group === groupName) && (yearCode === null && groupName === null || line.year !== null))
const key = (line: BoardLine): string => `${line.requestId}@${line.schoolId}`

onBothDatabases('the board over made-up people', (get) => {
  let schools: string[]
  let expected: ExpectedLine[]
  let board: BoardQueries
  beforeAll(async () => {
    ({ schools, expected } = await boardWorld(get().db, 7))
    board = new BoardQueries(get().db)
  })

  const question = (filter: Partial<BoardFilter>, scope: Scope = 'all', name = ''): BoardQuestion => ({
    schools: scope, today: TODAY, fromYear: '2026/27', once: countsOnce({ ...EVERYTHING, ...filter }), ...(filter.school ? { school: filter.school } : {}), ...(filter.year ? { year: filter.year } : {}),
    ...(filter.group ? { group: filter.group } : {}), ...(filter.status ? { status: filter.status } : {}), agreements: filter.agreement ? [filter.agreement] : null, ...(name ? { name } : {}),
  })
  /** Where neither school nor group is asked, a person at two schools stands in the list once. */
  const isFirst = (line: ExpectedLine, scope: Scope): boolean =>
    expected.find((other) => other.request === line.request && within(scope, other)) === line
  const fits = (filter: Partial<BoardFilter>, scope: Scope, name: string) => (line: ExpectedLine): boolean =>
    within(scope, line) && (Boolean(filter.school || filter.group) || isFirst(line, scope)) && (!filter.school || line.school === filter.school) && (!filter.year || line.year === filter.year)
    && (!filter.group || line.group === filter.group) && (!filter.agreement || line.agreement === filter.agreement) && line.name.includes(name)
    && (!filter.status || (filter.status === 'asked' ? line.status !== 'unreachable' && (OPEN_STATUSES as readonly string[]).includes(line.status) : filter.status === 'open' ? (OPEN_STATUSES as readonly string[]).includes(line.status) : filter.status === 'overdue' ? line.overdue : line.status === filter.status))

  it('has everybody in it that it should, in every state', () => {
    expect(expected.length).toBeGreaterThan(150)
    for (const status of BOARD_STATUSES) expect(expected.filter((line) => line.status === status).length).toBeGreaterThan(2)
    expect(new Set(expected.map((line) => line.key)).size).toBe(expected.length)
  })

  it('figures, pages and file agree with the people one by one, for any filter and scope', async () => {
    const random = chance(11)
    const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T
    for (let round = 0; round < 40; round += 1) {
      const scope: Scope = pick(['all', [whole(schools[0] as string)], [whole(schools[1] as string), whole(schools[2] as string)], [],
        [{ schoolId: schools[0] as string, yearCode: '4', groupName: null }], [{ schoolId: schools[1] as string, yearCode: null, groupName: '10B' }, { schoolId: schools[0] as string, yearCode: '5', groupName: '5A' }, whole(schools[2] as string)]])
      const filter: BoardFilter = {
        ...EVERYTHING, school: pick(['', '', ...schools]), year: pick(['', '', '4', '10']), group: pick(['', '', '4A', '10B']),
        agreement: pick(['', ...AGREEMENTS.map((agreement) => agreement.id)]), status: pick(['', 'open', 'asked', 'overdue', ...BOARD_STATUSES]), sort: pick(BOARD_SORTS),
      }
      const name = pick(['', '', '', 'smith', 'begum mo'])
      const asked = question(filter, scope, name)
      const right = expected.filter(fits(filter, scope, name)).map((line) => line.key).sort()
      const cells = cellsOf(await board.cells({ schools: scope, today: TODAY, fromYear: '2026/27' }), filter, filter.agreement ? [filter.agreement] : null)
      const walked: string[] = []
      for (let offset = 0; ; offset += 20) {
        const page = await board.page(asked, { sort: filter.sort, offset, limit: 20 })
        walked.push(...page.map(key))
        if (page.length < 20) break
      }
      const filed: string[] = []
      for await (const lines of board.all(asked, 50)) filed.push(...lines.map(key))
      expect({ filter, scope, name, walked: walked.sort() }).toEqual({ filter, scope, name, walked: right })
      expect(filed.sort()).toEqual(right)
      expect(await board.count(asked)).toBe(right.length)
      if (name === '') expect(countOf(cells)).toBe(right.length)
    }
  })

  it('I4: the figures add up, and those excused are counted apart', async () => {
    const figures = figuresOf((await board.cells({ schools: 'all', today: TODAY, fromYear: '2026/27' })).filter((cell) => cell.first))
    const once = expected.filter((line) => isFirst(line, 'all'))
    expect(once.length).toBeLessThan(expected.length)
    const of = (...statuses: string[]) => once.filter((line) => statuses.includes(line.status)).length
    expect(figures).toEqual({
      total: once.length - of('excused'), signed: of('signed'), outstanding: of('outstanding', 'waiting-guardian', 'waiting-pupil'), unreachable: of('unreachable'),
      declined: of('declined'), excused: of('excused'), overdue: once.filter((line) => line.overdue).length,
    })
    expect(figures.signed + figures.outstanding + figures.unreachable + figures.declined).toBe(figures.total)
  })

  it('each line carries the state its person is in', async () => {
    const seen = new Map<string, BoardLine>()
    for await (const lines of board.all({ ...question({}), once: false })) for (const line of lines) seen.set(key(line), line)
    for (const line of expected) {
      expect({ key: line.key, status: seen.get(line.key)?.status, overdue: seen.get(line.key)?.overdue, group: seen.get(line.key)?.regGroup })
        .toEqual({ key: line.key, status: line.status, overdue: line.overdue, group: line.group })
    }
  })

  describe('order', () => {
    it('sorts years as a school counts them, and names without regard to accents', async () => {
      const years = (await board.page(question({}), { sort: 'group', offset: 0, limit: 1000 })).map((line) => line.yearCode)
      expect([...new Set(years)]).toEqual(['3', '4', '5', '6', '7', '8', '10', '11', null])
      const names = (await board.page(question({}), { sort: 'name', offset: 0, limit: 1000 })).map((line) => line.surname)
      expect(names.indexOf('Begum')).toBeLessThan(names.indexOf('Ní Bhriain'))
      expect(names.indexOf('Ní Bhriain')).toBeLessThan(names.indexOf('Smith'))
    })
  })
})
