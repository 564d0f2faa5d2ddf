import type { Instant } from '../shared/dates.ts'
import type { Operation } from './define-page.ts'
import { FormRefused } from './error-facts.ts'
import type { RequestParts } from './page-context.ts'
import type { StepUp } from './page-deps.ts'
import { redirect, type PageResult } from './page-result.ts'

/** Enough for every form of ours; what is kept lies in the session's row. */
const LARGEST = 20_000

/** True when a proof given at `provenAt` still counts. */
export function isFresh(provenAt: Instant | null, now: Instant, windowMs: number): boolean {
  return provenAt !== null && now - provenAt < windowMs
}

/**
 * Sends whoever has no fresh proof to the page that takes one; what they asked for waits in their session. Null when nothing is
 * missing.
 * @throws FormRefused for a form too large to wait.
 */
export function askForProof(operation: Operation, stepUp: StepUp | null, parts: RequestParts, asked: { page: string; url: string; fields: Record<string, unknown> | null }): PageResult | null {
  if (!operation.stepUp || stepUp === null) return null
  if (isFresh(parts.session.provenAt, parts.now, stepUp.windowMs)) {
    if (parts.session.pending?.path === asked.url) parts.session.dropPending()
    return null
  }
  const fields = Object.fromEntries(Object.entries(asked.fields ?? {}).map(([name, value]) => [name, Array.isArray(value) ? value.map(String) : String(value)]))
  if (JSON.stringify(fields).length > LARGEST) throw new FormRefused('This form is too large to wait for your confirmation, so nothing was done.', 'Confirm that it is you first, then send it again.')
  parts.session.keepPending({ page: asked.page, path: asked.url, method: asked.fields === null ? 'GET' : 'POST', fields })
  return redirect(stepUp.path)
}
