import { longDate, longInstant, today } from '../../shared/dates.ts'
import type { PauseReason, TryOutcome, WebhookDelivery, WebhookTarget } from './webhook-target.ts'

const PROBLEMS: Record<string, string> = {
  'not-allowed': 'the configuration file does not allow this host any more', inside: 'its name leads into the network', 'no-answer': 'no answer', 'too-late': 'no answer within eight seconds',
  certificate: 'its certificate is not trusted', redirect: 'it sent us elsewhere, and we do not follow', 'too-large': 'its answer was too large', secret: 'its secret cannot be opened',
}

/** Of a try: `answered 204`, or why there was no answer. */
export function outcomeWords({ status, problem }: Pick<TryOutcome, 'status' | 'problem'>): string {
  return status !== null ? `answered ${status}` : PROBLEMS[problem ?? ''] ?? 'no answer'
}

const PAUSED: Record<PauseReason, string> = {
  'by-hand': 'Paused. Changes are kept and sent when you resume it.',
  failing: 'Paused: it took nothing for a day. Mend the other system, send a test, then resume.',
  gone: 'Paused: it answered that it is gone for good (410). Delete it, or resume once it is back.',
  person: 'Paused: who answered for it no longer manages these settings. Resume it to answer for it yourself.',
  secret: 'Paused: its secret cannot be opened, because the secrets of this installation were replaced by hand. Delete it and add it again.',
}

/** Why it was paused and what to do, as a sentence. */
export const pausedReason = (why: PauseReason): string => PAUSED[why]

/** Why nothing is sent, or null. */
export function pausedWords({ pausedWhy, pausedAt }: WebhookTarget): string | null {
  return pausedWhy === null || pausedAt === null ? null : `${PAUSED[pausedWhy]} Since ${longInstant(pausedAt)}.`
}

/** How a webhook stands, for its line on the page. */
export function stateWords({ failingSince, pausedAt, oldSecret, oldSecretUntil }: WebhookTarget, now: number): string {
  const state = pausedAt !== null ? 'Paused' : failingSince === null ? 'Working' : `Failing since ${longInstant(failingSince)}; paused after a day`
  return oldSecret !== null && (oldSecretUntil ?? 0) > now ? `${state}; the old secret counts until ${longInstant(oldSecretUntil ?? 0)}` : state
}

/** A row of the list of last deliveries: when, what, and what became of it. */
export function deliveryRow(delivery: WebhookDelivery): ({ text: string } | { tag: { status: string; text: string }; sub: string })[] {
  const { isTest, events, waiting, attempts, createdAt, lastAt, deliveredAt } = delivery
  const details = attempts === 0 ? [] : [outcomeWords(delivery), ...(attempts > 1 ? [`${attempts} tries`] : []), ...(waiting ? [`waits since ${longDate(today(createdAt))}`] : [])]
  const tag = deliveredAt !== null ? { status: 'signed', text: 'Taken' } : attempts === 0 ? { status: 'outstanding', text: 'On its way' } : { status: 'attention', text: 'Not taken' }
  return [{ text: longInstant(lastAt ?? createdAt) }, { text: isTest ? 'Test' : events === 1 ? '1 change' : `${events} changes` }, { tag, sub: details.join(', ') }]
}
