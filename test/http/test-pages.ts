import { Readable } from 'node:stream'
import { z } from 'zod'
import { definePage } from '../../src/http/define-page.ts'
import { download, json, redirect, view } from '../../src/http/page-result.ts'
import { listOf } from '../../src/http/strict-schema.ts'
import { NotFound, OutsideFailure, Refused } from '../../src/shared/errors.ts'

/** A few pages that use everything the kit offers. `effects` counts what their forms did. */
export function testPages(effects: unknown[]) {
  const id = z.strictObject({ id: z.string().regex(/^\d+$/) })
  return [
    definePage({
      name: 'notice', path: '/notice', permission: 'public',
      query: z.object({ page: z.coerce.number().int().positive().default(1) }),
      get: async (ctx) => view('pages/form.njk', { message: `${ctx.actor.label} page ${ctx.query.page}` }),
      post: {
        body: z.strictObject({
          title: z.string().min(3, 'Write a title of three letters or more'),
          password: z.string().min(8, 'Use eight characters or more').optional(),
          days: listOf(z.enum(['mon', 'tue'], 'Choose Monday or Tuesday')),
        }),
        audit: 'notice.written',
        handle: async (ctx) => {
          effects.push(ctx.body)
          return redirect('/notice', 'Written down.')
        },
      },
    }),
    definePage({
      name: 'sign in', path: '/sign-in', permission: 'public',
      get: async () => view('pages/form.njk', { message: 'who are you' }),
      post: {
        body: z.strictObject({ person: z.string(), shared: z.string().optional() }), audit: 'session.begun',
        handle: async (ctx) => {
          await ctx.session.signIn(ctx.body.person, { via: 'persona', shared: ctx.body.shared === 'yes' })
          return redirect('/mine', 'Welcome.')
        },
      },
    }),
    definePage({
      name: 'sign out', path: '/sign-out', permission: 'signed-in',
      post: { body: z.strictObject({}), audit: 'session.ended', handle: async (ctx) => { await ctx.session.signOut(); return redirect('/notice') } },
    }),
    definePage({ name: 'mine', path: '/mine', permission: 'signed-in', get: async (ctx) => view('pages/form.njk', { message: ctx.actor.label }) }),
    definePage({
      name: 'board', path: '/office', permission: 'office.board.view',
      get: async () => view('pages/form.njk'),
      post: {
        body: z.strictObject({}), audit: 'restriction.placed', permission: 'restriction.place',
        handle: async () => { effects.push('placed'); return redirect('/office') },
      },
    }),
    definePage({
      name: 'person', path: '/people/:id', permission: 'public', params: id,
      looksAt: (ctx) => `pupil-${ctx.params.id}`,
      get: async (ctx) => view('pages/form.njk', { message: `person ${ctx.params.id}` }),
    }),
    definePage({ name: 'new person', path: '/people/new', permission: 'public', get: async () => view('pages/form.njk', { message: 'a new person' }) }),
    definePage({
      name: 'failing', path: '/fail/:how', permission: 'public', params: z.strictObject({ how: z.string() }),
      get: async (ctx) => {
        const { how } = ctx.params
        if (how === 'missing') throw new NotFound()
        if (how === 'held') throw new Refused({ what: 'Forty people would lose access.', where: 'run 7', remedy: 'Approve the run.' })
        if (how === 'outside') throw new OutsideFailure({ what: 'The server at 10.0.0.9 does not answer.', where: '10.0.0.9' })
        if (how === 'template') return view('pages/none.njk')
        throw new Error('insert into people values ("Zoë Smith")')
      },
    }),
    definePage({
      name: 'file', path: '/file', permission: 'public',
      get: async () => download({ filename: 'Zoë "x"\r\n.csv', contentType: 'text/csv; charset=utf-8', body: Readable.from(['a,', 'b']) }),
      post: {
        body: z.strictObject({ note: z.string() }), audit: 'file.read', upload: { field: 'roster', maxBytes: 1_000_000 },
        handle: async (ctx) => json({ note: ctx.body.note, name: ctx.file?.filename, size: ctx.file?.bytes.length }),
      },
    }),
    definePage({
      name: 'consumer', path: '/saml/acs', permission: 'public',
      post: { body: z.strictObject({ answer: z.string() }), audit: 'saml.answered', handle: async () => json({ read: true }) },
    }),
    definePage({
      name: 'ask', path: '/ask', permission: 'public',
      get: async () => view('pages/form.njk'),
      post: { body: z.strictObject({}), audit: 'link.asked', limit: { max: 3, windowMs: 60_000 }, handle: async () => redirect('/ask') },
    }),
  ]
}
