import type { CookieOptions, Request, Response } from 'express'
import type { Language } from '../shared/dates.ts'

const IDENTIFIER = /^[A-Za-z0-9_-]{43}$/

/** A cookie that holds nothing but an identifier of ours. */
export interface BrowserCookie {
  read(req: Request): string | null
  give(res: Response, id: string): void
  take(res: Response): void
}

/** The cookie that tells browsers apart before anyone has signed in; it lives as long as the browser window. */
export function browserCookie(https: boolean): BrowserCookie {
  return identifierCookie(https ? '__Host-assent-browser' : 'assent-browser', { httpOnly: true, sameSite: 'lax', secure: https, path: '/' })
}

/**
 * The cookie of a way out to another site and back. That site's form comes without our other cookies, which are `SameSite=Lax`; this one
 * comes along, lets nobody in by itself, and lives ten minutes. Over plain http (a trial on this computer) browsers take
 * `SameSite=None` from nobody: there the other site must have the same host name.
 */
export function returnCookie(https: boolean): BrowserCookie {
  return identifierCookie(https ? '__Host-assent-return' : 'assent-return', { httpOnly: true, sameSite: https ? 'none' : 'lax', secure: https, path: '/', maxAge: 10 * 60_000 })
}

/**
 * The language that somebody chose for pages, as long as the browser window; it names nobody, and a value that is no language counts as none.
 * It comes along with the form that the school's sign-in sends from its own site, so that a refusal there is in the reader's language too.
 */
export function languageCookie(https: boolean): { read(req: Request): Language | null; give(res: Response, language: Language): void } {
  const name = https ? '__Host-assent-language' : 'assent-language'
  return {
    read: (req) => valueOf(req.headers.cookie, name, (value): value is Language => value === 'cy' || value === 'en-GB'),
    give: (res, language) => { res.cookie(name, language, { httpOnly: true, sameSite: https ? 'none' : 'lax', secure: https, path: '/' }) },
  }
}

function identifierCookie(name: string, options: CookieOptions): BrowserCookie {
  const { maxAge: _, ...lasting } = options
  return {
    read: (req) => valueOf(req.headers.cookie, name, (value): value is string => IDENTIFIER.test(value)),
    give: (res, id) => { res.cookie(name, id, options) },
    take: (res) => { res.clearCookie(name, lasting) },
  }
}

/** A value that is not one of ours counts as none: nobody chooses the identifier of a browser for it. */
function valueOf<T extends string>(header: string | undefined, name: string, isOurs: (value: string) => value is T): T | null {
  for (const pair of (header ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2)
    if (key === name && isOurs(value)) return value
  }
  return null
}
