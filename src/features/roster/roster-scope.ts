import type { Knex } from 'knex'

/** Who reads: where they may look, and their own label, since what they sent themselves is theirs to see. */
export interface Reader {
  schools: 'all' | readonly string[]
  label: string
}

/** A condition on `plan_items as i`. */
export interface LineScope {
  sql: string
  bindings: Knex.RawBinding[]
}

/** Runs of sources that supply one of the reader's schools, and those the reader began. */
export function runScope(query: Knex.QueryBuilder, { schools, label }: Reader): Knex.QueryBuilder {
  if (schools === 'all') return query
  return query.where((own) => {
    void own.where({ actor: label }).orWhereIn('source_id', (of) => {
      void of.select('source_id').from('source_schools').whereIn('school_id', [...schools])
    })
  })
}

/**
 * Lines that name one of the reader's schools; and lines that name no school (a guardian link, a person's own row in
 * OneRoster 1.2) of people who have a place there, now or in this plan. Null: everything.
 */
export function lineScope(planId: string, sourceId: string, { schools }: Reader, schoolKeys: ReadonlyMap<string, string>): LineScope | null {
  if (schools === 'all') return null
  const needles = [...schoolKeys].filter(([, id]) => schools.includes(id)).map(([key]) => `"schoolKey":${JSON.stringify(key)}`)
  const names = (alias: string) => needles.map(() => `instr(concat(coalesce(${alias}.before, ''), coalesce(${alias}.after, '')), ?) > 0`).join(' or ') || '1 = 0'
  const marks = schools.map(() => '?').join(', ') || `''`
  return {
    sql: `((${names('i')}) or (instr(concat(coalesce(i.before, ''), coalesce(i.after, '')), '"schoolKey":') = 0 and (
      i.subject in (select p.external_id from source_people as p join affiliations as a on a.person_id = p.person_id where p.source_id = ? and a.school_id in (${marks}))
      or i.subject in (select o.subject from plan_items as o where o.plan_id = ? and (${names('o')})))))`,
    bindings: [...needles, sourceId, ...schools, planId, ...needles],
  }
}
