import type { Brand } from '../../http/views.ts'
import { type Said, saidInTurn, sentence } from '../../shared/sentence.ts'
import { type AnswerDraft, draftMark } from './answer-draft.ts'
import { capacityWithin } from './capacity-said.ts'
import { choiceView } from './choice-fields.ts'
import type { AskedQuestion } from './consent-service.ts'
import type { Contact } from './contact.ts'
import { at, type TaskPaths } from './my-task.ts'
import { questionSaidAs } from '../agreements/consent-question.ts'
import { mainIdeas } from '../agreements/pictures.ts'
import { readingSteps } from '../agreements/reading-steps.ts'
import { subjectOf } from './reading-views.ts'
import type { Signature } from './signature.ts'
import type { SigningPage } from './signing-queries.ts'

/** Template and data, as `view` takes them. */
type Shown = [template: string, data: object]

/** A child is spoken to in another way. */
const YOUNG = { context: 'young' }

/** The words of yes and no for one act and one reader. They look alike on every page (S5). */
export function choicesFor(page: Pick<SigningPage, 'young' | 'signatory'>): { value: 'yes' | 'no'; text: Said }[] {
  if (page.young) return [{ value: 'yes', text: sentence('Yes') }, { value: 'no', text: sentence('No') }]
  if (page.signatory.act === 'acknowledge') return [{ value: 'yes', text: sentence('Yes, I have read it') }, { value: 'no', text: sentence('No, I do not accept it') }]
  return [{ value: 'yes', text: sentence('Yes, I agree') }, { value: 'no', text: sentence('No, I do not agree') }]
}

/** Agree or not, and a name. Pure. */
export function signView(page: SigningPage, draft: AnswerDraft | null, who: { brand: Brand; signerName: string; questions?: readonly AskedQuestion[]; paths?: TaskPaths }): Shown {
  const to = who.paths ?? at
  const { rendition, signatory, statement } = page
  const steps = readingSteps(page).length
  const common = {
    brand: who.brand, action: to.sign(signatory.id, rendition.hash), text: rendition.hash, statement, textLang: rendition.language, choices: choicesFor(page), answer: draft?.answer ?? null,
    signature: draft?.typed ?? '', drawn: draft?.drawn ? JSON.stringify(draft.drawn) : '', back: { href: to.step(signatory.id, steps > 1 ? steps : 1, rendition.hash), text: page.young || steps > 1 ? sentence('Back') : sentence('Back to the agreement') },
  }
  const stale = staleChoices(who.questions ?? [], draft)
  const answered = draft && draft.choices.filter((choice) => !stale.has(choice.questionId))
  const choices = choiceView(who.questions ?? [], answered && Object.fromEntries(answered.map((choice) => [choice.questionId, choice.answer])))
  if (page.young) {
    const mark = /\bmark\b/i.test(statement)
    return ['pages/signing/young/sign.njk', {
      ...common, ...choices, heading: mark ? sentence('Will you try?') : sentence('Do you agree?', YOUNG), ideas: mainIdeas(page.ideas),
      markLabel: mark ? sentence('Put your mark') : sentence('Write your name'), markHint: sentence('Write your name on the line, or draw below.'), padLabel: sentence('Draw here with your finger'),
    }]
  }
  return ['pages/signing/sign.njk', {
    ...common, agreement: { title: rendition.title }, subject: subjectOf(page), readHref: to.step(signatory.id, 1, rendition.hash),
    ...choices,
    question: signatory.act === 'acknowledge' ? sentence('Have you read it?') : sentence('Do you agree?'),
    ...(signatory.act === 'sign' ? { nameLabel: sentence('Your full name'), nameHint: sentence('This is your signature if you agree. Write it as you would on paper.') } : {}),
  }]
}

/** Questions whose words have changed since the draft answered them: such an answer is not kept (S1). Pure. */
export function staleChoices(questions: readonly AskedQuestion[], draft: AnswerDraft | null): ReadonlySet<string> {
  return new Set(draft?.choices.filter(({ questionId, hash }) => questions.some(({ question }) => question.id === questionId && questionSaidAs(question, hash) === null)).map(({ questionId }) => questionId))
}

/** Everything once more, before the button that acts. Pure. */
export function checkView(page: SigningPage, draft: AnswerDraft, who: {
  brand: Brand; signerName: string; formKey: string; questions?: readonly AskedQuestion[]; contact: Contact; reason?: string | string[] | undefined
}): Shown {
  const { rendition, signatory } = page
  const agrees = draft.answer === 'yes'
  const sign = at.sign(signatory.id, rendition.hash)
  const subject = subjectOf(page)
  const common = {
    brand: who.brand, agrees, statement: page.statement, textLang: rendition.language, typed: draft.typed, strokes: draft.drawn, signerName: who.signerName, changeHref: sign,
    action: at.check(signatory.id), formKey: who.formKey, text: rendition.hash, shown: draftMark(draft), act: signatory.act,
  }
  const own = (who.questions ?? []).map(({ question, said }, n) => {
    const given = draft.choices.find((choice) => choice.questionId === question.id)
    // As it was read when it was answered; an answer to words that have changed since is none.
    const read = given ? questionSaidAs(question, given.hash) : null
    const answer = read && given?.answer
    const { title, language } = read ?? said
    return { key: title, keyLang: language, value: answer === 'yes' ? sentence('Yes') : answer === 'no' ? sentence('No') : sentence('Not answered'), change: { href: `${sign}#choice-${n + 1}`, what: sentence('your choice about {{question}}', { question: title }) } }
  })
  if (page.young) return ['pages/signing/young/check.njk', { ...common, choices: own }]
  return ['pages/signing/check.njk', {
    ...common, subject, contact: who.contact, reason: who.reason,
    back: { href: sign },
    rows: [
      { key: sentence('Agreement'), value: rendition.title, lang: rendition.language, after: page.versionSaid },
      ...(subject ? [{ key: sentence('For'), value: saidInTurn([subject.name, subject.detail]) }] : []),
      { key: agrees ? sentence('You sign as') : sentence('You answer as'), value: saidInTurn([who.signerName, capacityWithin(page)]) },
      { key: sentence('Your answer'), value: choicesFor(page).find((choice) => choice.value === draft.answer)?.text ?? '', change: { href: `${sign}#answer`, what: sentence('your answer') } },
      ...(agrees && draft.typed ? [{ key: sentence('Your name as written'), value: draft.typed, change: { href: `${sign}#signature`, what: sentence('your name') } }] : []),
      ...own,
    ],
  }]
}

/** Kept: shown only after the commit (S2). Pure. */
export function doneView(page: SigningPage, signature: Signature, who: {
  brand: Brand; next: { text: Said; href: string } | null; forename: string; hasMail: boolean
}): Shown {
  const record = at.record(signature.id)
  const back = { href: '/me', text: page.young ? sentence('Back') : sentence('Your list') }
  if (page.young) {
    return ['pages/signing/young/done.njk', {
      brand: who.brand, name: who.forename, agreed: true, back, lines: [sentence('We have kept it.'), sentence('You can go back to your lesson now.')],
      ...(who.next ? { next: who.next } : {}), links: [{ text: sentence('See the page you put your name on'), href: record }],
      small: { reference: signature.id, withdrawHref: at.withdraw(signature.id) },
    }]
  }
  const child = page.link ? page.subject.preferredForename : null
  const acknowledged = signature.evidence.act === 'acknowledge'
  return ['pages/signing/done.njk', {
    brand: who.brand, back, title: acknowledged ? sentence('Thank you, {{name}}', { name: who.forename }) : sentence('Signed. Thank you, {{name}}', { name: who.forename }), reference: signature.id, signedAt: signature.signedAt,
    text: keptWords(acknowledged, child),
    about: page.rendition.title, aboutLang: page.rendition.language, ...(who.next ? { more: who.next } : {}),
    next: [
      { icon: 'tick', text: acknowledged ? sentence('A PDF with this text and your answer is made now.') : sentence('A PDF with this text and your signature is made now.'), href: record, linkText: acknowledged ? sentence('Open the PDF') : sentence('Open the signed PDF') },
      ...(who.hasMail ? [{ icon: 'mail', text: sentence('It comes to you by mail as well, usually within a few minutes.') }] : []),
      ...waitsFor(page),
      { icon: 'undo', text: acknowledged ? sentence('You can take your answer back at any time.') : sentence('You can take your signature back at any time.'), href: at.withdraw(signature.id), linkText: sentence('Take it back') },
    ],
  }]
}

function keptWords(acknowledged: boolean, child: string | null): Said {
  if (acknowledged) return child ? sentence('We have kept that you have read it for {{name}}.', { name: child }) : sentence('We have kept that you have read it.')
  return child ? sentence('Your signature for {{name}} is kept.', { name: child }) : sentence('Your signature is kept.')
}

/** What else belongs to this agreement, without saying who has done what. */
function waitsFor(page: SigningPage): { icon: string; text: Said }[] {
  if (page.link && page.request.signerRule === 'pupil-and-guardian') return [{ icon: 'info', text: sentence('{{name}} reads and signs a part of their own, with the class.', { name: page.subject.preferredForename }) }]
  if (page.signatory.slot === 'pupil' && page.request.signerRule !== 'guardian') return [{ icon: 'info', text: sentence('A parent or carer is asked as well. The school does that; you need not.') }]
  return []
}

/** A dignified end: the answer is kept, nobody is blamed (S4). Pure. */
export function declinedView(page: SigningPage, who: { brand: Brand; contact: Contact }): Shown {
  const againAction = at.again(page.signatory.id)
  if (page.young) {
    return ['pages/signing/young/done.njk', {
      brand: who.brand, name: page.subject.preferredForename, agreed: false, againAction, back: { href: '/me' },
      lines: [sentence('You said no. That is all right.'), sentence('A grown-up will talk with you about it.')],
    }]
  }
  const pupil = page.request.family === 'pupil'
  return ['pages/signing/declined.njk', {
    brand: who.brand, agreementTitle: page.rendition.title, agreementLang: page.rendition.language, contact: who.contact, againAction, back: { href: '/me', text: sentence('Your list') },
    ...(page.link ? { subjectName: page.subject.name } : {}),
    follows: [
      ...(pupil ? [page.link ? sentence('{{name}} will not miss any lessons because of it.', { name: page.subject.preferredForename }) : sentence('You will not miss any lessons because of it.')] : []),
      sentence('{{contact}} can see your answer, and a reason if you gave one.', { contact: who.contact.line }),
      sentence('If you asked for a call, the school will call you.'),
      sentence('You get no more reminders about this one.'),
    ],
  }]
}

/** Nothing is asked any more, or not of this person. Says nothing of anybody else (D2). Pure. */
export function closedView(page: SigningPage, who: { brand: Brand; contact: Contact }): Shown {
  return ['pages/signing/closed.njk', {
    brand: who.brand, agreementTitle: page.rendition.title, agreementLang: page.rendition.language, ...(page.link ? { subjectName: page.subject.preferredForename } : {}), contact: who.contact,
    answered: page.standing.kind === 'theirs', back: { href: '/me', text: sentence('Your list') },
  }]
}

