import type { Instant, Language } from '../shared/dates.ts'
import type { Actor } from './actor.ts'
import type { SessionHandle } from './session-handle.ts'

/** A file sent with a form, held in memory up to the page's limit. */
export interface UploadedFile {
  /** As the sender's machine named it: for showing only, never part of a path (ASVS 5.3.2). */
  filename: string
  contentType: string
  bytes: Buffer
}

/** An identifier of this browser that lives ten minutes and comes back also with a form that another site sent. */
export interface ReturnMark {
  /** The one this browser brought, or null. */
  read(): string | null
  /** The one it has or a new one, for ten minutes from now. */
  give(): string
  /** Forgets it. */
  take(): void
}

/** The language that somebody chose in this browser; kept in a cookie of its own, so that it outlives signing in and out. */
export interface LanguageChoice {
  read(): Language | null
  choose(language: Language): void
}

/** What is known of a request whatever the page. */
export interface RequestParts {
  readonly actor: Actor
  readonly session: SessionHandle
  /** Random identifier of this browser, in a cookie of its own; made on first use. */
  browserId(): string
  /** The mark that also comes back with a form of another site; for ways out and back, such as signing in elsewhere. */
  readonly returnMark: ReturnMark
  /** In which the pages of people who sign are shown (G6): chosen in this browser, else by this person before; always one that is offered. */
  readonly language: Language
  /** Keeps another language for this browser. */
  chooseLanguage(language: Language): void
  /** ULID; in every log line of the request. */
  readonly requestId: string
  /** Client address as far as the trusted proxies say. Personal data: keep only in the erasable row (D2). */
  readonly address: string
  /** At most 400 characters. Personal data, as the address. */
  readonly userAgent: string
  /** One instant for the whole request (T1). */
  readonly now: Instant
  /** Path of this request without the query. */
  readonly path: string
  /** The query as it came, with its `?`: some signatures are over its letters. Never logged (V4). */
  readonly search: string
  /** What was typed when this page's form was refused a moment ago, for showing it again; else empty. */
  readonly values: Readonly<Record<string, string | string[]>>
}

/** What a handler gets: validated input and everything above. */
export interface PageContext<P = unknown, Q = unknown, B = unknown> extends RequestParts {
  readonly params: P
  readonly query: Q
  readonly body: B
  readonly file: UploadedFile | null
}
