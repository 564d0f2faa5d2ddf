import type { CompiledTemplate, PdfRecords } from '../../adapters/pdf/pdf-records.ts'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { isYoungBand } from '../agreements/band.ts'
import { withoutHeadingIds } from '../agreements/clauses.ts'
import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { SayInRecord } from '../agreements/say-in-record.ts'
import { SYMBOLS } from '../agreements/symbols.ts'
import { recordWordings } from './record-wording.ts'

const KEPT = 64

/** Compiled renditions: made once, kept in the database, a few at hand. */
export class TemplateStore {
  readonly #db: Database
  readonly #clock: Clock
  readonly #pdf: PdfRecords
  readonly #agreements: AgreementStore
  readonly #wording: ReturnType<typeof recordWordings>
  readonly #atHand = new Map<string, Promise<CompiledTemplate>>()

  constructor(deps: { db: Database; clock: Clock; pdf: PdfRecords; agreements: AgreementStore; say: SayInRecord }) {
    this.#db = deps.db
    this.#clock = deps.clock
    this.#pdf = deps.pdf
    this.#agreements = deps.agreements
    this.#wording = recordWordings(deps.say)
  }

  /** The template of a rendition, compiled now if it never was. @throws Error when nobody knows the rendition. */
  async get(renditionHash: string): Promise<CompiledTemplate> {
    const known = this.#atHand.get(renditionHash)
    if (known) return known
    const made = this.#load(renditionHash)
    this.#atHand.set(renditionHash, made)
    if (this.#atHand.size > KEPT) this.#atHand.delete(this.#atHand.keys().next().value as string)
    made.catch(() => this.#atHand.delete(renditionHash))
    return made
  }

  async #load(renditionHash: string): Promise<CompiledTemplate> {
    const stored = await this.#stored(renditionHash)
    if (stored) return stored
    const found = await this.#agreements.rendition(renditionHash)
    const version = found ? await this.#agreements.version(found.versionId) : null
    if (!found || !version) throw new Error(`No rendition ${renditionHash} is kept`)
    const { rendition } = found
    const wording = this.#wording(rendition.language)
    const symbolWords = (name: string) => wording?.say(SYMBOLS[name] ?? name) ?? SYMBOLS[name] ?? name
    const symbols = rendition.symbols && Object.fromEntries(Object.entries(rendition.symbols).map(([clause, name]) => [clause, { name, words: symbolWords(name) }]))
    const compiled = await this.#pdf.compile({
      hash: rendition.hash, title: rendition.title, trustName: rendition.trustName, schoolName: rendition.schoolName, versionLabel: rendition.versionLabel,
      language: rendition.language, markdown: symbols ? rendition.markdown : withoutHeadingIds(rendition.markdown), young: isYoungBand(version.version.band),
      ...symbols ? { symbols } : {}, ...wording ? { words: wording.act } : {},
    })
    await this.#db.insertNew('record_templates', [{
      rendition_hash: renditionHash, prefix_hash: compiled.prefixHash, prefix: compiled.prefix, meta: JSON.stringify(compiled.meta),
      format: compiled.format, created_at: this.#clock.now(),
    }])
    // Two processes may have compiled at once: the first one's bytes are the template for good (D3).
    return await this.#stored(renditionHash) ?? compiled
  }

  async #stored(renditionHash: string): Promise<CompiledTemplate | null> {
    const row = await this.#db.sql('record_templates').where({ rendition_hash: renditionHash }).first()
    if (!row) return null
    return { renditionHash, prefix: Buffer.from(row.prefix), prefixHash: row.prefix_hash, meta: JSON.parse(row.meta), format: row.format }
  }
}
