import { AssentError } from '../../shared/errors.ts'
import type { RunProblem } from './roster-run.ts'
import type { Source } from './source-store.ts'

/** One reading that is asked for. */
export interface SyncCommand {
  /** Name under which the source is remembered (`--name`). */
  name: string
  format: string
  path: string
  mode: Source['mode']
  schoolKey?: string
  planOnly: boolean
  actor: string
  /** A run that `begin` made, to be gone on with. */
  runId?: string
  /** What to call the path where people read of it: an upload's own name. */
  showAs?: string
}

/** What may be told of an error, without the server's own paths; of a fault of ours nothing but that it was one. */
export function problemOf(error: unknown, input: Pick<SyncCommand, 'path' | 'showAs'>): RunProblem {
  if (!(error instanceof AssentError)) {
    return { what: 'The reading stopped because of a fault.', where: '', remedy: 'Read the file again. If it happens again, the log of the server says more.' }
  }
  const named = (text: string) => (input.showAs === undefined ? text : text.replaceAll(input.path, input.showAs))
  return { what: named(error.what), where: named(error.where), remedy: named(error.remedy) }
}
