import type { RosterFact, RosterSource, RejectedRow, SourceInput, SourceProof, SourceRow, OpenSource } from '../../../src/adapters/sources/source.ts'

export interface ReadAll {
  open: OpenSource
  rows: SourceRow[]
  facts: RosterFact[]
  rejected: RejectedRow[]
  proof: SourceProof
  warnings: string[]
}

/** Opens, reads to the end, asks every row for its facts, and closes. */
export async function readAll(source: RosterSource, path: string, more: Partial<SourceInput> = {}): Promise<ReadAll> {
  const open = await source.open({ path, today: '2026-11-22', ...more })
  const rows: SourceRow[] = []
  const facts: RosterFact[] = []
  const rejected: RejectedRow[] = []
  try {
    for await (const batch of open.rows()) {
      for (const item of batch) {
        if (item.rejected) {
          rejected.push(item)
          continue
        }
        rows.push(item)
        const built = item.facts()
        if (Array.isArray(built)) facts.push(...built)
        else rejected.push(built)
      }
    }
    return { open, rows, facts, rejected, proof: open.proof(), warnings: [...open.warnings] }
  } finally {
    await open.close()
  }
}

type Kind<K extends RosterFact['kind']> = Extract<RosterFact, { kind: K }>

/** The facts of one kind. */
export function ofKind<K extends RosterFact['kind']>(facts: readonly RosterFact[], kind: K): Kind<K>[] {
  return facts.filter((fact): fact is Kind<K> => fact.kind === kind)
}

/** What opening or reading says when it refuses: the three parts of an UnusableInput. */
export async function refusal(source: RosterSource, path: string, more: Partial<SourceInput> = {}): Promise<{ name: string; what: string; where: string; remedy: string }> {
  try {
    await readAll(source, path, more)
  } catch (error) {
    if (error instanceof Error && 'what' in error && 'where' in error && 'remedy' in error) {
      return { name: error.name, what: String(error.what), where: String(error.where), remedy: String(error.remedy) }
    }
    throw error
  }
  throw new Error('The input was not refused.')
}
