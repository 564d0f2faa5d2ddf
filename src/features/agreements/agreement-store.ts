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
  /** Texts that were parsed before, by what can never mean another one. */
  readonly #atHand = new Map<string, unknown>()
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
    const [row] = await this.#db.rowsBy('select * from agreements where id in (:list)', 'id', [id])
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
      content_hash: hashOf(content), published_at: version.publishedAt, created_at: this.#clock.now(),
    })
    return id
  }

  async version(id: string): Promise<StoredVersion | null> {
    const [row] = await this.#db.rowsBy('select id, agreement_id, content_hash from agreement_versions where id in (:list)', 'id', [id])
    return row ? this.#versionFromRow(row) : null
  }

  /** The version in force: the newest published one. */
  async current(agreementId: string): Promise<StoredVersion | null> {
    const [row] = await this.#db.rowsBy(`select id, agreement_id, content_hash from agreement_versions where agreement_id in (:list) and state = 'published' order by number desc`, 'agreement_id', [agreementId])
    return row ? this.#versionFromRow(row) : null
  }

  /** Whether there is a text that people can be asked to sign. */
  async isInForce(agreementId: string): Promise<boolean> {
    return await this.#db.read('agreement_versions').where({ agreement_id: agreementId, state: 'published' }).first('id') !== undefined
  }

  /** The last version for which everybody was asked again, up to the one in force: occasions and "signed since" go by it (G1, I1). */
  async lastMajor(agreementId: string): Promise<StoredVersion | null> {
    const row = await this.#db.read('agreement_versions').where({ agreement_id: agreementId, change_kind: 'major' }).whereNotNull('published_at')
      .whereNot({ state: 'withdrawn' }).orderBy('number', 'desc').first('id', 'agreement_id', 'content_hash')
    return row ? this.#versionFromRow(row) : null
  }

  /** Writes a version's new standing (superseded, withdrawn); its text never changes (G1). */
  async setStanding(id: string, version: AgreementVersion): Promise<void> {
    const content = canonicalJson(version)
    await this.#db.sql('agreement_versions').where({ id }).update({ state: version.status, content, content_hash: hashOf(content) })
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

  /** Renditions never change, so one that was read is not read again: each seal asks for one (82 µs). */
  async rendition(hash: string): Promise<{ rendition: Rendition; versionId: string } | null> {
    return this.#once(`rendition ${hash}`, async () => {
      const [row] = await this.#db.rows('select content, version_id from renditions where hash = ?', [hash])
      return row ? { rendition: JSON.parse(row['content'] as string) as Rendition, versionId: row['version_id'] as string } : null
    })
  }

  /** The content is fetched by its hash: a class that signs at once reads one agreement thirty times. */
  async #versionFromRow(row: Record<string, unknown>): Promise<StoredVersion> {
    const [id, hash] = [row['id'] as string, row['content_hash'] as string]
    const version = await this.#once(`version ${id} ${hash}`, async () => {
      const [found] = await this.#db.rows('select content from agreement_versions where id = ? and content_hash = ?', [id, hash])
      return found ? JSON.parse(found['content'] as string) as AgreementVersion : null
    })
    // Changed between the two looks.
    if (version === null) return await this.version(id) ?? raise(`The version ${id} is gone`)
    return { id, agreementId: row['agreement_id'] as string, version }
  }

  async #once<T>(key: string, load: () => Promise<T | null>): Promise<T | null> {
    const before = this.#atHand.get(key)
    if (before !== undefined) return before as T
    const value = await load()
    if (value === null) return null
    // What an open transaction sees may yet be taken back.
    this.#db.afterCommit(() => {
      if (this.#atHand.size >= AT_HAND) this.#atHand.clear()
      this.#atHand.set(key, value)
    })
    return value
  }
}

const hashOf = (content: string): string => createHash('sha256').update(content).digest('hex')
const raise = (message: string): never => { throw new Error(message) }

function agreementFromRow(row: Record<string, unknown>): Agreement {
  return { id: row['id'] as string, key: row['key'] as string, title: row['title'] as string, band: row['band'] as Band, family: row['family'] as Family, schoolId: row['school_id'] as string | null }
}
