import type { ObservedAccount } from '../../adapters/directories/directory.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import { OutsideFailure, Refused } from '../../shared/errors.ts'
import type { AccessDeps } from './access-deps.ts'
import { type Account, signInDay } from './account-store.ts'
import type { DirectoryTarget } from './directory-store.ts'
import type { Observation } from './observation.ts'
import { type Candidate, candidatesOf, onlyPerson, type Unmatched } from './match-accounts.ts'

const BATCH = 500
/** B3: fewer than half of a directory of some size is no walk to believe. */
const BELIEVABLE = { from: 20, share: 2 }

type ObserveDeps = Pick<AccessDeps, 'db' | 'clock' | 'ids' | 'accounts' | 'looks' | 'sourceKeys'>

/**
 * Walks a directory to its end and brings the accounts up to date. Accounts are marked gone only after a whole walk that is
 * not suspiciously short. The caller holds the directory's lease.
 * @throws OutsideFailure when the walk fails, Refused when it is empty or far too short (B3): nobody is gone then.
 */
export async function observeAccounts(deps: ObserveDeps, target: Pick<DirectoryTarget, 'id' | 'directory'>): Promise<Observation> {
  try {
    const found = await walkAccounts(deps, target)
    await deps.looks.whole(target.id, found)
    return found
  } catch (error) {
    if (error instanceof OutsideFailure || error instanceof Refused) await deps.looks.failed(target.id, `${error.what} ${error.remedy}`.trim())
    throw error
  }
}

async function walkAccounts(deps: ObserveDeps, target: Pick<DirectoryTarget, 'id' | 'directory'>): Promise<Observation> {
  const walk = new Walk(deps, target.id)
  const known = await deps.accounts.countPresent(target.id)
  let batch: ObservedAccount[] = []
  try {
    for await (const account of target.directory.list()) {
      batch.push(account)
      if (batch.length < BATCH) continue
      await walk.take(batch)
      batch = []
    }
  } catch (error) {
    if (error instanceof OutsideFailure || error instanceof Refused) throw error
    throw new OutsideFailure({ what: 'The directory could not be walked to its end.', where: `directory ${target.id}`, remedy: 'Run it again.' }, error)
  }
  await walk.take(batch)
  const { seen } = walk.report
  if (known > 0 && (seen === 0 || (known >= BELIEVABLE.from && walk.knownSeen * BELIEVABLE.share < known))) {
    throw new Refused({
      what: `B3: the directory lists ${seen} accounts, of which ${walk.knownSeen} are known; it held ${known} before. Nobody was marked gone.`,
      where: `directory ${target.id}`, remedy: 'Check the search bases and the rights of the service account, then run it again.',
    })
  }
  return walk.finish()
}

class Walk {
  readonly #deps: ObserveDeps
  readonly #directoryId: string
  readonly #at: number
  readonly #seen = new Set<string>()
  readonly #toMatch: (Unmatched & { personId: string | null })[] = []
  readonly report: Observation = { seen: 0, added: 0, changed: 0, gone: 0, matched: 0, orphans: 0, conflicts: [] }
  knownSeen = 0

  constructor(deps: ObserveDeps, directoryId: string) {
    this.#deps = deps
    this.#directoryId = directoryId
    this.#at = deps.clock.now()
  }

  async take(batch: readonly ObservedAccount[]): Promise<void> {
    const fresh = batch.filter((account) => !this.#seen.has(account.immutableId))
    if (fresh.length === 0) return
    for (const { immutableId } of fresh) this.#seen.add(immutableId)
    this.report.seen += fresh.length
    const { accounts, db } = this.#deps
    const known = await accounts.byImmutableIds(this.#directoryId, fresh.map((account) => account.immutableId))
    const added = fresh.filter((account) => !known.has(account.immutableId))
      .map((observed) => ({ id: this.#deps.ids.next(), directoryId: this.#directoryId, observed, observedAt: this.#at }))
    const changed: { account: Account; observed: ObservedAccount }[] = []
    const same: string[] = []
    const signIns: [string, string][] = []
    for (const observed of fresh) {
      const account = known.get(observed.immutableId)
      if (!account) continue
      if (account.goneAt === null) this.knownSeen += 1
      if (observed.lastSignIn !== undefined && signInDay(observed.lastSignIn) !== account.lastSignIn) signIns.push([account.id, signInDay(observed.lastSignIn)])
      const differs = account.goneAt !== null || !sameAccount(account.observed, observed)
      if (differs) changed.push({ account, observed })
      else same.push(account.id)
      if (account.personId === null || differs) this.#toMatch.push({ id: account.id, observed, personId: account.personId })
    }
    for (const { id, observed } of added) this.#toMatch.push({ id, observed, personId: null })
    await db.transaction(async () => {
      await accounts.insert(added)
      await accounts.touch(same, this.#at)
      await accounts.setSignIns(signIns)
      for (const { account, observed } of changed) await accounts.setObserved(account.id, observed, this.#at)
    })
    this.report.added += added.length
    this.report.changed += changed.length
  }

  async finish(): Promise<Observation> {
    const { accounts, db } = this.#deps
    for await (const rows of accounts.present(this.#directoryId)) {
      const gone = rows.filter((row) => !this.#seen.has(row.immutable_id)).map((row) => row.id)
      this.report.gone += gone.length
      if (gone.length > 0) await db.transaction(() => accounts.markGone(gone, this.#at))
    }
    await this.#match()
    return this.report
  }

  async #match(): Promise<void> {
    const { accounts, db } = this.#deps
    const decided = await accounts.decided()
    const candidates = await candidatesOf(this.#deps, this.#toMatch.filter(({ id }) => !decided.has(id)))
    const fresh: [string, string][] = []
    const unsure: { accountId: string; candidates: Candidate[] }[] = []
    for (const { id, personId } of this.#toMatch) {
      const theirs = candidates.get(id) ?? []
      const found = onlyPerson(theirs)
      if (personId === null && found !== null) fresh.push([id, found])
      else if (personId === null) this.report.orphans += 1
      else if (found !== null && found !== personId) this.report.conflicts.push(id)
      if ((personId === null && found === null && theirs.length > 0) || (personId !== null && found !== null && found !== personId)) unsure.push({ accountId: id, candidates: theirs })
    }
    for (let from = 0; from < fresh.length; from += BATCH) {
      await db.transaction(() => accounts.setPeople(fresh.slice(from, from + BATCH)))
    }
    await accounts.suggest(this.#directoryId, this.#toMatch.map(({ id }) => id), unsure)
    this.report.matched = fresh.length
  }
}

/** Keys come in the same order nearly always, and plain text is compared much faster. */
function sameAccount(a: ObservedAccount, seen: ObservedAccount): boolean {
  const b = { ...seen }
  delete b.lastSignIn
  return JSON.stringify(a) === JSON.stringify(b) || canonicalJson(a) === canonicalJson(b)
}
