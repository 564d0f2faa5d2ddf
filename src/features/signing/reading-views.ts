import type { Brand } from '../../http/views.ts'
import { capacitySaid } from './capacity-said.ts'
import { type Said, saidInTurn, sentence } from '../../shared/sentence.ts'
import { placeWords } from './me-views.ts'
import { at as own, type TaskPaths } from './my-task.ts'
import { pictureFor } from '../agreements/pictures.ts'
import { isEnglish } from '../agreements/agreement.ts'
import type { CheckQuestion } from '../agreements/agreement-file.ts'
import { clausesOf, openingOf } from '../agreements/clauses.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { languageOfRecord } from '../agreements/say-in-record.ts'
import { directionOf, languageName, nameOf } from '../agreements/shown-as.ts'
import { usualSymbol } from '../agreements/symbols.ts'
import { readingMinutes, type ReadingStep, readingSteps } from '../agreements/reading-steps.ts'
import type { SigningPage } from './signing-queries.ts'

export interface ReadingPlace {
  /** From 1. */
  step: number
  /** The whole of a young text on one page, for those who prefer it. */
  all: boolean
  /** Index of the answer chosen to a friendly question. */
  answer: number | null
  brand: Brand
  /** "What has changed since you last signed"; null when nothing was signed before, or it is the same text. */
  sinceHref: string | null
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
  const back = place.step > 1 ? { href: at.step(id, place.step - 1, text) } : { href: at.start, text: page.young || place.paths ? sentence('Back') : sentence('Back to your list') }
  const common = { brand: place.brand, back, ways: place.step === 1 && !place.paths ? waysOf(page) : [], sinceHref: place.sinceHref, textLang: page.rendition.language, textDir: directionOf(page.rendition.language) }
  if (step.kind === 'question') return questionView(page, place, step, onward, common)
  if (step.kind === 'whole' || place.all) return wholeView(page, steps, at, common)
  return {
    template: 'pages/signing/young/read.njk',
    data: {
      ...common, now: place.step, of: steps.length, picture_name: pictureFor(step.clause), symbol_name: symbolOf(page, step.clause), titleHtml: step.titleHtml, html: step.html,
      forAdults: step.forAdults, nextHref: onward, ...(place.step === 1 ? { allHref: `${at.step(id, 1, text)}&all=1` } : {}),
      versionLabel: step.forAdults || place.step === steps.length ? page.versionSaid : null,
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
      agreement: { title: rendition.title, ...wholeParts(page), lang: rendition.language, dir: directionOf(rendition.language), versionLabel: rendition.versionLabel, labelLang: languageOfRecord(rendition.language), ...governingHint(page) },
      young: page.young, subject: subjectOf(page), signsAs: capacitySaid(page), act: signatory.act, minutes: readingMinutes(rendition.markdown), stored: storedRows(page),
      continueHref: firstQuestion < 0 ? at.sign(signatory.id, rendition.hash) : at.step(signatory.id, firstQuestion + 1, rendition.hash),
    },
  }
}

function questionView(page: SigningPage, place: ReadingPlace, step: Extract<ReadingStep, { kind: 'question' }>, onward: string, common: object) {
  const { question, clauseHtml } = step
  const here = (place.paths ?? own).step(page.signatory.id, place.step, page.rendition.hash)
  const chosen = place.answer === null ? null : question.answers[place.answer] ?? null
  return {
    template: page.young ? 'pages/signing/young/question.njk' : 'pages/signing/question.njk',
    data: {
      ...common, ask: question.ask, action: here, answers: question.answers.map((text, n) => ({ text, value: n, chosen: text === chosen })),
      because: chosen === null ? null : question.because, fits: place.answer === question.right, clauseHtml, nextHref: onward,
    },
  }
}

/** The child a guardian signs for, so that nobody signs for the wrong one; absent for oneself. */
export function subjectOf(page: SigningPage): { name: string; detail: Said } | undefined {
  return page.link ? { name: page.subject.name, detail: placeWords(page) } : undefined
}

function storedRows(page: SigningPage): { key: Said; value: Said }[] {
  return [
    { key: sentence('We keep'), value: page.link ? sentence('Your name, the name of {{name}}, this text, your answer, your signature and the time. Apart from it, for 12 months: the network address and kind of device.', { name: page.subject.preferredForename }) : sentence('Your name, this text, your answer, your signature and the time. Apart from it, for 12 months: the network address and kind of device.') },
    { key: sentence('Who sees it'), value: sentence('You, the office of {{school}} and the staff who look after safety. Nobody outside the trust.', { school: page.school.name }) },
    { key: sentence('How long'), value: sentence('The school’s privacy notice says how long. You can ask for a copy at any time.') },
  ]
}

/** The friendly question of a step; null where the step is none. */
export function questionAt(page: SigningPage, number: number): CheckQuestion | null {
  const step = readingSteps(page)[number - 1]
  return step?.kind === 'question' ? step.question : null
}

/** Every other way to read the same: languages and kinds of text (G6). Empty where there is one only. */
function waysOf(page: SigningPage): { text: string; lang: string; href: string; current: boolean }[] {
  if (page.offered.length < 2) return []
  const { language, variant } = page.rendition
  return page.offered.map((one) => ({
    text: nameOf(one), lang: one.language, href: own.readAs(page.signatory.id, one.language, one.variant), current: one.language === language && one.variant === variant,
  }))
}

function symbolOf(page: SigningPage, clause: string | null): string | null {
  return page.rendition.symbols && clause !== null ? page.rendition.symbols[clause] ?? usualSymbol(clause) : null
}

/** The text as its reader sees it: each clause a part of its own, so that it can be read aloud by itself. */
function wholeParts(page: SigningPage): { openingHtml: string; clauses: { id: string | null; titleHtml: string; html: string; symbol: string | null }[] } {
  const { markdown } = page.rendition
  return {
    openingHtml: renderMarkdown(openingOf(markdown)),
    clauses: clausesOf(markdown).map(({ id, heading, markdown: text }) => ({
      id, titleHtml: renderMarkdown(heading).trim().replace(/^<p>([\s\S]*)<\/p>$/, '$1'), html: renderMarkdown(text), symbol: symbolOf(page, id),
    })),
  }
}

/** G6: English governs; a reader of a translation can go to it. */
function governingHint(page: SigningPage): { translation?: Said; englishHref?: string } {
  const english = page.offered[0]
  if (isEnglish(page.rendition.language) || !english) return {}
  return { translation: saidInTurn([`${languageName(page.rendition.language)}: `, page.versionSaid, '.'], ''), englishHref: own.readAs(page.signatory.id, english.language, english.variant) }
}
