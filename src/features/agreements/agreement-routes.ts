import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { governingText } from './agreement.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, crumbsOf, keyParams, mayFor, openAgreement, openFor, textOf, textQuery, wordsField } from './authoring-deps.ts'
import { BAND_WORDS, CHANGE_WORDS, cycleWords, kinds, plainDay, REVIEW_CYCLES, RULE_WORDS, standing } from './authoring-words.ts'
import { isYoungBand } from './band.ts'
import { ownersOf } from './care-routes.ts'
import { clauseChanges } from './clause-changes.ts'
import { previewData } from './preview-view.ts'
import { reviewMismatch } from './review-cycle.ts'
import { slotsOf } from './requirement.ts'
import { nameOf, textKey } from './shown-as.ts'

/** One agreement: what is in force, every version, how it reads, what changed; and the beginning of a draft. */
export function agreementPages(deps: AuthoringPagesDeps): Page[] {
  const { authoring, drafts, reviews } = deps.texts
  return [
    definePage({
      name: 'agreement', path: `${AGREEMENTS_PATH}/:key`, permission: 'agreements.view', params: keyParams,
      get: async (ctx) => {
        const { agreement, schools, current, open } = await openAgreement(deps, ctx.actor, ctx.params.key)
        const [versions, care, next, history] = await Promise.all([drafts.versionsOf(agreement.id), drafts.care(agreement.id), reviews.next(agreement.id), drafts.reviewsOf(agreement.id)])
        const may = (permission: string) => mayFor(ctx.actor, permission, agreement, schools)
        const shown = current?.version ?? open?.version
        if (!shown) throw new NotFound()
        return view('pages/agreements/show.njk', {
          crumbs: [{ text: 'Agreement texts', href: AGREEMENTS_PATH }], title: agreement.title, base: at.show(agreement.key),
          facts: [
            { key: 'For', value: BAND_WORDS[agreement.band] }, { key: 'Who signs', value: RULE_WORDS[shown.signerRule] },
            { key: 'Owner', value: care.owner }, { key: 'Looked at', value: cycleWords(care.reviewMonths) },
            { key: 'Next review', value: next ? `${plainDay(next.on)}${next.because ? `: ${next.because}` : ''}` : 'After it is published' },
            { key: 'Texts', value: shown.texts.map((text) => nameOf(text)).join('; ') },
          ],
          mismatch: reviewMismatch(governingText(shown).markdown, care.reviewMonths).map(cycleWords), cycle: cycleWords(care.reviewMonths),
          versions: versions.map(({ version }) => [
            { text: `Version ${version.number}`, href: at.preview(agreement.key, `?version=${version.number}`) }, { tag: standing(version) },
            { text: version.publishedOn ? plainDay(version.publishedOn) : '–' }, { text: CHANGE_WORDS[version.change].text, sub: version.changeNote },
            { text: version.approval ? `${version.approval.by}, ${version.approval.board}` : '–', sub: version.approval ? plainDay(version.approval.on) : '' },
            version.number > 1 ? { text: 'What changed', href: at.changes(agreement.key, `?to=${version.number}`) } : { text: '–' },
          ]),
          draft: open ? { href: at.draft(agreement.key), tag: standing(open.version), number: open.version.number } : null,
          review: next, reviews: history.filter(({ doneOn }) => doneOn !== null).slice(0, 5).map((one) => ({ text: `${plainDay(one.doneOn ?? one.askedOn)}: ${one.reason} ${one.outcome ?? ''}` })),
          may: { edit: may('agreements.edit'), publish: may('agreements.publish') }, current: current ? { number: current.version.number } : null,
          hasSchoolPart: shown.schoolPart !== undefined, changeKinds: kinds(), owners: may('agreements.edit') ? await ownersOf(deps) : [], ownerId: care.ownerId ?? '', months: String(care.reviewMonths),
          cycles: [...new Set([...REVIEW_CYCLES, care.reviewMonths])].sort((a, b) => a - b).map((months) => ({ value: String(months), text: cycleWords(months) })),
        })
      },
    }),
    definePage({
      name: 'begin draft', path: `${AGREEMENTS_PATH}/:key/begin`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ change: z.enum(['minor', 'major'], 'Choose a kind of change.'), changeNote: wordsField(450).trim().default('') }), audit: 'agreement.draft-begun',
        handle: async (ctx) => {
          await openFor(deps, ctx.actor, ctx.params.key, 'agreements.edit')
          await authoring.begin(ctx.params.key, ctx.body, ctx.actor.label)
          return redirect(at.draft(ctx.params.key), 'The draft is there. People go on reading the version in force until this one is published.')
        },
      },
    }),
    definePage({
      name: 'preview agreement', path: `${AGREEMENTS_PATH}/:key/preview`, permission: 'agreements.view', params: keyParams,
      query: z.object({ version: z.coerce.number().int().min(1).optional(), text: textQuery, as: z.enum(['pupil', 'guardian', 'self']).optional(), school: z.string().max(26).optional() }),
      get: async (ctx) => {
        const { agreement, schools, current, open } = await openAgreement(deps, ctx.actor, ctx.params.key)
        const { version: number, as, school: schoolId } = ctx.query
        const stored = number === undefined ? open ?? current : (await drafts.versionsOf(agreement.id)).find((one) => one.version.number === number)
        if (!stored) throw new NotFound()
        const { version } = stored
        const text = textOf(version, ctx.query.text)
        const slots = slotsOf({ act: 'sign', signerRule: version.signerRule }).map(({ slot }) => slot)
        const slot = as && slots.includes(as) ? as : slots[0] ?? 'self'
        const school = schools.find(({ id }) => id === (schoolId ?? agreement.schoolId)) ?? schools[0] ?? null
        const part = school && version.schoolPart ? (await drafts.part(agreement.id, school.id)).part : undefined
        return view('pages/agreements/preview.njk', {
          crumbs: crumbsOf(agreement), ...previewData({ version, text, slot, slots, school, schools, part, trustName: deps.trust.name, say: deps.texts.agreements.say, young: slot === 'pupil' && isYoungBand(version.band), path: ctx.path, asked: number ?? null }),
        })
      },
    }),
    definePage({
      name: 'what changed', path: `${AGREEMENTS_PATH}/:key/changes`, permission: 'agreements.view', params: keyParams,
      query: z.object({ from: z.coerce.number().int().min(1).optional(), to: z.coerce.number().int().min(1).optional(), text: textQuery }),
      get: async (ctx) => {
        const { agreement, current, open } = await openAgreement(deps, ctx.actor, ctx.params.key)
        const versions = (await drafts.versionsOf(agreement.id)).map(({ version }) => version)
        const to = versions.find(({ number }) => number === (ctx.query.to ?? open?.version.number ?? current?.version.number))
        const from = ctx.query.from === undefined
          ? versions.find((one) => to && one.number < to.number && one.publishedAt !== null) : versions.find(({ number }) => number === ctx.query.from)
        if (!to) throw new NotFound()
        const now = textOf(to, ctx.query.text)
        const before = from?.texts.find((one) => textKey(one) === textKey(now))
        return view('pages/agreements/changes.njk', {
          crumbs: crumbsOf(agreement), to: to.number, from: from?.number ?? null, kind: CHANGE_WORDS[to.change], note: to.changeNote, textName: nameOf(now),
          texts: to.texts.map((text) => ({ text: nameOf(text), href: `?${from ? `from=${from.number}&` : ''}to=${to.number}&text=${textKey(text)}`, current: text === now })),
          dir: { lang: now.language }, changes: clauseChanges(before?.markdown ?? '', now.markdown),
        })
      },
    }),
  ]
}
