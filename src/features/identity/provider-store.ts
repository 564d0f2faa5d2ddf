import type { Database } from '../../db/database.ts'
import type { IdentityProvider } from './identity-provider.ts'

/** Rows of `identity_providers`. */
export class ProviderStore {
  readonly #db: Database

  constructor(db: Database) {
    this.#db = db
  }

  async all(): Promise<IdentityProvider[]> {
    return (await this.#db.read('identity_providers').orderBy('label').orderBy('name')).map(fromRow)
  }

  async active(): Promise<IdentityProvider[]> {
    return (await this.all()).filter((provider) => provider.active)
  }

  async named(name: string): Promise<IdentityProvider | null> {
    const row = await this.#db.read('identity_providers').where({ name }).first()
    return row ? fromRow(row) : null
  }

  /** Inserts it or writes it over. */
  async save(provider: IdentityProvider): Promise<void> {
    const { id, ...columns } = toRow(provider)
    if (await this.#db.sql('identity_providers').where({ id }).update(columns) === 0) {
      await this.#db.sql('identity_providers').insert({ id, ...columns, created_at: provider.updatedAt })
    }
  }
}

function toRow(provider: IdentityProvider) {
  return {
    id: provider.id, name: provider.name, kind: provider.kind, label: provider.label, school_id: provider.schoolId, active: provider.active ? 1 : 0,
    from_file: provider.fromFile ? 1 : 0, settings: JSON.stringify(provider.settings), matching: provider.matching && JSON.stringify(provider.matching),
    organisation: provider.organisation && JSON.stringify(provider.organisation), updated_at: provider.updatedAt,
  }
}

function fromRow(row: Record<string, unknown>): IdentityProvider {
  const read = (column: string): unknown => (row[column] === null ? null : JSON.parse(row[column] as string))
  // The row was written from this type by `toRow` alone.
  return {
    id: row['id'], name: row['name'], kind: row['kind'], label: row['label'], schoolId: row['school_id'], active: Boolean(row['active']), fromFile: Boolean(row['from_file']),
    settings: read('settings'), matching: read('matching'), organisation: read('organisation'), updatedAt: Number(row['updated_at']),
  } as IdentityProvider
}
