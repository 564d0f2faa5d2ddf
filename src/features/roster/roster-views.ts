import { pagesOf } from '../../http/paging.ts'
import { longInstant } from '../../shared/dates.ts'
import type { SourceSummary } from './roster-queries.ts'
import type { RosterRun } from './roster-run.ts'
import { formatWords, stateOfRun } from './run-words.ts'

export const RUNS_PER_PAGE = 25

/** A file that the demo offers to be read. */
export interface RosterSample {
  name: string
  title: string
  text: string
  path: string
  format: string
  /** Name of the source it belongs to. */
  source: string
}

export interface RostersInput {
  sources: SourceSummary[]
  runs: RosterRun[]
  total: number
  page: number
  filter: { source?: string | undefined; state?: string | undefined }
  actorName: (label: string | null) => string
  mayRun: boolean
  /** Whether the reader sees all schools of a source, and so the figures of its runs. */
  seesWhole: (sourceId: string) => boolean
  proposed: number
  newlyMissing: number
  samples: readonly RosterSample[]
}

const STATES = ['held', 'applied', 'refused', 'planned', 'failed', 'superseded'] as const

/** The view model of `/rosters`. */
export function rostersView(input: RostersInput): object {
  const { runs, total, page, filter } = input
  const names = new Map(input.sources.map(({ source }) => [source.id, source.name]))
  const figure = (run: RosterRun, n: number) => ({ text: input.seesWhole(run.sourceId) && !['failed', 'refused', 'reading'].includes(run.state) ? n.toLocaleString('en-GB') : '–' })
  return {
    uploadHref: input.mayRun ? '/rosters/upload' : null,
    sources: input.sources.map(sourceTask),
    missing: { proposed: input.proposed, newly: input.newlyMissing, href: '/rosters/missing' },
    samples: input.samples.map(({ name, title, text }) => ({ name, title, text })),
    filters: {
      action: '/rosters', label: 'Filter the readings', ...(filter.source || filter.state ? { clearHref: '/rosters' } : {}),
      fields: [
        { id: 'source', label: 'Source', value: filter.source ?? '', options: [{ value: '', text: 'All sources' }, ...input.sources.map(({ source }) => ({ value: source.id, text: source.name }))] },
        { id: 'state', label: 'State', value: filter.state ?? '', options: [{ value: '', text: 'All states' }, ...STATES.map((state) => ({ value: state, text: stateOfRun({ state } as RosterRun).text }))] },
      ],
    },
    table: {
      caption: 'Readings', captionHidden: true,
      columns: [{ text: 'Read' }, { text: 'Source' }, { text: 'State' }, { text: 'Joiners', numeric: true }, { text: 'Movers', numeric: true }, { text: 'Leavers', numeric: true }, { text: 'Rejected rows', numeric: true }],
      rows: runs.map((run) => {
        const { status, text } = stateOfRun(run)
        return [
          { text: longInstant(run.startedAt), href: `/rosters/runs/${run.id}`, sub: `by ${input.actorName(run.actor)}` }, { text: names.get(run.sourceId) ?? '' }, { tag: { status, text } },
          figure(run, run.report.joiners), figure(run, run.report.movers), figure(run, run.report.leavers), figure(run, run.report.rejectedCount),
        ]
      }),
    },
    pages: pagesOf({ page, size: RUNS_PER_PAGE, shown: runs.length, total, what: 'reading', path: '/rosters', keep: filter }),
  }
}

function sourceTask({ source, lastRun }: SourceSummary): object {
  const state = lastRun ? stateOfRun(lastRun) : { status: 'outstanding' as const, text: 'Nothing read yet' }
  const held = lastRun?.state === 'held' ? `: ${lastRun.report.heldPeople.toLocaleString('en-GB')} wait` : ''
  return {
    title: `${source.name} (${formatWords(source.format)})`, ...(lastRun ? { href: `/rosters/runs/${lastRun.id}` } : {}),
    hint: lastRun ? `Last read on ${longInstant(lastRun.startedAt)}.` : 'No file of this source has been read.',
    status: state.status, statusText: `${state.text}${held}`,
  }
}
