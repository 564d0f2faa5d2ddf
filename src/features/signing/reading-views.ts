import type { Brand } from '../../http/views.ts'
import { capacityOf } from './evidence.ts'
import { placeWords } from './me-views.ts'
import { at as own, type TaskPaths } from './my-task.ts'
import { pictureFor } from './pictures.ts'
import { readingMinutes, type ReadingStep, readingSteps } from './reading-steps.ts'
import type { SigningPage } from './signing-queries.ts'

export interface ReadingPlace {
  /** From 1. */
  step: number
  /** The whole of a young text on one page, for those who prefer it. */
  all: boolean
  /** Index of the answer chosen to a friendly question. */
  answer: number | null
  brand: Brand
  /** Other addresses than those of one's own list. */
  paths?: TaskPaths
}

/** One step of reading as template and data; null when there is no such step. Pure. */
export function readingView(page: SigningPage, place: ReadingPlace): { template: string; data: object } | null {
  const steps = readingSteps(page)
  const step = steps[place.step - 1]
  if (!step) return null
  const at = place.paths ?? own
  const id = page.signatory.id
  const text = page.rendition.hash
  const onward = place.step < steps.length ? at.step(id, place.step + 1, text) : at.sign(id, text)
  const back = place.step > 1 ? { href: at.step(id, place.step - 1, text) } : { href: at.start, text: page.young || place.paths ? 'Back' : 'Back to your list' }
  const common = { brand: place.brand, back }
  if (step.kind === 'question') return questionView(page, place, step, onward, common)
  if (step.kind === 'whole' || place.all) return wholeView(page, steps, at, common)
  return {
    template: 'pages/signing/young/read.njk',
    data: {
      ...common, now: place.step, of: steps.length, picture_name: pictureFor(step.clause), titleHtml: step.titleHtml, html: step.html,
      forAdults: step.forAdults, nextHref: onward, ...(place.step === 1 ? { allHref: `${at.read(id)}?all=1` } : {}),
      versionLabel: step.forAdults || place.step === steps.length ? page.rendition.versionLabel : null,
    },
  }
}

function wholeView(page: SigningPage, steps: ReadingStep[], at: TaskPaths, common: object): { template: string; data: object } {
  const { rendition, signatory } = page
  const firstQuestion = steps.findIndex((step) => step.kind === 'question')
  return {
    template: 'pages/signing/read.njk',
    data: {
      ...common,
      agreement: { title: rendition.title, html: wholeHtml(steps), lang: rendition.language, dir: directionOf(rendition.language), versionLabel: rendition.versionLabel },
      young: page.young, subject: subjectOf(page), signsAs: capacityOf(page), act: signatory.act, minutes: readingMinutes(rendition.markdown), stored: storedRows(page),
      continueHref: firstQuestion < 0 ? at.sign(signatory.id, rendition.hash) : at.step(signatory.id, firstQuestion + 1, rendition.hash),
    },
  }
}

function wholeHtml(steps: ReadingStep[]): string {
  return steps.map((step) => {
    if (step.kind === 'whole') return step.html
    if (step.kind === 'question') return ''
    return step.clause === null ? step.html : `<h2>${step.titleHtml}</h2>\n${step.html}`
  }).join('\n')
}

function questionView(page: SigningPage, place: ReadingPlace, step: Extract<ReadingStep, { kind: 'question' }>, onward: string, common: object) {
  const { question, clauseHtml } = step
  const here = (place.paths ?? own).step(page.signatory.id, place.step, page.rendition.hash)
  const chosen = place.answer === null ? null : question.answers[place.answer] ?? null
  return {
    template: page.young ? 'pages/signing/young/question.njk' : 'pages/signing/question.njk',
    data: {
      ...common, ask: question.ask, answers: question.answers.map((text, n) => ({ text, href: `${here}&answer=${n}`, chosen: text === chosen })),
      because: chosen === null ? null : question.because, fits: place.answer === question.right, clauseHtml, nextHref: onward,
    },
  }
}

/** The child a guardian signs for, so that nobody signs for the wrong one; absent for oneself. */
export function subjectOf(page: SigningPage): { name: string; detail: string } | undefined {
  return page.link ? { name: page.subject.name, detail: placeWords(page) } : undefined
}

function storedRows(page: SigningPage): { key: string; value: string }[] {
  const child = page.link ? `, the name of ${page.subject.preferredForename}` : ''
  return [
    { key: 'We keep', value: `Your name${child}, this text, your answer, your signature and the time. Apart from it, for 12 months: the network address and kind of device.` },
    { key: 'Who sees it', value: `You, the office of ${page.school.name} and the staff who look after safety. Nobody outside the trust.` },
    { key: 'How long', value: 'The school’s privacy notice says how long. You can ask for a copy at any time.' },
  ]
}

const RIGHT_TO_LEFT = /^(ar|arc|ckb|dv|fa|he|ps|sd|ug|ur|yi)\b/i

function directionOf(language: string): 'ltr' | 'rtl' {
  return RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr'
}
