import type { Knex } from 'knex'
import { rank } from './fact-changes.ts'
import type { LineScope } from './roster-scope.ts'

/** The classes of a run's page: the contract's classes of people, and those whose lines wait. */
export const personClasses = ['held', 'leavers', 'joiners', 'movers', 'changed', 'missing'] as const
export type PersonClass = (typeof personClasses)[number]

/** Which rows of `perPerson` belong to a class; the same rule as the report's counts. */
export const classCondition: Record<PersonClass, string> = {
  held: 'held = 1',
  leavers: `top_rank = ${rank.leaver}`,
  joiners: `top_rank = ${rank.joiner}`,
  movers: `top_rank = ${rank.mover}`,
  // Present people who lost a school without an explicit end: a change to be looked at, not an absence of theirs.
  changed: `(top_rank = ${rank.changed} or (top_rank = ${rank.missing} and gone = 0))`,
  missing: 'gone = 1',
}

/** One row per person of a plan: highest class of their lines, and whether they are missing or wait. */
export function perPerson(planId: string, scope: LineScope | null): { sql: string; bindings: Knex.RawBinding[] } {
  return {
    sql: `select subject, max(${'`rank`'}) as top_rank, max(case when action = 'missing' then 1 else 0 end) as gone,
      max(case when state = 'held' then 1 else 0 end) as held, min(seq) as first_seq
      from plan_items as i where plan_id = ?${scope ? ` and ${scope.sql}` : ''} group by subject`,
    bindings: [planId, ...scope?.bindings ?? []],
  }
}
