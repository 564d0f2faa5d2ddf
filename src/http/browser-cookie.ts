import type { Request, Response } from 'express'

const IDENTIFIER = /^[A-Za-z0-9_-]{43}$/

/** The cookie that tells browsers apart before anyone has signed in; it lives as long as the browser window. */
export interface BrowserCookie {
  read(req: Request): string | null
  give(res: Response, id: string): void
  take(res: Response): void
}

export function browserCookie(https: boolean): BrowserCookie {
  const name = https ? '__Host-assent-browser' : 'assent-browser'
  const options = { httpOnly: true, sameSite: 'lax' as const, secure: https, path: '/' }
  return {
    read: (req) => cookieOf(req.headers.cookie, name),
    give: (res, id) => { res.cookie(name, id, options) },
    take: (res) => { res.clearCookie(name, options) },
  }
}

/** A value that is not one of ours counts as none: nobody chooses the identifier of a browser for it. */
function cookieOf(header: string | undefined, name: string): string | null {
  for (const pair of (header ?? '').split(';')) {
    const [key, value = ''] = pair.trim().split('=', 2)
    if (key === name && IDENTIFIER.test(value)) return value
  }
  return null
}
