import type { Clock } from '../../adapters/clock.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import { academicYear, today } from '../../shared/dates.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import { type Band, isPupilBand } from '../agreements/band.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { coverageBy } from './board-figures.ts'
import type { BoardCell, BoardQueries } from './board-queries.ts'
import { AUDIENCE_CHOICES } from './board-words.ts'
import { figureRow, type FigureRow, SMALLEST_ROW } from './figures-words.ts'
import { byYear, yearName } from '../people/year-name.ts'

export interface FiguresPagesDeps {
  clock: Clock
  board: BoardQueries
  schools: SchoolStore
  agreements: AgreementStore
}

/** `/office/figures`: for governors, how many have signed; no names, small numbers suppressed. */
export function figuresPages(deps: FiguresPagesDeps): Page[] {
  return [definePage({
    name: 'figures', path: '/office/figures', permission: 'figures.view',
    get: async (ctx) => {
      const on = today(ctx.now)
      const scope = ctx.actor.scope('figures.view')
      const schools = (await deps.schools.all()).filter((school) => ctx.actor.can('figures.view', school.id))
      const fromYear = schools.map((school) => academicYear(on, school.yearStart)).sort()[0] ?? academicYear(on)
      const cells = await deps.board.cells({ schools: scope, today: on, fromYear })
      const bands = new Map((await deps.agreements.all()).map((agreement) => [agreement.id, agreement.band]))
      return view('pages/office/figures.njk', {
        asOf: ctx.now, smallest: SMALLEST_ROW,
        schools: schools.map((school) => schoolFigures(school, cells.filter((cell) => cell.schoolId === school.id), (cell) => bands.get(cell.agreementId))),
      })
    },
  })]
}

function schoolFigures(school: School, cells: readonly BoardCell[], bandOf: (cell: BoardCell) => Band | undefined): object {
  const isPupils = (cell: BoardCell) => {
    const band = bandOf(cell)
    return band !== undefined && isPupilBand(band)
  }
  const pupils = cells.filter(isPupils)
  const rows: FigureRow[] = [
    ...coverageBy(pupils, () => 'all', byYear).map((row) => figureRow('All pupils', row)),
    ...coverageBy(pupils, (cell) => cell.yearCode, byYear).map((row) => figureRow(yearName(row.key), row)),
    ...AUDIENCE_CHOICES.flatMap(({ value, text }) => coverageBy(cells.filter((cell) => !isPupils(cell) && bandOf(cell) === value), () => value, byYear).map((row) => figureRow(text, row))),
  ]
  return {
    name: school.name,
    table: {
      caption: school.name, captionHidden: true, columns: [{ text: 'Who' }, { text: 'Agreements asked for', numeric: true }, { text: 'Signed' }],
      rows: rows.map((row) => [{ text: row.label }, { text: row.asked }, { text: row.signed }]),
    },
  }
}
