import type { Due } from './due-requests.ts'

/** Whom a requirement would ask today. */
export interface IssuePreview {
  /** What it would put now: the same number that issuing would add for it. */
  total: number
  /** Of those it is for, who has been asked already or whose signature still counts. */
  covered: number
  /** How many of the new ones no known route reaches. */
  unreachable: number
  /** By school and year (null: adults, or no year known), in no particular order. */
  rows: { schoolId: string; yearCode: string | null; count: number }[]
}

/** Counts what one requirement makes due. */
export class PreviewCounts {
  readonly #requirementId: string
  readonly #rows = new Map<string, IssuePreview['rows'][number]>()
  #covered = 0
  unreachable = 0
  constructor(requirementId: string) {
    this.#requirementId = requirementId
  }

  add(due: readonly Due[]): void {
    for (const { request, covered, place } of due) {
      if (request.requirementId !== this.#requirementId) continue
      if (covered) {
        this.#covered += 1
        continue
      }
      const key = `${place.schoolId}|${place.yearCode ?? ''}`
      const row = this.#rows.get(key) ?? { schoolId: place.schoolId, yearCode: place.yearCode, count: 0 }
      row.count += 1
      this.#rows.set(key, row)
    }
  }

  result(): IssuePreview {
    const rows = [...this.#rows.values()]
    return { total: rows.reduce((sum, row) => sum + row.count, 0), covered: this.#covered, unreachable: this.unreachable, rows }
  }
}
