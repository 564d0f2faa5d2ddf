import type { Instant } from '../../shared/dates.ts'

/** read -> staged -> planned -> refused, held or applied. */
export type RunState = 'reading' | 'planned' | 'refused' | 'held' | 'applied' | 'failed' | 'superseded' | 'undone'

export interface Rejection {
  file: string
  line: number
  reason: string
}

/** What `assent sync` prints; counts are people of any role, each in one class. */
export interface RunReport {
  run: string
  source: string
  state: RunState
  read: number
  joiners: number
  movers: number
  leavers: number
  /** Newly missing people (R4). */
  missing: number
  changed: number
  unchanged: number
  rejected: Rejection[]
  /** How many rows were rejected; `rejected` names the first of them when there are very many. */
  rejectedCount: number
  refused: string[]
  held: string[]
  warnings: string[]
  /** People whose ending waits for an answer: what an approver types as the count. */
  heldPeople: number
  /** Why a run failed, in full. */
  error?: RunProblem
  /** The file as its sender named it, for an upload. */
  file?: { name: string; bytes: number }
  /** Only looked at: nothing is applied. */
  planOnly?: boolean
  /** What was not held is in: lines of new rows are not marked one by one. */
  someApplied?: boolean
  /** The run that began again after this one was cut off. */
  again?: string
}

/** What, where and how to mend it, as the reader of the file said. */
export interface RunProblem {
  what: string
  where: string
  remedy: string
}

export interface RosterRun {
  id: string
  sourceId: string
  planId: string | null
  state: RunState
  actor: string
  startedAt: Instant
  finishedAt: Instant | null
  report: RunReport
  proof: RunProof
}

/** Kept from the last good run to judge the next by (R2). */
export interface RunProof {
  files: { name: string; rows: number; header: string[] }[]
  people: number
  schoolKeys: string[]
  /** School key of the feed -> our school, as far as known when the run was read; absent in runs of before. */
  schoolIds?: Record<string, string>
}

export function emptyReport(run: string, source: string): RunReport {
  return {
    run, source, state: 'reading', read: 0, joiners: 0, movers: 0, leavers: 0, missing: 0, changed: 0, unchanged: 0,
    rejected: [], rejectedCount: 0, refused: [], held: [], warnings: [], heldPeople: 0,
  }
}
