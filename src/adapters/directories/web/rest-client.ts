import { chunks } from '../../../shared/chunks.ts'
import { OutsideFailure } from '../../../shared/errors.ts'
import { type Answer, answerFailure, type Call, isGood, retryAfter, silence } from './answers.ts'
import type { Outside } from './outside.ts'
import type { Pace } from './pace.ts'

/** How a vendor packs many questions into one. */
export interface BatchFormat {
  size: number
  /** The packed question, to be sent with the client's own authorisation. */
  encode(calls: readonly Call[]): Call & { rawBody: string; contentType: string }
  /** The answers in the order of the calls; null for one that is missing. */
  decode(answer: Answer, text: string, count: number): (Answer | null)[]
}

export interface RestSettings {
  /** For messages. */
  where: string
  /** Without a slash at the end. */
  baseUrl: string
  /** A bearer token, from the memory where one still holds. @throws OutsideFailure when there is none to be had. */
  token(): Promise<string>
  /** The token was refused: the next one must be new. */
  forgetToken(): void
  /** Says that the service only wants to be asked later, where that is not plain from 429 or 503. */
  isThrottled?(answer: Answer): boolean
  /** The vendor's code of an error. */
  codeOf(answer: Answer): string
  /** Quotas that a call uses, and how many units of each. */
  paces?(call: Call): { pace: Pace; units: number }[]
  batch?: BatchFormat
  /** Milliseconds until an answer. */
  timeout?: number
}

const MOST_TRIES = 8
/** A connection that breaks is tried less often: every try may wait for its timeout. */
const MOST_SILENT_TRIES = 3
const LONGEST_BACKOFF = 64_000
/** A longer wait is the next run's. */
const PATIENCE = 180_000
const TIMEOUT = 30_000

/**
 * Questions to a web service with its quotas kept: it waits before asking too much, backs off when told (Retry-After, else
 * doubling with a spread), gets a new token when the old one was refused, and asks many at once where the vendor can. Whatever
 * is asked must be safe to ask again.
 */
export class RestClient {
  readonly where: string
  readonly #settings: RestSettings
  readonly #outside: Outside

  constructor(settings: RestSettings, outside: Outside) {
    this.where = settings.where
    this.#settings = settings
    this.#outside = outside
  }

  /** One question. Never throws for what the service answers; see `good`. */
  async call(call: Call): Promise<Answer> {
    const [answer] = await this.many([call])
    return answer as Answer
  }

  /** One question that must be answered well. @throws OutsideFailure. */
  async good(call: Call): Promise<Answer> {
    const answer = await this.call(call)
    if (!isGood(answer)) throw this.failureOf(answer)
    return answer
  }

  failureOf(answer: Answer) {
    return answerFailure(this.isThrottled(answer) ? { ...answer, status: 429 } : answer, this.where, this.#settings.codeOf(answer))
  }

  /** Many questions whose order does not matter; an answer for each, in the order asked. Those that have to wait are asked again. */
  async many(calls: readonly Call[]): Promise<Answer[]> {
    const answers: (Answer | undefined)[] = calls.map(() => undefined)
    let open = calls.map((call, at) => ({ call, at }))
    for (let attempt = 0; open.length > 0; attempt++) {
      const again: typeof open = []
      let wait = 0
      let silent: Answer | null = null
      for (const part of chunks(open, this.#settings.batch?.size ?? 1)) {
        const got: Answer[] = silent ? part.map(() => silent as Answer) : await this.#ask(part.map(({ call }) => call))
        for (const [index, answer] of got.entries()) {
          const item = part[index]
          if (!item) continue
          answers[item.at] = answer
          // After one silence the others of this round are not asked: each would wait for its own timeout.
          if (answer.failure) silent = answer
          if (!this.#worthAnother(answer, attempt)) continue
          again.push(item)
          wait = Math.max(wait, retryAfter(answer, this.#outside.clock.now()) ?? 0)
        }
      }
      open = again
      if (open.length === 0 || wait > PATIENCE) break
      await this.#outside.pause(Math.max(wait, Math.min(LONGEST_BACKOFF, 1000 * 2 ** attempt)) + Math.floor(this.#outside.random() * 1000))
    }
    return answers as Answer[]
  }

  #worthAnother(answer: Answer, attempt: number): boolean {
    if (answer.failure) return answer.passing === true && attempt + 1 < MOST_SILENT_TRIES
    return (this.isThrottled(answer) || answer.status >= 500) && answer.status !== 501 && attempt + 1 < MOST_TRIES
  }

  /** True where the service only wants to be asked later. */
  isThrottled(answer: Answer): boolean {
    return answer.status === 429 || answer.status === 503 || (this.#settings.isThrottled?.(answer) ?? false)
  }

  async #ask(calls: readonly Call[]): Promise<Answer[]> {
    await this.#keepPace(calls)
    const { batch } = this.#settings
    const [first] = calls
    if (!first) return []
    if (calls.length === 1 || !batch) return [(await this.#send(first)).answer]
    const packed = batch.encode(calls)
    const { answer, text } = await this.#send(packed, { body: packed.rawBody, contentType: packed.contentType })
    if (!isGood(answer)) return calls.map(() => answer)
    return batch.decode(answer, text, calls.length).map((each) => each ?? { status: 503, headers: {}, body: null })
  }

  async #keepPace(calls: readonly Call[]): Promise<void> {
    const needed = new Map<Pace, number>()
    for (const call of calls) for (const { pace, units } of this.#settings.paces?.(call) ?? []) needed.set(pace, (needed.get(pace) ?? 0) + units)
    for (const [pace, units] of needed) await pace.take(units)
  }

  async #send(call: Call, packed?: { body: string; contentType: string }): Promise<{ answer: Answer; text: string }> {
    for (let renewed = false; ; renewed = true) {
      const sent = await this.#once(call, packed)
      if (sent.answer.status !== 401 || renewed) return sent
      this.#settings.forgetToken()
    }
  }

  async #once(call: Call, packed?: { body: string; contentType: string }): Promise<{ answer: Answer; text: string }> {
    try {
      const body = packed?.body ?? (call.body === undefined ? undefined : JSON.stringify(call.body))
      const response = await this.#outside.fetch(`${this.#settings.baseUrl}${call.path}`, {
        method: call.method, redirect: 'error', signal: AbortSignal.timeout(this.#settings.timeout ?? TIMEOUT),
        headers: {
          accept: 'application/json', ...(body === undefined ? {} : { 'content-type': packed?.contentType ?? 'application/json' }), ...call.headers,
          authorization: `Bearer ${await this.#settings.token()}`,
        },
        ...(body === undefined ? {} : { body }),
      })
      const text = await response.text()
      if (response.ok && text !== '' && !packed && parsed(text) === null) return { answer: { status: 0, headers: {}, body: null, failure: notTheService(this.where) }, text: '' }
      return { answer: { status: response.status, headers: Object.fromEntries(response.headers), body: parsed(text) }, text }
    } catch (error) {
      const { failure, passing } = silence(error, this.where)
      return { answer: { status: 0, headers: {}, body: null, failure, ...(passing ? { passing } : {}) }, text: '' }
    }
  }
}

/** A filter or a sign-in page in between answers with a page of its own, and says that all is well. */
function notTheService(where: string): OutsideFailure {
  return new OutsideFailure({ what: 'Something that is not the directory answered in its place.', where, remedy: 'Exempt the address of the directory from filters and proxies that sign in.' })
}

/** What is no JSON (the page of a proxy, say) counts as no content. */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}
