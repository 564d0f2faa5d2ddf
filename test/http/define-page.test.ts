import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { definePage, type PageSpec } from '../../src/http/define-page.ts'
import { routeTable } from '../../src/http/mount-pages.ts'
import { redirect, view } from '../../src/http/page-result.ts'
import { listOf } from '../../src/http/strict-schema.ts'

const good = {
  name: 'thing', path: '/thing', permission: 'public',
  get: async () => view('pages/form.njk'),
  post: { body: z.strictObject({ title: z.string() }), audit: 'thing.named', handle: async () => redirect('/thing') },
} satisfies PageSpec<z.ZodType, z.ZodType, z.ZodType>

/** As JavaScript or a cast would call it. */
const define = (spec: object) => () => definePage(spec as PageSpec<z.ZodType, z.ZodType, z.ZodType>)

describe('definePage', () => {
  it.each([
    ['schema', { body: undefined }, /POST has no schema/],
    ['strict schema', { body: z.object({ title: z.string() }) }, /not declared/],
    ['object schema', { body: z.string() }, /not an object/],
    ['audit name', { audit: undefined }, /no audit name/],
    ['proper audit name', { audit: 'Thing named' }, /no audit name/],
    ['handler', { handle: undefined }, /no handler/],
    ['permission', { permission: '' }, /empty permission/],
    ['upload limit', { upload: { field: 'file' } }, /size limit/],
  ])('stops the start when a POST has no %s', (_what, change, message) => {
    expect(define({ ...good, post: { ...good.post, ...change } })).toThrow(message)
  })

  it.each([
    ['name', { name: '' }, /no name/],
    ['path', { path: 'thing' }, /begin with/],
    ['permission', { permission: undefined }, /states no permission/],
    ['method', { get: undefined, post: undefined }, /answers no method/],
    ['schema for its parameters', { path: '/thing/:id' }, /no schema for them/],
  ])('stops the start when a page has no %s', (_what, change, message) => {
    expect(define({ ...good, ...change })).toThrow(message)
  })

  it.each([
    ['refined', z.strictObject({ a: z.string() }).refine(() => true)],
    ['transformed', z.strictObject({ a: z.string() }).transform((value) => value.a)],
    ['prepared', z.preprocess((value) => value, z.strictObject({ a: z.string() }))],
    ['a choice', z.discriminatedUnion('a', [z.strictObject({ a: z.literal('x') }), z.strictObject({ a: z.literal('y') })])],
  ])('takes a strict form that is %s', (_what, body) => {
    expect(define({ ...good, post: { ...good.post, body } })).not.toThrow()
  })

  it('does not take a choice with one loose side', () => {
    const body = z.union([z.strictObject({ a: z.string() }), z.object({ b: z.string() })])
    expect(define({ ...good, post: { ...good.post, body } })).toThrow(/not declared/)
  })

  it('reads ticked boxes as a list, however many there are', () => {
    const days = listOf(z.enum(['mon', 'tue']))
    expect([undefined, 'mon', ['mon', 'tue']].map((value) => days.parse(value))).toEqual([[], ['mon'], ['mon', 'tue']])
    expect(days.safeParse('sun').success).toBe(false)
  })
})

describe('routeTable', () => {
  it('lists every route with method, permission and audit name', () => {
    const secret = definePage({ ...good, name: 'other', path: '/a', permission: 'x.view', post: { ...good.post, permission: 'x.do' } })
    expect(routeTable([definePage(good), secret])).toEqual([
      { name: 'other', method: 'GET', path: '/a', permission: 'x.view', audit: null, looksAtSomeone: false, stepUp: false },
      { name: 'other', method: 'POST', path: '/a', permission: 'x.do', audit: 'thing.named', looksAtSomeone: false, stepUp: false },
      { name: 'thing', method: 'GET', path: '/thing', permission: 'public', audit: null, looksAtSomeone: false, stepUp: false },
      { name: 'thing', method: 'POST', path: '/thing', permission: 'public', audit: 'thing.named', looksAtSomeone: false, stepUp: false },
    ])
  })
})

describe('redirect', () => {
  it.each(['https://evil.example', '//evil.example', '/\\evil.example', '/\t/evil.example', 'thing', ''])('never leaves the site: %j', (to) => {
    expect(() => redirect(to)).toThrow('of this site')
  })
})
