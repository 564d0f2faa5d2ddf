import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import { isCalendarDate } from '../../shared/dates.ts'
import { ok } from '../../shared/result.ts'
import { type AgreementText, editDraft, governingText, isEnglish } from './agreement.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, crumbsOf, keyParams, openDraft, seenField, textOf, textQuery, wordsField } from './authoring-deps.ts'
import { digestOf, withText } from './authoring-service.ts'
import { AUDIENCE } from './authoring-words.ts'
import { clausesOf, openingOf } from './clauses.ts'
import { writeOpening } from './draft-text.ts'
import { slotsOf } from './requirement.ts'
import { languageName, nameOf, textKey, VARIANTS, variantWords } from './shown-as.ts'

const KEY = `${AGREEMENTS_PATH}/:key/draft`
const SENTENCES = wordsField(600).trim().default('')
const LANGUAGE = /^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/

/** What stands outside the clauses: title, opening, sentences beside the buttons, who translated, and the languages and kinds of text. */
export function wordsPages(deps: AuthoringPagesDeps): Page[] {
  const { authoring } = deps.texts
  return [
    definePage({
      name: 'words of draft', path: `${KEY}/words`, permission: 'agreements.edit', params: keyParams, query: z.object({ text: textQuery }),
      get: async (ctx) => {
        const { agreement, version } = await openDraft(deps, ctx.actor, ctx.params.key)
        const text = textOf(version, ctx.query.text)
        return view('pages/agreements/words.njk', {
          crumbs: [...crumbsOf(agreement), { text: 'Draft', href: at.draft(agreement.key, textKey(text)) }], textName: nameOf(text), action: at.words(agreement.key, textKey(text)), backHref: at.draft(agreement.key, textKey(text)),
          text: { title: text.title, opening: openingOf(text.markdown), ...text.translation }, english: isEnglish(text.language), seen: digestOf(wordsOf(text)), governs: text === governingText(version),
          slots: slotsOf({ act: 'sign', signerRule: version.signerRule }).map(({ slot }) => ({ slot, label: `Sentence beside the button: ${AUDIENCE[slot].toLowerCase()}`, value: text.statements[slot] ?? '' })),
        })
      },
      post: {
        body: z.strictObject({
          title: wordsField(180).trim(), opening: wordsField(4000), pupil: SENTENCES, guardian: SENTENCES, self: SENTENCES, seen: seenField,
          translatedBy: wordsField(120).trim().default(''), checkedBy: wordsField(120).trim().default(''),
          checkedOn: z.string().trim().refine((value) => value === '' || isCalendarDate(value), 'Write the date as year-month-day, such as 2026-09-14.').default(''),
        }),
        audit: 'agreement.words-written',
        handle: async (ctx) => {
          const { version } = await openDraft(deps, ctx.actor, ctx.params.key)
          const text = textOf(version, ctx.query.text)
          const { seen, title, opening, translatedBy, checkedBy, checkedOn, ...sentences } = ctx.body
          const here = at.words(ctx.params.key, textKey(text))
          const outcome = await authoring.edit(ctx.params.key, {
            what: `${nameOf(text)}: title and sentences`, seen, part: (draft) => wordsOf(textOf(draft, textKey(text))),
            apply: (draft) => {
              const opened = writeOpening(textOf(draft, textKey(text)), opening.replace(/\r\n?/g, '\n'))
              if (!opened.ok) return opened
              const slots = slotsOf({ act: 'sign', signerRule: draft.signerRule }).map(({ slot }) => slot)
              const translation = isEnglish(text.language) || translatedBy === '' ? null : {
                translatedBy, checkedBy, ...checkedOn ? { checkedOn } : {}, ...shippedOf(opened.value, translatedBy),
              }
              return withText(draft, { ...opened.value, title, statements: Object.fromEntries(slots.map((slot) => [slot, sentences[slot]])), translation })
            },
          }, ctx.actor.label)
          if (outcome.kind === 'saved') return redirect(at.draft(ctx.params.key, textKey(text)), 'Saved.')
          const theirs = textOf(outcome.version, textKey(text))
          ctx.session.keepForm({ path: here, errors: [{ field: 'title', text: `Somebody changed this meanwhile. Now saved: "${theirs.title}"; the beginning: "${openingOf(theirs.markdown).slice(0, 400)}"; ${Object.values(theirs.statements).map((one) => `"${one}"`).join(', ')}. Yours is still in the form below; save again to put it in its place.`, href: '#title' }], values: { title, opening, ...sentences } })
          return redirect(here)
        },
      },
    }),
    definePage({
      name: 'texts of draft', path: `${KEY}/texts`, permission: 'agreements.edit', params: keyParams,
      get: async (ctx) => {
        const { agreement, version } = await openDraft(deps, ctx.actor, ctx.params.key)
        return view('pages/agreements/texts.njk', {
          crumbs: [...crumbsOf(agreement), { text: 'Draft', href: at.draft(agreement.key) }], action: `${at.draft(agreement.key)}/texts`, removeAction: `${at.draft(agreement.key)}/texts/remove`,
          texts: version.texts.map((text, n) => ({ key: textKey(text), name: nameOf(text), href: at.draft(agreement.key, textKey(text)), governs: n === 0, clauses: clausesOf(text.markdown).length })),
          languages: ['en-GB', 'cy', 'pl', 'ro', 'uk', 'ur', 'ar', 'bn', 'so'].map((value) => ({ value, text: languageName(value) })), variants: VARIANTS.map((value) => ({ value, text: variantWords(value) })),
        })
      },
      post: {
        body: z.strictObject({ language: z.string().regex(LANGUAGE, 'Choose a language.'), other: z.string().trim().regex(/^$|^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'Use a language tag such as fa or zh-Hans.').default(''), variant: z.enum(VARIANTS) }),
        audit: 'agreement.text-added',
        handle: async (ctx) => {
          await openDraft(deps, ctx.actor, ctx.params.key)
          const { variant } = ctx.body
          const language = ctx.body.other || ctx.body.language
          const fresh: AgreementText = { language, variant, title: '', markdown: '', statements: {}, clauses: {}, questions: [], translation: null }
          await authoring.edit(ctx.params.key, {
            what: `text added: ${language}, ${variant}`, seen: null, part: () => null,
            apply: (draft) => (draft.texts.some((text) => textKey(text) === textKey(fresh)) ? ok(draft) : editDraft(draft, { texts: [...draft.texts, sameWords(fresh, governingText(draft))] })),
          }, ctx.actor.label)
          return redirect(at.draft(ctx.params.key, textKey(fresh)), 'The text is there. Write each clause; the English one stands beside it.')
        },
      },
    }),
    definePage({
      name: 'take text out', path: `${KEY}/texts/remove`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ text: listOf(z.string().max(60)) }), audit: 'agreement.text-removed',
        handle: async (ctx) => {
          await openDraft(deps, ctx.actor, ctx.params.key)
          await authoring.edit(ctx.params.key, {
            what: `texts removed: ${ctx.body.text.join(', ')}`, seen: null, part: () => null,
            apply: (draft) => editDraft(draft, { texts: draft.texts.filter((text, n) => n === 0 || !ctx.body.text.includes(textKey(text))) }),
          }, ctx.actor.label)
          return redirect(`${at.draft(ctx.params.key)}/texts`, 'Taken out of the draft. Versions published before keep it.')
        },
      },
    }),
  ]
}

/** A translation that shipped with Assent stays one while it says so. */
function shippedOf({ translation }: AgreementText, translatedBy: string): { shipped?: string } {
  return translation?.shipped !== undefined && translation.translatedBy === translatedBy ? { shipped: translation.shipped } : {}
}

const wordsOf = (text: AgreementText): unknown => ({ title: text.title, opening: openingOf(text.markdown), statements: text.statements, translation: text.translation })

/** Another kind of English text begins with the title and sentences of the standard one; a translation with nothing, so that no English passes for it. */
function sameWords(fresh: AgreementText, governing: AgreementText): AgreementText {
  return isEnglish(fresh.language) ? { ...fresh, title: governing.title, statements: governing.statements } : fresh
}
