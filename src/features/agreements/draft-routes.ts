import { z } from 'zod'
import { backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { type AgreementText, type AgreementVersion, editDraft, governingText } from './agreement.ts'
import { approvalFields } from './agreement-list-routes.ts'
import { kinds } from './authoring-words.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, crumbsOf, keyParams, mayFor, openAgreement, openDraft, openFor, seenField, textOf, textQuery, wordsField } from './authoring-deps.ts'
import { digestOf } from './authoring-service.ts'
import { CHANGE_WORDS, standing } from './authoring-words.ts'
import { clausesOf, openingOf } from './clauses.ts'
import { draftNotes } from './draft-notes.ts'
import { inOrderOf, missingIn, moveClause, removeClause } from './draft-text.ts'
import { mustStep } from './refusals.ts'
import { nameOf, textKey } from './shown-as.ts'

const KEY = `${AGREEMENTS_PATH}/:key/draft`

/** The draft as a whole: its clauses, what stops it, and its way to being in force. */
export function draftPages(deps: AuthoringPagesDeps): Page[] {
  const { authoring, drafts } = deps.texts
  return [
    definePage({
      name: 'draft', path: KEY, permission: 'agreements.view', params: keyParams, query: z.object({ text: textQuery }),
      get: async (ctx) => {
        const { agreement, schools, current, open } = await openAgreement(deps, ctx.actor, ctx.params.key)
        if (!open) return redirect(at.show(ctx.params.key))
        const { version } = open
        const text = textOf(version, ctx.query.text)
        const care = await drafts.care(agreement.id)
        const may = (permission: string) => mayFor(ctx.actor, permission, agreement, schools)
        const unfilled = await authoring.unfilled(agreement.key)
        return view('pages/agreements/draft.njk', {
          ...draftData(version, text, draftNotes(version, care.reviewMonths, current?.version ?? null)), crumbs: crumbsOf(agreement), title: agreement.title, hasCurrent: current !== null,
          may: { edit: version.status === 'draft' && may('agreements.edit'), back: version.status !== 'draft' && may('agreements.edit'), approve: version.status === 'review' && may('agreements.approve'), publish: version.status === 'approved' && may('agreements.publish'), discard: may('agreements.edit') },
          unfilled: unfilled.map(({ school, lacks }) => ({ name: school.name, href: at.part(agreement.key, school.id), lacks: lacks.join(', ') })),
          base: at.draft(agreement.key),
          hrefs: { words: at.words(agreement.key, textKey(text)), questions: at.questions(agreement.key, textKey(text)), preview: at.preview(agreement.key, `?text=${textKey(text)}`), changes: at.changes(agreement.key, `?text=${textKey(text)}`) },
        })
      },
    }),
    definePage({
      name: 'order of clauses', path: `${KEY}/order`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ clause: z.string().max(60), act: z.enum(['up', 'down', 'remove']), seen: seenField }), audit: 'agreement.clauses-ordered',
        handle: async (ctx) => {
          const { clause, act, seen } = ctx.body
          const { version } = await openDraft(deps, ctx.actor, ctx.params.key)
          const outcome = await authoring.edit(ctx.params.key, {
            what: `${clause}: ${act}`, seen, part: orderOf,
            apply: (draft) => {
              const change = (text: AgreementText) => (act === 'remove' ? removeClause(text, clause) : moveClause(text, clause, act === 'up' ? -1 : 1))
              const governing = mustStep(change(governingText(draft)), ctx.params.key)
              return editDraft(draft, { texts: draft.texts.map((text, n) => (n === 0 ? governing : inOrderOf(act === 'remove' && clausesOf(text.markdown).some(({ id }) => id === clause) ? mustStep(removeClause(text, clause), ctx.params.key) : text, governing))) })
            },
          }, ctx.actor.label)
          const back = at.draft(ctx.params.key, textKey(governingText(version)))
          if (outcome.kind === 'overtaken') return redirect(back, { kind: 'attention', text: 'Somebody moved, added or removed a clause meanwhile. Nothing was changed. Look at the order below, then try again.' })
          return redirect(`${back}#clauses`, act === 'remove' ? 'The clause is taken out of the draft.' : 'The clause is moved.')
        },
      },
    }),
    definePage({
      name: 'kind of change', path: `${KEY}/kind`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ change: z.enum(['minor', 'major']), changeNote: wordsField(450).trim(), seen: seenField }), audit: 'agreement.kind-set',
        handle: async (ctx) => {
          await openDraft(deps, ctx.actor, ctx.params.key)
          const { seen, ...what } = ctx.body
          const outcome = await authoring.edit(ctx.params.key, { what: 'kind of change', seen, part: kindOf, apply: (draft) => editDraft(draft, what) }, ctx.actor.label)
          if (outcome.kind === 'saved') return redirect(at.draft(ctx.params.key), 'Saved.')
          const { change, changeNote } = outcome.version
          return backWithErrors(ctx, { changeNote: `Somebody changed this meanwhile to: ${CHANGE_WORDS[change].text}, "${changeNote}". Yours is still in the form; save again to put it in its place.` }, at.draft(ctx.params.key))
        },
      },
    }),
    definePage({
      name: 'draft onward', path: `${KEY}/step`, permission: 'agreements.edit', params: keyParams,
      post: {
        body: z.strictObject({ act: z.enum(['submit', 'back', 'discard']) }), audit: 'agreement.draft-step',
        handle: async (ctx) => {
          await openFor(deps, ctx.actor, ctx.params.key, 'agreements.edit')
          const { key } = ctx.params
          switch (ctx.body.act) {
            case 'submit':
              await authoring.submit(key, ctx.actor.label)
              return redirect(at.draft(key), 'Sent to review. It cannot be edited until it is sent back.')
            case 'back':
              await authoring.sendBack(key, ctx.actor.label)
              return redirect(at.draft(key), 'Back to draft. An approval given before does not count any more.')
            case 'discard':
              await authoring.discard(key, ctx.actor.label)
              return redirect(AGREEMENTS_PATH, 'The draft is thrown away. What is in force stays.')
          }
        },
      },
    }),
    definePage({
      name: 'approve draft', path: `${KEY}/approve`, permission: 'agreements.approve', params: keyParams,
      post: {
        body: z.strictObject(approvalFields), audit: 'agreement.approved',
        handle: async (ctx) => {
          await openFor(deps, ctx.actor, ctx.params.key, 'agreements.approve')
          await authoring.approve(ctx.params.key, ctx.body, ctx.actor.label)
          return redirect(at.draft(ctx.params.key), 'Approved. It is not in force before it is published.')
        },
      },
      get: async (ctx) => {
        const { agreement, open } = await openFor(deps, ctx.actor, ctx.params.key, 'agreements.approve')
        if (open?.version.status !== 'review') return redirect(at.draft(ctx.params.key))
        return view('pages/agreements/approve.njk', {
          crumbs: [...crumbsOf(agreement), { text: 'Draft', href: at.draft(agreement.key) }], title: agreement.title, number: open.version.number, change: CHANGE_WORDS[open.version.change], note: open.version.changeNote,
          action: ctx.path, approverName: ctx.actor.name, changesHref: at.changes(agreement.key), previewHref: at.preview(agreement.key), backHref: at.draft(agreement.key),
        })
      },
    }),
    definePage({
      name: 'publish draft', path: `${KEY}/publish`, permission: 'agreements.publish', params: keyParams,
      post: {
        body: z.strictObject({}), audit: 'agreement.published',
        handle: async (ctx) => {
          const { open } = await openFor(deps, ctx.actor, ctx.params.key, 'agreements.publish')
          await authoring.publish(ctx.params.key, ctx.actor.label)
          return redirect(at.show(ctx.params.key), open?.version.change === 'major' ? 'Published. Everybody who signed the text before is asked again.' : 'Published. Signatures given before stay good.')
        },
      },
    }),
  ]
}

export const orderOf = (version: AgreementVersion): unknown => clausesOf(governingText(version).markdown).map(({ id }) => id)
const kindOf = ({ change, changeNote }: AgreementVersion): unknown => ({ change, changeNote })

function draftData(version: AgreementVersion, text: AgreementText, notes: ReturnType<typeof draftNotes>): object {
  const governing = governingText(version)
  const key = version.agreementKey
  const missing = new Set(missingIn(text, governing))
  const own = new Map(clausesOf(text.markdown).map((clause) => [clause.id, clause]))
  const part = new Map(version.schoolPart?.clauses.map(({ id, required }) => [id, required]) ?? [])
  const listed = clausesOf(governing.markdown)
  return {
    number: version.number, state: standing(version), change: version.change, changeNote: version.changeNote, changeKinds: kinds(), kindSeen: digestOf(kindOf(version)), approval: version.approval,
    texts: version.texts.map((one) => ({ text: nameOf(one), href: at.draft(key, textKey(one)), current: one === text })), textName: nameOf(text), governs: text === governing, opening: openingOf(text.markdown),
    clauses: listed.map(({ id, heading }, n) => ({
      id, heading: own.get(id)?.heading ?? heading, href: at.clause(key, id ?? '', textKey(text)), line: text.clauses[id ?? ''] ?? '', missing: missing.has(id ?? ''),
      owner: part.has(id ?? '') ? (part.get(id ?? '') ? 'Each school writes its own' : 'Schools may write their own') : '', first: n === 0, last: n === listed.length - 1,
    })),
    addHref: at.clause(key, 'new', textKey(text)), orderSeen: digestOf(orderOf(version)),
    notes: notes.map((note) => ({ ...note, text: note.text, where: [version.texts.length > 1 ? nameOf(note.where) : '', note.where.clause ?? ''].filter(Boolean).join(', '), href: note.where.clause ? at.clause(key, note.where.clause, textKey(note.where)) : at.words(key, textKey(note.where)) })),
    stops: notes.some(({ stops }) => stops), changesOnly: CHANGE_WORDS[version.change],
  }
}
