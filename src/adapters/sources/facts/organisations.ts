import type { SchoolFact } from '../source.ts'

/** One organisation of the feed: a school, a part of one, or something above schools. */
export interface Organisation {
  key: string
  name: string
  isSchool: boolean
  identifier: string
  parentKey: string
}

/** Which school an organisation stands for. A department stands for the school above it; a trust for none. */
export class Organisations {
  readonly #byKey = new Map<string, Organisation>()
  /** A delta need not repeat the organisations: unknown ones are taken for schools we know already. */
  readonly #trustUnknown: boolean

  constructor(trustUnknown: boolean) {
    this.#trustUnknown = trustUnknown
  }

  add(organisation: Organisation): void {
    this.#byKey.set(organisation.key, organisation)
  }

  has(key: string): boolean {
    return this.#byKey.has(key)
  }

  /** The key of the school; null for an organisation above schools; undefined for one the feed does not hold. */
  schoolOf(key: string): string | null | undefined {
    let at = this.#byKey.get(key)
    if (!at) return this.#trustUnknown ? key : undefined
    // The bound stops a circle of parents.
    for (let step = 0; at && step < 20; step++) {
      if (at.isSchool) return at.key
      at = this.#byKey.get(at.parentKey)
    }
    return null
  }

  schools(): SchoolFact[] {
    return [...this.#byKey.values()].filter((organisation) => organisation.isSchool).map((school) => ({
      key: school.key,
      name: school.name,
      ...readIdentifier(school.identifier),
    }))
  }
}

/** Six digits are a URN; seven, or three and four with a mark between, a DfE number. */
export function readIdentifier(text: string): { urn: string | null; dfeNumber: string | null } {
  const urn = /^(?:urn\W*)?(\d{6})$/i.exec(text.trim())?.[1] ?? null
  const dfe = /^(?:dfe\W*|laestab\W*)?(\d{3})[\s/-]?(\d{4})$/i.exec(text.trim())
  return { urn, dfeNumber: dfe ? `${dfe[1]}${dfe[2]}` : null }
}
