import { AssentError } from '../../shared/errors.ts'
import { type AccountOrder, type ChangeOutcome, type Directory, DirectoryRefusal, type ReadOutcome } from './directory.ts'

/** Reads many accounts: at once where the directory can, else one by one; one outcome each, in the order asked. */
export async function readMany(directory: Directory, immutableIds: readonly string[]): Promise<ReadOutcome[]> {
  if (directory.readMany) return directory.readMany(immutableIds)
  const outcomes: ReadOutcome[] = []
  for (const id of immutableIds) {
    try {
      outcomes.push({ account: await directory.read(id) })
    } catch (error) {
      outcomes.push({ error: expected(error) })
    }
  }
  return outcomes
}

/**
 * Changes many accounts: at once where the directory can, else one by one; one outcome each, in the order asked.
 * @throws only what is a fault of ours.
 */
export async function changeMany(directory: Directory, orders: readonly AccountOrder[]): Promise<ChangeOutcome[]> {
  if (directory.changeMany) return directory.changeMany(orders)
  const outcomes: ChangeOutcome[] = []
  for (const { immutableId, change } of orders) {
    try {
      outcomes.push({ account: await directory.change(immutableId, change) })
    } catch (error) {
      outcomes.push({ error: expected(error) })
    }
  }
  return outcomes
}

/** What went wrong out there. @throws what is a fault of ours. */
export function expected(error: unknown): AssentError | DirectoryRefusal {
  if (error instanceof AssentError || error instanceof DirectoryRefusal) return error
  throw error
}

/** The one outcome of a directory that does everything many at a time. @throws its error. */
export function onlyOutcome<T>(outcomes: readonly ({ account: T; error?: undefined } | { account?: undefined; error: Error })[]): T {
  const [outcome] = outcomes
  if (!outcome) throw new Error('nothing came of one account')
  if (outcome.error) throw outcome.error
  return outcome.account
}
