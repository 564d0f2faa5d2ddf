import { AssentError } from './errors.ts'

/**
 * An error as a log may hold it. The message is kept only where we know who wrote it: ours carry row identifiers at most
 * (`AssentError`), and the engine's own kinds speak of code. A database's or parser's message quotes the data itself, so
 * of those only the kind, the code and the call path remain.
 */
export function describeError(error: unknown, depth = 0): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error }
  const code: unknown = (error as { code?: unknown }).code
  return {
    type: error.name,
    ...(speaksOfCode(error) ? { message: error.message } : {}),
    ...(error instanceof AssentError ? { where: error.where } : {}),
    ...(typeof code === 'string' || typeof code === 'number' ? { code } : {}),
    frames: framesOf(error.stack ?? ''),
    ...(error.cause !== undefined && depth < 3 ? { cause: describeError(error.cause, depth + 1) } : {}),
  }
}

function speaksOfCode(error: Error): boolean {
  return error instanceof AssentError || error.name === 'ReferenceError' || (error.name === 'TypeError' && !('input' in error))
}

/** The stack's first line repeats the message, and so may the second: only call sites are kept. */
function framesOf(stack: string): string[] {
  return stack.split('\n').filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line)).slice(0, 12).map((line) => line.trim())
}
