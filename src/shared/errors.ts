/**
 * What a person can be told about a failure: what went wrong, where, and how to mend it.
 * `exitCode` is the command line's contract: 2 unusable input or configuration, 3 refused or held,
 * 4 some items failed technically, 1 a fault of ours. `status` is its HTTP twin.
 */
export class AssentError extends Error {
  readonly what: string
  readonly where: string
  readonly remedy: string
  /** Where to go on, for a page. */
  readonly link: { href: string; text: string } | null
  readonly exitCode: number
  readonly status: number

  constructor(
    parts: { what: string; where?: string; remedy?: string; link?: { href: string; text: string } },
    codes: { exitCode?: number; status?: number; cause?: unknown } = {},
  ) {
    super(parts.what, codes.cause === undefined ? undefined : { cause: codes.cause })
    this.name = new.target.name
    this.what = parts.what
    this.where = parts.where ?? ''
    this.remedy = parts.remedy ?? ''
    this.link = parts.link ?? null
    this.exitCode = codes.exitCode ?? 1
    this.status = codes.status ?? 500
  }
}

/** The input or configuration is unusable as a whole (exit 2). */
export class UnusableInput extends AssentError {
  constructor(parts: { what: string; where?: string; remedy?: string }, cause?: unknown) {
    super(parts, { exitCode: 2, status: 400, cause })
  }
}

/** A rule or the brake says no (exit 3). Nothing was changed. */
export class Refused extends AssentError {
  constructor(parts: { what: string; where?: string; remedy?: string }) {
    super(parts, { exitCode: 3, status: 409 })
  }
}

/** An outside service did not answer or answered with an error; running again may succeed (exit 4). */
export class OutsideFailure extends AssentError {
  constructor(parts: { what: string; where?: string; remedy?: string }, cause?: unknown) {
    super(parts, { exitCode: 4, status: 502, cause })
  }
}

/** The thing asked for does not exist, or is not this actor's to see (the two read alike on purpose). */
export class NotFound extends AssentError {
  constructor(what = 'We could not find that page.') {
    super({ what, remedy: 'Check the address, or go back to the start page.' }, { exitCode: 2, status: 404 })
  }
}

/** The actor is known but may not do this. */
export class Forbidden extends AssentError {
  constructor(what = 'You do not have permission to see this page.') {
    super({ what, remedy: 'Ask your trust administrator if you think you should.' }, { exitCode: 3, status: 403 })
  }
}
