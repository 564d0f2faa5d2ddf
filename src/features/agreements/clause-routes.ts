import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { json, redirect, view, type PageResult } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import type { AgreementText, AgreementVersion } from './agreement.ts'
import { governingText } from './agreement.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, crumbsOf, keyParams, openDraft, textOf, textQuery, wordsField } from './authoring-deps.ts'
import { digestOf, withText } from './authoring-service.ts'
import { isPupilBand } from './band.ts'
import { wordChanges } from './clause-changes.ts'
import { clausesOf } from './clauses.ts'
import { addClause, type ClauseEdit, clauseForEdit, clauseKey, clauseProblem, inOrderOf, writeClause } from './draft-text.ts'
import { clausePreview } from './preview-view.ts'
import { refusalWords } from './refusals.ts'
import { directionOf, nameOf, textKey } from './shown-as.ts'
import { SYMBOLS } from './symbols.ts'

const params = keyParams.extend({ clause: z.string().regex(/^[a-z][a-z0-9-]{0,59}$/) })
const clauseBody = z.strictObject({
  heading: wordsField(300), markdown: wordsField(20_000), line: wordsField(300), symbol: z.enum(['', ...Object.keys(SYMBOLS)]).default(''),
  key: wordsField(60).default(''), after: z.string().max(60).default(''), seen: z.string().max(32).default(''), go: z.enum(['save', 'preview']).default('save'),
})

/** One clause: written, seen as its readers see it, and saved without losing what somebody else wrote. */
export function clausePages(deps: AuthoringPagesDeps): Page[] {
  const { authoring } = deps.texts
  return [
    definePage({
      name: 'clause', path: `${AGREEMENTS_PATH}/:key/draft/clause/:clause`, permission: 'agreements.edit', params, query: z.object({ text: textQuery }),
      get: async (ctx) => {
        const { agreement, version } = await openDraft(deps, ctx.actor, ctx.params.key)
        const text = textOf(version, ctx.query.text)
        const id = ctx.params.clause
        if (id !== 'new' && !knows(governingText(version), id)) throw new NotFound('That clause is no longer in the draft.')
        const edit = clauseForEdit(text, id)
        return clausePage(deps, agreement, version, text, id, edit ?? NOTHING, { seen: digestOf(edit) })
      },
      post: {
        body: clauseBody, audit: 'agreement.clause-written',
        handle: async (ctx) => {
          const { agreement, version } = await openDraft(deps, ctx.actor, ctx.params.key)
          const text = textOf(version, ctx.query.text)
          const { key, after, seen, go, ...edit } = ctx.body
          const isNew = ctx.params.clause === 'new'
          const id = isNew ? key.trim() || clauseKey(edit.heading) : ctx.params.clause
          const again = (more: object) => clausePage(deps, agreement, version, text, ctx.params.clause, edit, { seen, key, after, ...more })
          if (go === 'preview') return again({ previewed: true })
          const problem = clauseProblem(edit)
          if (problem) return again({ errors: [{ field: problem === 'heading-missing' ? 'heading' : 'markdown', text: sentence(refusalWords(problem)) }] })
          if (isNew && (id === 'new' || !/^[a-z][a-z0-9-]{0,59}$/.test(id))) return again({ errors: [{ field: 'key', text: sentence(refusalWords('bad-id')) }] })
          if (isNew && knows(governingText(version), id)) return again({ errors: [{ field: 'key', text: sentence(refusalWords('id-taken')) }] })
          const outcome = await authoring.edit(ctx.params.key, {
            what: `${nameOf(text)}: ${id}`, seen: isNew ? null : seen, part: (draft) => clauseForEdit(textOf(draft, textKey(text)), id),
            apply: (draft) => {
              const now = textOf(draft, textKey(text))
              if (clauseForEdit(now, id)) {
                const written = writeClause(now, id, edit)
                return written.ok ? withText(draft, written.value) : written
              }
              const added = addClause(now, id, edit, after || null)
              if (!added.ok) return added
              return withText(draft, now === governingText(draft) ? added.value : inOrderOf(added.value, governingText(draft)))
            },
          }, ctx.actor.label)
          if (outcome.kind === 'saved') return redirect(`${at.draft(ctx.params.key, textKey(text))}#clauses`, 'The clause is saved.')
          const theirs = clauseForEdit(textOf(outcome.version, textKey(text)), id)
          return clausePage(deps, agreement, outcome.version, text, ctx.params.clause, edit, { seen: digestOf(theirs), overtaken: { gone: theirs === null, ...theirs, words: wordChanges(theirs?.markdown ?? '', edit.markdown) } }, 409)
        },
      },
    }),
    definePage({
      name: 'clause as it reads', path: `${AGREEMENTS_PATH}/:key/draft/clause/:clause/preview`, permission: 'agreements.edit', params, query: z.object({ text: textQuery }),
      post: {
        body: clauseBody, audit: 'agreement.clause-looked-at',
        handle: async (ctx) => {
          const { version } = await openDraft(deps, ctx.actor, ctx.params.key)
          const schools = await deps.schools.all()
          return json(clausePreview(version, textOf(version, ctx.query.text), ctx.body, ctx.params.clause, { schoolName: schools[0]?.name ?? deps.trust.name, trustName: deps.trust.name }))
        },
      },
    }),
  ]
}

const NOTHING: ClauseEdit = { heading: '', markdown: '', line: '', symbol: '' }

const knows = (text: AgreementText, id: string): boolean => clausesOf(text.markdown).some((clause) => clause.id === id)
const sentence = ({ what, remedy }: { what: string; remedy: string }): string => `${what} ${remedy}`

async function clausePage(
  deps: AuthoringPagesDeps, agreement: { key: string; title: string }, version: AgreementVersion, text: AgreementText, id: string, edit: ClauseEdit, more: object, status = 200,
): Promise<PageResult> {
  const schools = await deps.schools.all()
  const governing = governingText(version)
  const english = text === governing ? null : clauseForEdit(governing, id)
  const here = at.clause(agreement.key, id, textKey(text))
  return view('pages/agreements/clause.njk', {
    crumbs: [...crumbsOf(agreement), { text: 'Draft', href: at.draft(agreement.key, textKey(text)) }], isNew: id === 'new', id, textName: nameOf(text), edit, english,
    lang: 'en-GB', textLang: text.language, textDir: directionOf(text.language), action: here, previewAction: here.replace('?', '/preview?'), backHref: at.draft(agreement.key, textKey(text)),
    preview: clausePreview(version, text, edit, id, { schoolName: schools[0]?.name ?? deps.trust.name, trustName: deps.trust.name }), pupils: isPupilBand(version.band),
    young: version.band === 'EYFS' || version.band === 'KS1' || version.band === 'KS2',
    symbols: [{ value: '', text: 'The usual one for this clause' }, ...Object.entries(SYMBOLS).map(([value, words]) => ({ value, text: words }))],
    places: id === 'new' ? [{ value: '', text: 'At the end' }, ...clausesOf(governing.markdown).map((clause) => ({ value: clause.id ?? '', text: `After: ${clause.heading}` }))] : [],
    fields: version.schoolPart?.fields ?? [], ...more,
  }, status)
}
