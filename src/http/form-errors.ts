import type { z } from 'zod'
import type { FieldError } from './view-types.ts'
import { TOKEN_FIELD } from './form-token.ts'

const SECRET = /password|secret|token|signature|^(code|pin|otp)$/i
const LONGEST = 2_000
const MOST = 60

/** Every message of a refused form, in the order of its fields. */
export function fieldErrors(issues: readonly z.core.$ZodIssue[]): FieldError[] {
  const errors = issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map(() => fieldError('', 'This form holds something it should not. Reload the page and try again.'))
    }
    return [fieldError(issue.path.join('.'), issue.message)]
  })
  return errors.filter((error, n) => errors.findIndex((other) => other.field === error.field && other.text === error.text) === n)
}

/** For a field whose schema says nothing of its own: words a person can read, and that exist in Welsh. */
export function plainIssue(issue: { code?: string | undefined; origin?: unknown }): string | undefined {
  if (issue.code === 'unrecognized_keys') return undefined
  return issue.code === 'too_big' && issue.origin === 'string' ? 'This is too long. Please shorten it.' : 'We cannot use this answer. Please look at it again.'
}

/** A message that leads to its field; without a field it leads to the main part of the page. `values` fill its `{{places}}`. */
export function fieldError(field: string, text: string, values?: Readonly<Record<string, string>>): FieldError {
  return { field, text, ...(values ? { values } : {}), href: `#${field || 'main'}` }
}

/**
 * What was typed, to be shown again: texts and lists of texts, never a secret, nothing long (a drawn signature is drawn
 * again). Lives in the session for one page view.
 */
export function oldInput(body: unknown, secrets: readonly string[]): Record<string, string | string[]> {
  if (typeof body !== 'object' || body === null) return {}
  const kept = Object.entries(body).filter(([name, value]) =>
    name !== TOKEN_FIELD && !secrets.includes(name) && !SECRET.test(name) && isShort(value))
  return Object.fromEntries(kept.slice(0, MOST)) as Record<string, string | string[]>
}

function isShort(value: unknown): boolean {
  if (typeof value === 'string') return value.length <= LONGEST
  return Array.isArray(value) && value.length <= MOST && value.every((item) => typeof item === 'string' && item.length <= LONGEST / 10)
}
