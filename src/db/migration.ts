import type { Knex } from 'knex'
import type { Dialect } from './dialect.ts'

/** One step of the schema, both ways. It checks before it acts, so that a step that broke half-way can be run again. */
export interface Migration {
  up(knex: Knex, dialect: Dialect): Promise<void>
  down(knex: Knex, dialect: Dialect): Promise<void>
}
