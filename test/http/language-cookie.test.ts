import type { Request, Response } from 'express'
import { describe, expect, it } from 'vitest'
import { languageCookie } from '../../src/http/browser-cookie.ts'

const given = (https: boolean): unknown[] => {
  let cookie: unknown[] = []
  languageCookie(https).give({ cookie: (...parts: unknown[]) => { cookie = parts } } as unknown as Response, 'cy')
  return cookie
}

describe('the cookie of the chosen language (G6)', () => {
  it('comes along with the form of the school’s sign-in, so that a refusal there is in the reader’s language', () => {
    expect(given(true)).toEqual(['__Host-assent-language', 'cy', { httpOnly: true, sameSite: 'none', secure: true, path: '/' }])
    // Over plain http browsers take `SameSite=None` from nobody.
    expect(given(false)).toEqual(['assent-language', 'cy', { httpOnly: true, sameSite: 'lax', secure: false, path: '/' }])
  })

  it('counts only as a language of ours', () => {
    const read = (value: string) => languageCookie(true).read({ headers: { cookie: `__Host-assent-language=${value}` } } as unknown as Request)
    expect(['cy', 'en-GB', 'de', '<b>', ''].map(read)).toEqual(['cy', 'en-GB', null, null, null])
  })
})
