import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { saidInstant, sentence } from '../../shared/sentence.ts'
import { choiceFields, choiceView, readChoices } from './choice-fields.ts'
import type { AskedAbout } from './consent-service.ts'
import { contactOf } from './contact.ts'
import { assuranceOf, whoIs } from './my-task.ts'
import { undeclared } from './declaration-routes.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

const PATH = '/me/choices'
const params = z.strictObject({ subjectId: z.string().regex(/^[0-9A-Z]{26}$/) })
const answerParams = z.strictObject({ answerId: z.string().regex(/^[0-9A-Z]{26}$/) })
const choicesBody = z.strictObject({ ...choiceFields })

/** `/me/choices`: photos, publication and online services, each for itself; changed and taken back at any time (G5). */
export function choicePages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'my choices', path: PATH, permission: 'signed-in',
      get: async (ctx) => {
        const all = await deps.consents.askedOf(whoIs(ctx), ctx.language)
        const [only] = all
        return view('pages/signing/choices.njk', {
          back: { href: '/me', text: sentence('Your list') }, ...(only && all.every((one) => one.school.id === only.school.id) ? { brand: deps.brandOf(only.school) } : {}),
          people: all.map((about) => ({ ...aboutView(about), href: `${PATH}/${about.subject.id}` })), undeclared: await undeclared(deps, whoIs(ctx)),
        })
      },
    }),
    definePage({
      name: 'choices about one', path: `${PATH}/:subjectId`, permission: 'signed-in', params,
      get: async (ctx) => {
        const about = await asked(deps, ctx)
        return view('pages/signing/choose.njk', {
          brand: deps.brandOf(about.school), back: { href: PATH, text: sentence('All choices') }, action: `${PATH}/${about.subject.id}`, subject: about.link ? about.subject.name : null,
          ...choiceView(about.questions, null), contact: await contactOf(deps, about.school),
        })
      },
      post: {
        body: choicesBody, audit: 'consent.sent',
        handle: async (ctx) => {
          const about = await asked(deps, ctx)
          const { outdated } = await deps.consents.answer(about.subject.id, readChoices(ctx.body), { signerId: whoIs(ctx), actor: ctx.actor.label, assurance: await assuranceOf(deps, ctx) })
          if (outdated.length > 0) return redirect(`${PATH}/${about.subject.id}`, { kind: 'attention', text: 'A question has changed while you were reading. Please look at it again; your other answers are kept.' })
          return redirect(`${PATH}/${about.subject.id}/kept`)
        },
      },
    }),
    definePage({
      name: 'choices kept', path: `${PATH}/:subjectId/kept`, permission: 'signed-in', params,
      get: async (ctx) => {
        const about = await asked(deps, ctx)
        const person = await deps.people.person(whoIs(ctx))
        return view('pages/signing/choices-kept.njk', {
          brand: deps.brandOf(about.school), back: { href: '/me', text: sentence('Your list') }, ...aboutView(about), changeHref: `${PATH}/${about.subject.id}`, hasMail: (person?.email ?? null) !== null,
        })
      },
    }),
    definePage({
      name: 'take choice back', path: `${PATH}/answers/:answerId/withdraw`, permission: 'signed-in', params: answerParams,
      post: {
        body: z.strictObject({}), audit: 'consent.take-back-asked',
        handle: async (ctx) => {
          const done = await deps.consents.withdraw(ctx.params.answerId, whoIs(ctx), ctx.actor.label)
          if (done === null) throw new NotFound()
          return redirect(PATH, 'Taken back. From now on it counts as no; the school keeps a note that it was there.')
        },
      },
    }),
  ]
}

async function asked(deps: SigningPagesDeps, ctx: RequestParts & { params: { subjectId: string } }): Promise<AskedAbout> {
  const about = await deps.consents.about(ctx.params.subjectId, whoIs(ctx), ctx.language)
  if (!about || about.questions.length === 0) throw new NotFound()
  return about
}

/** One person's choices as this reader gave them; nobody else's answers are told (D2). */
function aboutView(about: AskedAbout): { name: string | null; detail: string; open: number; rows: object[] } {
  return {
    name: about.link ? about.subject.name : null, detail: about.school.name, open: about.questions.filter((one) => one.answer === null).length,
    rows: about.questions.map(({ said, answer }) => ({
      // An answer stands under the words it was given to.
      key: answer?.evidence.title ?? said.title, keyLang: answer?.evidence.language ?? said.language, answer: answer === null ? sentence('Not answered') : answer.answer === 'yes' ? sentence('Yes') : sentence('No'),
      ...(answer ? { at: saidInstant(answer.at, about.school.timezone), reference: answer.id, withdrawAction: `${PATH}/answers/${answer.id}/withdraw` } : {}),
    })),
  }
}
