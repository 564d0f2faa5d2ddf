import type { Request } from 'express'
import type { Session, SessionData } from 'express-session'
import type { Instant } from '../shared/dates.ts'
import type { PendingForm, RefusedForm, SignInRoute } from './session-data.ts'
import { type DatabaseSessionStore, hashOf } from './session-store.ts'
import type { Flash } from './view-types.ts'

export interface SignIn {
  via: SignInRoute
  /** What let the person in, such as the hash of a link. */
  ref?: string
  /** A tablet that is handed on: short limits. */
  shared?: boolean
  /** Set where the way in was itself a proof, such as a passkey: the moment of it. */
  provenAt?: Instant
}

/** The session as pages see it. Reading never stores anything; the first write makes the row. */
export class SessionHandle {
  readonly #req: Request
  readonly #signedOut: () => void
  #stored: string

  constructor(req: Request, signedOut: () => void) {
    this.#req = req
    this.#signedOut = signedOut
    this.#stored = contentOf(this.#data)
  }

  /** The form in which this session's identifier is kept in the database. */
  get kept(): string {
    return hashOf(this.#req.sessionID)
  }

  /** The signed-in person, or null. */
  get personId(): string | null {
    return this.#data.personId ?? null
  }

  get via(): SignInRoute | null {
    return this.#data.via ?? null
  }

  get ref(): string | null {
    return this.#data.ref ?? null
  }

  /** On a tablet that is handed on. */
  get shared(): boolean {
    return this.#data.shared ?? false
  }

  /** When this session began; null before anything of it is stored. */
  get startedAt(): Instant | null {
    return this.#data.startedAt ?? null
  }

  /** When this person last proved who they are, or null. */
  get provenAt(): Instant | null {
    return this.#data.provenAt ?? null
  }

  /** What forms of this session are bound to: stays when the identifier changes. Null while nobody is signed in. */
  get mark(): string | null {
    return this.#data.mark ?? null
  }

  /**
   * Notes a proof that was just given: a passkey, a code, or a forced sign-in at the school's provider. The session goes on under a new
   * identifier, so that one that was seen before is worth nothing with what the proof opens (ASVS 7.2.4).
   */
  async prove(now: Instant): Promise<void> {
    this.#data.provenAt = now
    // Never stored: there is no identifier yet that anybody could have seen.
    if (this.#data.startedAt !== undefined) await this.#rename()
    await this.store()
  }

  /** What waits for a proof; a later one takes the place of an earlier. */
  get pending(): PendingForm | null {
    return this.#data.pending ?? null
  }

  keepPending(form: PendingForm): void {
    this.#data.pending = form
  }

  dropPending(): void {
    delete this.#data.pending
  }

  get(key: string): unknown {
    return this.#data.items?.[key]
  }

  /** Keeps a small value that JSON can carry. It is gone at sign-in and sign-out. */
  set(key: string, value: unknown): void {
    this.#data.items = { ...this.#data.items, [key]: value }
  }

  delete(key: string): void {
    const { [key]: _, ...rest } = this.#data.items ?? {}
    if (this.#data.items) this.#data.items = rest
  }

  /** A message for the next page view. */
  flash(message: Flash): void {
    this.#data.flash = message
  }

  /** Takes the message out: it is shown once. */
  takeFlash(): Flash | null {
    const { flash } = this.#data
    delete this.#data.flash
    return flash ?? null
  }

  keepForm(form: RefusedForm): void {
    this.#data.form = form
  }

  /** The form that was refused on this path, if any. */
  formOf(path: string): RefusedForm | null {
    const { form } = this.#data
    return form?.path === path ? form : null
  }

  /** Takes it out: it is shown once. A refused form of another path is forgotten with it. */
  takeForm(path: string): RefusedForm | null {
    const form = this.formOf(path)
    delete this.#data.form
    return form
  }

  /** Begins a session of its own under a new identifier, so that one planted before sign-in is worth nothing. */
  async signIn(personId: string, how: SignIn): Promise<void> {
    await this.#renew()
    this.#data.personId = personId
    this.#data.via = how.via
    this.#data.mark = hashOf(this.#req.sessionID)
    if (how.ref !== undefined) this.#data.ref = how.ref
    if (how.shared) this.#data.shared = true
    if (how.provenAt !== undefined) this.#data.provenAt = how.provenAt
    await this.store()
  }

  /** Ends the session on the server and forgets the browser, so that a link opened here cannot be opened again from here. */
  async signOut(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#req.session.destroy((error: unknown) => (error ? reject(error as Error) : resolve()))
    })
    this.#stored = contentOf(this.#data)
    this.#signedOut()
  }

  /** After sign-out there is none for the rest of the request: nothing is kept then. */
  get #data(): Partial<SessionData> {
    return (this.#req.session as Session | undefined) ?? {}
  }

  async #rename(): Promise<void> {
    const { cookie: _, ...content } = this.#data
    const before = this.#req.sessionID
    this.#req.sessionStore.generate(this.#req)
    Object.assign(this.#req.session, content)
    await (this.#req.sessionStore as unknown as DatabaseSessionStore).rename(before, this.#req.sessionID)
  }

  #renew(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#req.session.regenerate((error: unknown) => (error ? reject(error as Error) : resolve()))
    })
  }

  /**
   * Stores what changed before the answer goes out: a browser follows a redirect as soon as it has read the headers.
   * Nothing is stored for a visitor about whom nothing is kept.
   */
  async store(): Promise<void> {
    const content = contentOf(this.#data)
    if (content === this.#stored) return
    await new Promise<void>((resolve, reject) => {
      this.#req.session.save((error: unknown) => (error ? reject(error as Error) : resolve()))
    })
    this.#stored = contentOf(this.#data)
  }
}

function contentOf(data: Partial<SessionData>): string {
  return JSON.stringify(data, (key, value: unknown) => (key === 'cookie' ? undefined : value))
}
