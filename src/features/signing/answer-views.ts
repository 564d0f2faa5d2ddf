import type { Brand } from '../../http/views.ts'
import { type AnswerDraft, draftMark } from './answer-draft.ts'
import { choiceView } from './choice-fields.ts'
import type { AskedQuestion } from './consent-service.ts'
import type { Contact } from './contact.ts'
import { capacityOf } from './evidence.ts'
import { at, type TaskPaths } from './my-task.ts'
import { mainIdeas } from '../agreements/pictures.ts'
import { readingSteps } from '../agreements/reading-steps.ts'
import { subjectOf } from './reading-views.ts'
import type { Signature } from './signature.ts'
import type { SigningPage } from './signing-queries.ts'

/** Template and data, as `view` takes them. */
type Shown = [template: string, data: object]

/** The words of yes and no for one act and one reader. They look alike on every page (S5). */
export function choicesFor(page: Pick<SigningPage, 'young' | 'signatory'>): { value: 'yes' | 'no'; text: string }[] {
  if (page.young) return [{ value: 'yes', text: 'Yes' }, { value: 'no', text: 'No' }]
  if (page.signatory.act === 'acknowledge') return [{ value: 'yes', text: 'Yes, I have read it' }, { value: 'no', text: 'No, I do not accept it' }]
  return [{ value: 'yes', text: 'Yes, I agree' }, { value: 'no', text: 'No, I do not agree' }]
}

/** Agree or not, and a name. Pure. */
export function signView(page: SigningPage, draft: AnswerDraft | null, who: { brand: Brand; signerName: string; questions?: readonly AskedQuestion[]; paths?: TaskPaths }): Shown {
  const to = who.paths ?? at
  const { rendition, signatory, statement } = page
  const steps = readingSteps(page).length
  const common = {
    brand: who.brand, action: to.sign(signatory.id, rendition.hash), text: rendition.hash, statement, choices: choicesFor(page), answer: draft?.answer ?? null,
    signature: draft?.typed ?? '', drawn: draft?.drawn ? JSON.stringify(draft.drawn) : '', back: { href: to.step(signatory.id, steps > 1 ? steps : 1, rendition.hash), text: page.young || steps > 1 ? 'Back' : 'Back to the agreement' },
  }
  if (page.young) {
    const mark = /\bmark\b/i.test(statement)
    return ['pages/signing/young/sign.njk', {
      ...common, heading: mark ? 'Will you try?' : 'Do you agree?', ideas: mainIdeas(page.ideas),
      markLabel: mark ? 'Put your mark' : 'Write your name', markHint: 'Write your name on the line, or draw below.', padLabel: 'Draw here with your finger',
    }]
  }
  return ['pages/signing/sign.njk', {
    ...common, agreement: { title: rendition.title }, subject: subjectOf(page), readHref: to.step(signatory.id, 1, rendition.hash),
    ...choiceView(who.questions ?? [], draft ? Object.fromEntries(draft.choices.map((choice) => [choice.questionId, choice.answer])) : null),
    question: signatory.act === 'acknowledge' ? 'Have you read it?' : 'Do you agree?',
    ...(signatory.act === 'sign' ? { nameLabel: 'Your full name', nameHint: 'This is your signature if you agree. Write it as you would on paper.' } : {}),
  }]
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
    brand: who.brand, agrees, statement: page.statement, typed: draft.typed, strokes: draft.drawn, signerName: who.signerName, changeHref: sign,
    action: at.check(signatory.id), formKey: who.formKey, text: rendition.hash, shown: draftMark(draft), act: signatory.act,
  }
  if (page.young) return ['pages/signing/young/check.njk', common]
  return ['pages/signing/check.njk', {
    ...common, agreement: { title: rendition.title, versionLabel: rendition.versionLabel }, subject, contact: who.contact, reason: who.reason,
    back: { href: sign },
    rows: [
      { key: 'Agreement', value: `${rendition.title}. ${rendition.versionLabel}` },
      ...(subject ? [{ key: 'For', value: `${subject.name}, ${subject.detail}` }] : []),
      { key: 'You sign as', value: `${who.signerName}, ${lowerFirst(capacityOf(page))}` },
      { key: 'Your answer', value: choicesFor(page).find((choice) => choice.value === draft.answer)?.text ?? '', change: { href: `${sign}#answer`, what: 'your answer' } },
      ...(agrees && draft.typed ? [{ key: 'Your name as written', value: draft.typed, change: { href: `${sign}#signature`, what: 'your name' } }] : []),
      ...(who.questions ?? []).map(({ question }, n) => {
        const answer = draft.choices.find((choice) => choice.questionId === question.id)?.answer
        return { key: question.title, value: answer === 'yes' ? 'Yes' : answer === 'no' ? 'No' : 'Not answered', change: { href: `${sign}#choice-${n + 1}`, what: `your choice about ${question.title}` } }
      }),
    ],
  }]
}

/** Kept: shown only after the commit (S2). Pure. */
export function doneView(page: SigningPage, signature: Signature, who: {
  brand: Brand; next: { text: string; href: string } | null; forename: string; hasMail: boolean
}): Shown {
  const record = at.record(signature.id)
  const back = { href: '/me', text: page.young ? 'Back' : 'Your list' }
  if (page.young) {
    return ['pages/signing/young/done.njk', {
      brand: who.brand, name: who.forename, agreed: true, back, lines: ['We have kept it.', 'You can go back to your lesson now.'],
      ...(who.next ? { next: who.next } : {}), links: [{ text: 'See the page you put your name on', href: record }],
      small: { reference: signature.id, withdrawHref: at.withdraw(signature.id) },
    }]
  }
  const child = page.link ? page.subject.preferredForename : null
  const acknowledged = signature.evidence.act === 'acknowledge'
  return ['pages/signing/done.njk', {
    brand: who.brand, back, title: acknowledged ? `Thank you, ${who.forename}` : `Signed. Thank you, ${who.forename}`, reference: signature.id, signedAt: signature.signedAt,
    text: acknowledged ? `We have kept that you have read it${child ? ` for ${child}` : ''}.` : `Your signature${child ? ` for ${child}` : ''} is kept.`,
    about: page.rendition.title, ...(who.next ? { more: who.next } : {}),
    next: [
      { icon: 'tick', text: `A PDF with this text and your ${acknowledged ? 'answer' : 'signature'} is made now.`, href: record, linkText: acknowledged ? 'Open the PDF' : 'Open the signed PDF' },
      ...(who.hasMail ? [{ icon: 'mail', text: 'It comes to you by mail as well, usually within a few minutes.' }] : []),
      ...waitsFor(page),
      { icon: 'undo', text: `You can take your ${acknowledged ? 'answer' : 'signature'} back at any time.`, href: at.withdraw(signature.id), linkText: 'Take it back' },
    ],
  }]
}

/** What else belongs to this agreement, without saying who has done what. */
function waitsFor(page: SigningPage): { icon: string; text: string }[] {
  if (page.link && page.request.signerRule === 'pupil-and-guardian') return [{ icon: 'info', text: `${page.subject.preferredForename} reads and signs a part of their own, with the class.` }]
  if (page.signatory.slot === 'pupil' && page.request.signerRule !== 'guardian') return [{ icon: 'info', text: 'A parent or carer is asked as well. The school does that; you need not.' }]
  return []
}

/** A dignified end: the answer is kept, nobody is blamed (S4). Pure. */
export function declinedView(page: SigningPage, who: { brand: Brand; contact: Contact }): Shown {
  const againAction = at.again(page.signatory.id)
  if (page.young) {
    return ['pages/signing/young/done.njk', {
      brand: who.brand, name: page.subject.preferredForename, agreed: false, againAction, back: { href: '/me' },
      lines: ['You said no. That is all right.', 'A grown-up will talk with you about it.'],
    }]
  }
  const pupil = page.request.family === 'pupil'
  return ['pages/signing/declined.njk', {
    brand: who.brand, agreementTitle: page.rendition.title, contact: who.contact, againAction, back: { href: '/me', text: 'Your list' },
    ...(page.link ? { subjectName: page.subject.name } : {}),
    follows: [
      ...(pupil ? [`${page.link ? page.subject.preferredForename : 'You'} will not miss any lessons because of it.`] : []),
      `${upperFirst(who.contact.name)} can see your answer, and a reason if you gave one.`,
      'If you asked for a call, the school will call you.',
      'You get no more reminders about this one.',
    ],
  }]
}

/** Nothing is asked any more, or not of this person. Says nothing of anybody else (D2). Pure. */
export function closedView(page: SigningPage, who: { brand: Brand; contact: Contact }): Shown {
  return ['pages/signing/closed.njk', {
    brand: who.brand, agreementTitle: page.rendition.title, ...(page.link ? { subjectName: page.subject.preferredForename } : {}), contact: who.contact,
    answered: page.standing.kind === 'theirs', back: { href: '/me', text: 'Your list' },
  }]
}

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)
