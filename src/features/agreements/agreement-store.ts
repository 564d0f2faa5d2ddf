import { createHash } from 'node:crypto'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { AgreementVersion } from './agreement.ts'
import type { Band, Family } from './band.ts'
import type { Rendition } from './rendition.ts'
import { type NewRequirement, type Requirement, RequirementStore } from './requirement-store.ts'

export interface Agreement {
  id: string
  key: string
  title: string
  band: Band
  family: Family
  /** Null: of the whole trust; else this school's own. */
  schoolId: string | null
}

export interface StoredVersion {
  id: string
  agreementId: string
  version: AgreementVersion
}

const AT_HAND = 200

/** Agreements, their versions and renditions, and the requirements that put them to people. */
export class AgreementStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #ids: Ids
  readonly requirementStore: RequirementStore
  readonly #atHand = new Map<string, { content: string; value: unknown }>()
  constructor(db: Database, clock: Clock, ids: Ids) {
    this.#db = db
    this.#clock = clock
    this.#ids = ids
    this.requirementStore = new RequirementStore(db, clock, ids)
  }

  async all(): Promise<Agreement[]> {
    return (await this.#db.read('agreements').orderBy('key')).map(agreementFromRow)
  }

  async byKey(key: string): Promise<Agreement | null> {
    const row = await this.#db.read('agreements').where({ key }).first()
    return row ? agreementFromRow(row) : null
  }

  async byId(id: string): Promise<Agreement | null> {
    const [row] = await this.#db.rows('select * from agreements where id = ?', [id])
    return row ? agreementFromRow(row) : null
  }

  async add(agreement: Omit<Agreement, 'id'> & { owner: string; ownerId?: string | null; reviewMonths: number }): Promise<string> {
    const id = this.#ids.next()
    await this.#db.sql('agreements').insert({
      id, key: agreement.key, title: agreement.title, band: agreement.band, family: agreement.family,
      owner: agreement.owner, owner_id: agreement.ownerId ?? null, school_id: agreement.schoolId, review_months: agreement.reviewMonths, created_at: this.#clock.now(),
    })
    return id
  }

  async addVersion(agreementId: string, version: AgreementVersion): Promise<string> {
    const id = this.#ids.next()
    const content = canonicalJson(version)
    await this.#db.sql('agreement_versions').insert({
      id, agreement_id: agreementId, number: version.number, change_kind: version.change, state: version.status, content,
      content_hash: createHash('sha256').update(content).digest('hex'), published_at: version.publishedAt, created_at: this.#clock.now(),
    })
    return id
  }

  async version(id: string): Promise<StoredVersion | null> {
    const [row] = await this.#db.rows('select * from agreement_versions where id = ?', [id])
    return row ? this.#versionFromRow(row) : null
  }

  /** The version in force: the newest published one. */
  async current(agreementId: string): Promise<StoredVersion | null> {
    const [row] = await this.#db.rows(`select * from agreement_versions where agreement_id = ? and state = 'published' order by number desc limit 1`, [agreementId])
    return row ? this.#versionFromRow(row) : null
  }

  /** Whether there is a text that people can be asked to sign. */
  async isInForce(agreementId: string): Promise<boolean> {
    return await this.#db.read('agreement_versions').where({ agreement_id: agreementId, state: 'published' }).first('id') !== undefined
  }

  /** The last version for which everybody was asked again, up to the one in force: occasions and "signed since" go by it (G1, I1). */
  async lastMajor(agreementId: string): Promise<StoredVersion | null> {
    const row = await this.#db.read('agreement_versions').where({ agreement_id: agreementId, change_kind: 'major' }).whereNotNull('published_at')
      .whereNot({ state: 'withdrawn' }).orderBy('number', 'desc').first()
    return row ? this.#versionFromRow(row) : null
  }

  /** Writes a version's new standing (superseded, withdrawn); its text never changes (G1). */
  async setStanding(id: string, version: AgreementVersion): Promise<void> {
    await this.#db.sql('agreement_versions').where({ id }).update({ state: version.status, content: canonicalJson(version) })
  }

  /** @see RequirementStore.add */
  addRequirement(requirement: NewRequirement): Promise<string> {
    return this.requirementStore.add(requirement)
  }

  /** Those in force. */
  requirements(): Promise<Requirement[]> {
    return this.requirementStore.all()
  }

  /** The newest version whose meaning is in force, and when it came: a minor edit asks nobody again (G1). Null before the first. */
  async major(agreementId: string): Promise<{ number: number; publishedAt: number | null } | null> {
    const current = await this.current(agreementId)
    if (!current) return null
    const { version } = await this.lastMajor(agreementId) ?? current
    return { number: version.number, publishedAt: version.publishedAt }
  }

  /** Keeps what was shown; the same rendition is stored once (S1). */
  async keepRendition(versionId: string, schoolId: string | null, rendition: Rendition): Promise<void> {
    await this.#db.insertNew('renditions', [{
      hash: rendition.hash, version_id: versionId, school_id: schoolId, variant: rendition.variant, language: rendition.language,
      content: canonicalJson(rendition), created_at: this.#clock.now(),
    }])
  }

  async rendition(hash: string): Promise<{ rendition: Rendition; versionId: string } | null> {
    const [row] = await this.#db.rows('select content, version_id from renditions where hash = ?', [hash])
    return row ? { rendition: this.#parsed(hash, row['content'] as string) as Rendition, versionId: row['version_id'] as string } : null
  }

  #versionFromRow(row: Record<string, unknown>): StoredVersion {
    return { id: row['id'] as string, agreementId: row['agreement_id'] as string, version: this.#parsed(row['id'] as string, row['content'] as string) as AgreementVersion }
  }

  /** The same text was parsed before: a class that signs at once reads one agreement thirty times. */
  #parsed(key: string, content: string): unknown {
    const before = this.#atHand.get(key)
    if (before?.content === content) return before.value
    const value: unknown = JSON.parse(content)
    if (this.#atHand.size >= AT_HAND) this.#atHand.clear()
    this.#atHand.set(key, { content, value })
    return value
  }
}

function agreementFromRow(row: Record<string, unknown>): Agreement {
  return { id: row['id'] as string, key: row['key'] as string, title: row['title'] as string, band: row['band'] as Band, family: row['family'] as Family, schoolId: row['school_id'] as string | null }
}
