import { z } from 'zod'
import { type Actor, ensureNotFamily } from '../../http/actor.ts'
import { backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import { withoutHeadingIds } from '../agreements/clauses.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import { servedAt } from '../people/served-at.ts'
import { BEHALF_ROUTES, BEHALF_WORDS } from '../signing/circumstance.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'
import { PAPER, paperWords, slotWords } from './paper-views.ts'

export const DESK = '/desk'
const PERMISSION = 'behalf.sign'
const MOST_FOUND = 30
const deskAt = (personId: string): string => `${DESK}/people/${personId}`
const personParams = z.strictObject({ id: ulid })
const behalfParams = z.strictObject({ id: ulid, signatoryId: ulid })
const behalfBody = z.strictObject({
  route: z.string().max(20).default(''), answer: z.string().max(3).default(''), remark: z.string().trim().max(2000, 'Use at most 2,000 characters.').default(''),
  text: z.string().regex(/^[0-9a-f]{64}$/), formKey: z.string().regex(/^[A-Za-z0-9_-]{32}$/),
})

/** `/desk`: helping one person to sign: on paper, by a letter, or at their word (S3). No page here ever holds a live link. */
export function deskPages(deps: PaperPagesDeps): Page[] {
  /** @throws NotFound for people of other schools: absent and not theirs read alike. */
  const personFor = async (actor: Actor, id: string) => {
    const person = await deps.people.person(id)
    const scope = actor.schools(PERMISSION)
    if (!person || (scope !== 'all' && !(await deps.paperQueries.schoolsOf(id)).some((school) => scope.includes(school)))) throw new NotFound()
    return person
  }
  const taskFor = async (actor: Actor, params: z.output<typeof behalfParams>) => {
    await personFor(actor, params.id)
    const page = await deps.signingQueries.page(params.signatoryId, params.id)
    if (!page || !actor.can(PERMISSION, page.request.schoolId)) throw new NotFound()
    return page
  }
  return [
    definePage({
      name: 'desk', path: DESK, permission: PERMISSION, query: z.object({ named: z.literal('1').optional() }),
      get: async (ctx) => {
        const name = ctx.query.named ? keptSearch(ctx.session, 'desk') : ''
        const scope = ctx.actor.schools(PERMISSION)
        const found = name ? await deps.people.search(name, MOST_FOUND, scope === 'all' ? undefined : servedAt('people.id', scope, today(ctx.now))) : []
        const shown = []
        for (const person of found) {
          const schools = await deps.paperQueries.schoolsOf(person.id)
          if (schools.length > 0 && (scope === 'all' || schools.some((school) => scope.includes(school)))) shown.push({ text: person.name, href: deskAt(person.id) })
        }
        return view('pages/paper/desk.njk', { search: { action: `${DESK}/search`, name, back: DESK }, searched: name !== '', found: shown, paperHref: PAPER })
      },
    }),
    nameSearchPage({ list: 'desk', path: `${DESK}/search`, permission: PERMISSION, listPath: DESK }),
    definePage({
      name: 'help one person', path: `${DESK}/people/:id`, permission: PERMISSION, params: personParams, looksAt: (ctx) => ctx.params.id,
      get: async (ctx) => {
        const person = await personFor(ctx.actor, ctx.params.id)
        const slots = (await deps.paperQueries.answerableBy(person.id)).filter((slot) => ctx.actor.can(PERMISSION, slot.request.schoolId))
        const agreements = new Map((await deps.agreements.store.all()).map((agreement) => [agreement.id, agreement.title]))
        return view('pages/paper/person.njk', {
          crumbs: [{ text: 'At the desk', href: DESK }], name: person.name, hasMail: person.email !== null, self: ctx.actor.personId === person.id,
          slots: slots.map((slot) => ({
            title: agreements.get(slot.request.agreementId) ?? '', about: slot.subject.id === person.id ? null : slot.subject.name, what: slotWords(slot),
            blocked: ctx.actor.personId === person.id || (ctx.actor.relatedTo?.includes(slot.subject.id) ?? false), behalfHref: `${deskAt(person.id)}/${slot.signatory.id}`,
          })),
          printAction: `${deskAt(person.id)}/print`, letterAction: slots.length > 0 && ctx.actor.can('letters.print') ? `/letters/people/${person.id}` : null,
        })
      },
    }),
    definePage({
      name: 'print for one person', path: `${DESK}/people/:id/print`, permission: 'paper.enter', params: personParams,
      post: {
        body: z.strictObject({}), audit: 'paper.print-asked',
        handle: async (ctx) => {
          await personFor(ctx.actor, ctx.params.id)
          const slots = (await deps.paperQueries.answerableBy(ctx.params.id)).filter((slot) => ctx.actor.can('paper.enter', slot.request.schoolId))
            .map((slot) => ({ ...slot, signers: slot.signers.filter(({ id }) => id === ctx.params.id) }))
          const printId = await deps.paper.print(ctx.actor, slots)
          return printId ? redirect(`${PAPER}/prints/${printId}`) : redirect(deskAt(ctx.params.id), { kind: 'info', text: 'Nothing is open for this person.' })
        },
      },
    }),
    definePage({
      name: 'sign on behalf', path: `${DESK}/people/:id/:signatoryId`, permission: PERMISSION, params: behalfParams, looksAt: async (ctx) => (await taskFor(ctx.actor, ctx.params)).subject.id,
      get: async (ctx) => {
        const page = await taskFor(ctx.actor, ctx.params)
        const person = await personFor(ctx.actor, ctx.params.id)
        if (page.standing.kind !== 'open') return redirect(deskAt(person.id), { kind: 'info', text: 'Nothing is asked there any more.' })
        return view('pages/paper/behalf.njk', {
          crumbs: [{ text: 'At the desk', href: DESK }, { text: person.name, href: deskAt(person.id) }], name: person.name, about: page.link ? page.subject.name : null, title: page.rendition.title,
          html: renderMarkdown(withoutHeadingIds(page.rendition.markdown)), versionLabel: page.rendition.versionLabel, statement: page.statement, text: page.rendition.hash,
          routes: BEHALF_ROUTES.map((route) => ({ value: route, text: BEHALF_WORDS[route] })), values: ctx.values, formKey: deps.ids.random(24).toString('base64url'), action: ctx.path, backHref: deskAt(person.id),
          blocked: ctx.actor.personId === person.id || (ctx.actor.relatedTo?.includes(page.subject.id) ?? false),
        })
      },
      post: {
        body: behalfBody, audit: 'behalf.entered',
        handle: async (ctx) => {
          const page = await taskFor(ctx.actor, ctx.params)
          ensureNotFamily(ctx.actor, page.subject.id)
          const route = BEHALF_ROUTES.find((one) => one === ctx.body.route)
          const { answer, remark, text, formKey } = ctx.body
          const errors = { ...(route ? {} : { route: 'Choose how they told you.' }), ...(answer === 'yes' || answer === 'no' ? {} : { answer: 'Choose what they said.' }) }
          if (!route || (answer !== 'yes' && answer !== 'no')) return backWithErrors(ctx, errors)
          const outcome = await deps.paper.onBehalf(ctx.actor, { signatoryId: ctx.params.signatoryId, signerId: ctx.params.id }, { answer, route, remark: remark || null, formKey, renditionHash: text })
          if (outcome === 'text-changed') return redirect(ctx.path, { kind: 'attention', text: 'The text changed in the meantime. Read the new one to them; nothing was entered.' })
          return redirect(deskAt(ctx.params.id), outcome === 'signed' ? 'Entered as they said. The record names you, and how they told you.' : outcome === 'declined' ? 'Entered: they said no.' : paperWords([outcome]))
        },
      },
    }),
  ]
}
