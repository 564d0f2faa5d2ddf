import { pino, type DestinationStream, type LogFn, type Logger, type LoggerOptions } from 'pino'
import { describeError } from './log-error.ts'

export type { Logger }

/**
 * Keys whose values never reach a log, at any depth (V4, ASVS 16.2.5): what names, locates or lets in a person, and
 * everything a person typed.
 */
const REDACTED_KEYS: ReadonlySet<string> = new Set([
  'forename', 'preferredforename', 'preferredname', 'surname', 'fullname', 'displayname', 'personname', 'legalname', 'namesearch',
  'email', 'emailnorm', 'mail', 'recipient', 'username', 'upn', 'phone', 'mobile', 'dob', 'dateofbirth', 'birthdate',
  'address', 'ip', 'remoteaddress', 'useragent', 'cookie', 'setcookie', 'authorization', 'password', 'passphrase',
  'secret', 'token', 'csrf', 'csrftoken', 'sessionid', 'body', 'values', 'url', 'originalurl', 'headers', 'sql', 'bindings', 'remark', 'note',
])

const HIDDEN = '[hidden]'
const DEEPEST = 6

/** Logs as JSON lines on the error stream: the output stream belongs to the command's answer. */
export function createLogger(options: { level?: string; destination?: DestinationStream } = {}): Logger {
  const settings: LoggerOptions = {
    level: options.level ?? 'info',
    base: null,
    formatters: { log: (line: Record<string, unknown>) => scrub(line, 0) as Record<string, unknown>, level: (label: string) => ({ level: label }) },
    // Without words of the caller's the library would take the error's own, which may quote data.
    hooks: {
      logMethod(args: Parameters<LogFn>, method: LogFn) {
        if (args.length === 1 && typeof args[0] !== 'string') method.call(this, args[0], 'no words given')
        else method.apply(this, args)
      },
    },
    // Errors are already plain when they get here.
    serializers: { err: (error: unknown) => error },
  }
  return pino(settings, options.destination ?? pino.destination({ fd: 2, sync: true }))
}

/** A copy without anything on the list. */
function scrub(value: unknown, depth: number): unknown {
  if (value instanceof Error) return describeError(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth >= DEEPEST) return HIDDEN
  if (Array.isArray(value)) return value.map((item) => scrub(item, depth + 1))
  return Object.fromEntries(Object.entries(value).map(([key, item]) =>
    [key, REDACTED_KEYS.has(key.toLowerCase().replace(/[^a-z]/g, '')) ? HIDDEN : scrub(item, depth + 1)]))
}
