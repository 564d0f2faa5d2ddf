import { z } from 'zod'
import { backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { Forbidden } from '../../shared/errors.ts'
import { isCalendarDate } from '../../shared/dates.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, mayFor, wordsField } from './authoring-deps.ts'
import { isUnapprovedStarter } from './authoring-service.ts'
import { BAND_WORDS, cycleWords, plainDay, REVIEW_CYCLES, RULE_WORDS, standing } from './authoring-words.ts'
import { BANDS } from './band.ts'
import { clauseKey } from './draft-text.ts'
import { ruleFitsBand, SIGNER_RULES } from './requirement.ts'
import { ownersOf } from './care-routes.ts'

const RESERVED = new Set(['new', 'starters', 'school-parts'])

export const approvalFields = {
  by: wordsField(120).trim().min(1, 'Write who approved it.'),
  board: wordsField(120).trim().min(1, 'Write which board or body decided, such as the trust board.'),
  on: z.string().refine(isCalendarDate, 'Write the date of the decision as year-month-day, such as 2026-09-14.'),
}

/** The list of agreements, a new one, and the starter set that waits for the trust's yes. */
export function agreementListPages(deps: AuthoringPagesDeps): Page[] {
  const { agreements, authoring, drafts, reviews } = deps.texts
  return [
    definePage({
      name: 'agreements', path: AGREEMENTS_PATH, permission: 'agreements.view',
      get: async (ctx) => {
        const schools = await deps.schools.all()
        const all = (await agreements.store.all()).filter(({ schoolId }) => schoolId === null || ctx.actor.can('agreements.view', schoolId))
          .sort((a, b) => BANDS.indexOf(a.band) - BANDS.indexOf(b.band) || a.title.localeCompare(b.title, 'en'))
        let starters = 0
        const rows = []
        for (const agreement of all) {
          const [current, open, care, next] = [await agreements.store.current(agreement.id), await drafts.openVersion(agreement.id), await drafts.care(agreement.id), await reviews.next(agreement.id)]
          if (current && isUnapprovedStarter(current.version)) starters += 1
          rows.push([
            { text: agreement.title, href: at.show(agreement.key), sub: agreement.schoolId === null ? BAND_WORDS[agreement.band] : `${BAND_WORDS[agreement.band]}, ${schools.find(({ id }) => id === agreement.schoolId)?.name ?? ''}` },
            { text: current ? `Version ${current.version.number}` : 'None yet', sub: current?.version.publishedOn ? plainDay(current.version.publishedOn) : '' },
            { tag: current ? standing(current.version) : { status: 'quiet', text: 'Not in force' } },
            open ? { tag: standing(open.version) } : { text: '–' },
            { text: care.owner },
            { text: next ? plainDay(next.on) : '–', sub: next?.because ?? '' },
          ])
        }
        return view('pages/agreements/list.njk', {
          rows, starters, mayWrite: ctx.actor.can('agreements.edit'), mayApprove: starters > 0 && mayFor(ctx.actor, 'agreements.approve', { schoolId: null }, schools), total: all.length,
        })
      },
    }),
    definePage({
      name: 'new agreement', path: `${AGREEMENTS_PATH}/new`, permission: 'agreements.edit',
      get: async (ctx) => {
        const scope = ctx.actor.schools('agreements.edit')
        const schools = await deps.schools.all()
        return view('pages/agreements/new.njk', {
          crumbs: [{ text: 'Agreement texts', href: AGREEMENTS_PATH }],
          bands: BANDS.map((band) => ({ value: band, text: BAND_WORDS[band] })), rules: SIGNER_RULES.map((rule) => ({ value: rule, text: RULE_WORDS[rule] })),
          cycles: REVIEW_CYCLES.map((months) => ({ value: String(months), text: cycleWords(months) })), owners: await ownersOf(deps),
          places: [...mayFor(ctx.actor, 'agreements.edit', { schoolId: null }, schools) ? [{ value: 'trust', text: 'Every school of the trust' }] : [], ...schools.filter(({ id }) => scope === 'all' || scope.includes(id)).map(({ id, name }) => ({ value: id, text: `${name} only` }))],
        })
      },
      post: {
        body: z.strictObject({
          title: wordsField(150).trim().min(1, 'Write a title.'), band: z.enum(BANDS, 'Choose who it is for.'), signerRule: z.enum(SIGNER_RULES, 'Choose who signs.'),
          place: z.string().max(26), owner: z.string().max(26).default(''), months: z.coerce.number().int().min(1).max(60), statement: wordsField(500).trim().min(1, 'Write the sentence beside the button.'),
        }),
        audit: 'agreement.begun',
        handle: async (ctx) => {
          const { title, band, signerRule, place, owner, months, statement } = ctx.body
          const schools = await deps.schools.all()
          const schoolId = place === 'trust' ? null : schools.find(({ id }) => id === place)?.id
          if (schoolId === undefined || !mayFor(ctx.actor, 'agreements.edit', { schoolId }, schools)) throw new Forbidden()
          const key = clauseKey(title)
          const errors: Record<string, string> = {
            ...key.length < 2 || RESERVED.has(key) || await agreements.store.byKey(key) ? { title: 'There is one with that title already, or the title has no letters. Choose another.' } : {},
            ...ruleFitsBand(signerRule, band) ? {} : { signerRule: 'Adults sign for themselves. Choose that, or choose a band of pupils.' },
          }
          if (Object.keys(errors).length > 0) return backWithErrors(ctx, errors)
          const owners = await ownersOf(deps)
          const person = owners.find(({ value }) => value === owner && owner !== '')
          const statements = signerRule === 'self' ? { self: statement } : { pupil: statement, guardian: statement }
          await authoring.create({
            key, title, band, signerRule, owner: person?.text ?? 'Online-safety lead', ownerId: person?.value ?? null, reviewMonths: months, schoolId,
            texts: [{ language: 'en-GB', variant: 'standard', title, markdown: '', statements, clauses: {}, questions: [], translation: null }],
          }, ctx.actor.label)
          return redirect(at.draft(key), 'The draft is there. Add the first clause.')
        },
      },
    }),
    definePage({
      name: 'starter set', path: `${AGREEMENTS_PATH}/starters`, permission: 'agreements.approve',
      get: async () => {
        const waiting = []
        for (const agreement of await agreements.store.all()) {
          const current = await agreements.store.current(agreement.id)
          if (current && isUnapprovedStarter(current.version)) waiting.push({ value: agreement.key, text: agreement.title, hint: BAND_WORDS[agreement.band], href: at.preview(agreement.key) })
        }
        return view('pages/agreements/starters.njk', { crumbs: [{ text: 'Agreement texts', href: AGREEMENTS_PATH }], waiting })
      },
      post: {
        body: z.strictObject({ keys: listOf(z.string().max(60)), ...approvalFields }), audit: 'agreements.starters-approved',
        handle: async (ctx) => {
          if (!mayFor(ctx.actor, 'agreements.approve', { schoolId: null }, await deps.schools.all())) throw new Forbidden('The starter set is for the whole trust. Somebody who approves texts for the trust has to do this.')
          const { keys, ...approval } = ctx.body
          if (keys.length === 0) return backWithErrors(ctx, { keys: 'Tick the texts that were approved.' })
          const done = await authoring.approveStarters(keys, approval, ctx.actor.label)
          return redirect(AGREEMENTS_PATH, `${done} ${done === 1 ? 'text is' : 'texts are'} approved and in force. Nobody has to sign again.`)
        },
      },
    }),
  ]
}
