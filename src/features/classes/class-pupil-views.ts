import type { Brand } from '../../http/views.ts'
import { sentence } from '../../shared/sentence.ts'
import { signView } from '../signing/answer-views.ts'
import type { TaskPaths } from '../signing/my-task.ts'
import type { SigningPage } from '../signing/signing-queries.ts'
import { groupSaid } from './class-group.ts'
import { CLASS_PATH, roomAt, slotAt } from './class-paths.ts'
import type { ClassPupil } from './class-queries.ts'
import type { ClassTicket } from './class-room.ts'
import type { ClassSession } from './class-session.ts'

/** Where a code is typed. The same words for a wrong, an old and a mistyped one. */
export function enterView(unknown: boolean): object {
  return { action: CLASS_PATH, unknown, back: { href: '/' } }
}

/** The names of the class, those who are left first to find. Only forenames, as far as they tell pupils apart. */
export function namesView(session: ClassSession, code: string, pupils: readonly ClassPupil[], ticket: ClassTicket): object {
  const line = (pupil: ClassPupil) => ({ name: pupil.shortName })
  const mine = pupils.filter((pupil) => pupil.answer !== null && ticket.answers.includes(pupil.answer.id))
  const left = pupils.filter((pupil) => pupil.standing === 'left' && pupil.next !== null)
  return {
    heading: sentence('Who are you?'), group: groupSaid(session.group), code,
    names: left.map((pupil) => ({ ...line(pupil), href: slotAt(code, pupil.next ?? '') })),
    changeable: mine.map((pupil) => ({ ...line(pupil), href: slotAt(code, pupil.answer?.signatoryId ?? '') })),
    done: pupils.filter((pupil) => pupil.standing === 'waiting' || pupil.standing === 'done').length, total: pupils.filter((pupil) => pupil.standing !== 'nothing').length,
  }
}

/** The second tap: is it really you? */
export function isYouView(code: string, page: SigningPage, pupil: ClassPupil, brand: Brand): object {
  return {
    brand, young: page.young, name: pupil.shortName, title: page.title, yesHref: classRead(code, page.signatory.id), noHref: roomAt(code), again: pupil.answer !== null,
  }
}

const classRead = (code: string, signatoryId: string): string => `${slotAt(code, signatoryId)}/read`

/** Yes or no, and a name or a drawing; sent by this page's one button. */
export function answerView(page: SigningPage, pupil: ClassPupil, who: {
  brand: Brand; paths: TaskPaths; formKey: string; values: Readonly<Record<string, string | string[]>>
}): object {
  const value = (name: string): string => (typeof who.values[name] === 'string' ? who.values[name] : '')
  const [, data] = signView(page, null, { brand: who.brand, signerName: pupil.shortName, paths: who.paths })
  return {
    ...data, young: page.young, name: pupil.shortName, formKey: who.formKey, answer: value('answer') || null, signature: value('name'), drawn: value('drawing'),
    title: page.rendition.title, act: page.signatory.act,
  }
}

/** Kept, and not signed yet: the teacher says who it was (S6). */
export function sentView(code: string, page: SigningPage, pupil: ClassPupil, brand: Brand, mine: boolean): object {
  const settled = page.standing.kind === 'signed' ? 'signed' : page.standing.kind === 'declined' ? 'declined' : pupil.answer ? 'waiting' : 'open'
  const words = {
    signed: [sentence('Your teacher has seen it. It is kept.')],
    declined: [sentence('You said no. That is all right.'), sentence('A grown-up will talk with you about it.')],
    waiting: [sentence('We have it.'), sentence('Your teacher looks at it now and says that it was you.')],
    open: [sentence('There is nothing from you here yet.')],
  }[settled]
  return {
    brand, young: page.young, name: pupil.shortName, lines: words, settled, namesHref: roomAt(code),
    ...(settled === 'waiting' && mine ? { changeHref: slotAt(code, page.signatory.id) } : {}),
    ...(pupil.next && settled !== 'open' && pupil.next !== page.signatory.id ? { nextHref: slotAt(code, pupil.next) } : {}),
  }
}

export function overView(): object {
  return { title: sentence('This class session is over'), lines: [sentence('Nothing new can be sent here now.'), sentence('Tell your teacher. You can do it in the next session.')], href: CLASS_PATH, linkText: sentence('Type a new code') }
}

export function takenView(code: string): object {
  return { title: sentence('Somebody has used this name already'), lines: [sentence('Nothing of yours was kept.'), sentence('Tell your teacher. They can put it right.')], href: roomAt(code), linkText: sentence('Back to the names') }
}

export function closedView(code: string): object {
  return { title: sentence('There is nothing to do here now'), lines: [sentence('The school is not asking for this any more, or not in this class.'), sentence('Tell your teacher if that surprises you.')], href: roomAt(code), linkText: sentence('Back to the names') }
}
