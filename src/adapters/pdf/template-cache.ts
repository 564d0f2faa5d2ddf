import { createHash, type Hash } from 'node:crypto'
import { fastFonts, type FastFonts } from './act-layout.ts'
import type { CompiledTemplate } from './pdf-records.ts'
import { templateMeta, type TemplateMeta } from './template-meta.ts'

/** A template made ready for sealing: tables unfolded, the prefix already hashed. */
export interface ReadyTemplate {
  prefix: Buffer
  meta: TemplateMeta
  fonts: FastFonts
  /** SHA-256 over the prefix; copied, never finished. */
  hash: Hash
}

/** Keeps the last few templates ready, so that a signature hashes only its own tail. */
export class TemplateCache {
  #ready = new Map<string, ReadyTemplate>()
  #size: number

  constructor(size = 48) {
    this.#size = size
  }

  /** Throws when the prefix is not the one its hash speaks of: a damaged template must never be sealed. */
  get(template: CompiledTemplate): ReadyTemplate {
    const known = this.#ready.get(template.prefixHash)
    if (known && (known.prefix === template.prefix || known.prefix.equals(template.prefix))) {
      // The one that was not used for longest goes first.
      this.#ready.delete(template.prefixHash)
      this.#ready.set(template.prefixHash, known)
      return known
    }
    const hash = createHash('sha256').update(template.prefix)
    if (hash.copy().digest('hex') !== template.prefixHash) throw new Error('The stored record template is damaged: its bytes do not match its hash.')
    const meta = templateMeta(template)
    const ready = { prefix: template.prefix, meta, fonts: fastFonts(meta), hash }
    const [oldest] = this.#ready.keys()
    if (this.#ready.size >= this.#size && oldest !== undefined) this.#ready.delete(oldest)
    this.#ready.set(template.prefixHash, ready)
    return ready
  }
}
