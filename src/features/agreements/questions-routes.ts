import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { listOf } from '../../http/strict-schema.ts'
import type { CheckQuestion } from './agreement-file.ts'
import { AGREEMENTS_PATH, at, type AuthoringPagesDeps, crumbsOf, keyParams, openDraft, seenField, textOf, textQuery, wordsField } from './authoring-deps.ts'
import { digestOf, withText } from './authoring-service.ts'
import { clausesOf } from './clauses.ts'
import { nameOf, textKey } from './shown-as.ts'

const MOST = 3
const answers = listOf(wordsField(200))

/** The friendly questions between reading and signing: none to three; nobody is stopped by an answer. */
export function questionsPages(deps: AuthoringPagesDeps): Page[] {
  return [
    definePage({
      name: 'questions of draft', path: `${AGREEMENTS_PATH}/:key/draft/questions`, permission: 'agreements.edit', params: keyParams, query: z.object({ text: textQuery }),
      get: async (ctx) => {
        const { agreement, version } = await openDraft(deps, ctx.actor, ctx.params.key)
        const text = textOf(version, ctx.query.text)
        const rows = Array.from({ length: MOST }, (_, n) => text.questions[n])
        return view('pages/agreements/questions.njk', {
          crumbs: [...crumbsOf(agreement), { text: 'Draft', href: at.draft(agreement.key, textKey(text)) }], textName: nameOf(text), action: at.questions(agreement.key, textKey(text)), backHref: at.draft(agreement.key, textKey(text)),
          seen: digestOf(text.questions), clauses: clausesOf(text.markdown).map(({ id, heading }) => ({ value: id ?? '', text: heading })),
          questions: rows.map((one) => ({ ask: one?.ask ?? '', clause: one?.clause ?? '', because: one?.because ?? '', right: String(one?.right ?? 0), answers: Array.from({ length: 4 }, (_, n) => one?.answers[n] ?? '') })),
        })
      },
      post: {
        body: z.strictObject({
          ask: listOf(wordsField(300)), clause: listOf(z.string().max(60)), because: listOf(wordsField(500)), right: listOf(z.coerce.number().int().min(0).max(3)),
          answer0: answers, answer1: answers, answer2: answers, answer3: answers, seen: seenField,
        }),
        audit: 'agreement.questions-written',
        handle: async (ctx) => {
          const { version } = await openDraft(deps, ctx.actor, ctx.params.key)
          const text = textOf(version, ctx.query.text)
          const here = at.questions(ctx.params.key, textKey(text))
          const read = readQuestions(ctx.body, clausesOf(text.markdown).map(({ id }) => id))
          const refuse = (words: string) => {
            ctx.session.keepForm({ path: here, errors: [{ field: 'question-1', text: words, href: '#question-1' }], values: {} })
            return redirect(here)
          }
          if (!read.ok) return refuse(read.problem)
          const outcome = await deps.texts.authoring.edit(ctx.params.key, {
            what: `${nameOf(text)}: questions`, seen: ctx.body.seen, part: (draft) => textOf(draft, textKey(text)).questions,
            apply: (draft) => withText(draft, { ...textOf(draft, textKey(text)), questions: read.questions }),
          }, ctx.actor.label)
          if (outcome.kind === 'saved') return redirect(at.draft(ctx.params.key, textKey(text)), read.questions.length === 0 ? 'No questions are asked.' : 'The questions are saved.')
          return refuse(`Somebody changed the questions meanwhile; theirs are shown below. Yours were: ${read.questions.map((one) => `"${one.ask}" (${one.answers.join(' / ')}; ${one.because})`).join(' ')}`)
        },
      },
    }),
  ]
}

interface Typed { ask: string[]; clause: string[]; because: string[]; right: number[]; answer0: string[]; answer1: string[]; answer2: string[]; answer3: string[] }

/** Blank questions are left out; a half-written one is refused in words. Pure. */
export function readQuestions(body: Typed, clauses: readonly (string | null)[]): { ok: true; questions: CheckQuestion[] } | { ok: false; problem: string } {
  const questions: CheckQuestion[] = []
  for (let n = 0; n < MOST; n += 1) {
    const ask = body.ask[n]?.trim() ?? ''
    if (ask === '') continue
    const given = [body.answer0, body.answer1, body.answer2, body.answer3].map((list) => list[n]?.trim() ?? '').filter((answer) => answer !== '')
    const because = body.because[n]?.trim() ?? ''
    const clause = body.clause[n] ?? ''
    const right = body.right[n] ?? 0
    if (given.length < 2) return { ok: false, problem: `Question ${n + 1} needs at least two answers.` }
    if (right >= given.length) return { ok: false, problem: `Question ${n + 1}: choose which of its answers fits.` }
    if (because === '') return { ok: false, problem: `Question ${n + 1}: explain the answer that fits. Everybody sees it, whatever they chose.` }
    if (!clauses.includes(clause)) return { ok: false, problem: `Question ${n + 1}: choose the clause it is about.` }
    questions.push({ ask, clause, because, right, answers: given })
  }
  return { ok: true, questions }
}
