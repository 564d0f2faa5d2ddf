import type { Brand } from '../../http/views.ts'
import { type Said, saidNames, sentence, type Spoken } from '../../shared/sentence.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { withoutHeadingIds } from '../agreements/clauses.ts'
import { languageOfRecord } from '../agreements/say-in-record.ts'
import { choicesFor } from './answer-views.ts'
import type { Contact } from './contact.ts'
import { placeWords } from './me-views.ts'
import { at } from './my-task.ts'
import { readingMinutes } from '../agreements/reading-steps.ts'
import type { SigningPage } from './signing-queries.ts'
import type { TogetherDraft, TogetherResults } from './together-draft.ts'

export const TOGETHER = '/me/together'

/** One text and the children it is about. */
export interface SharedText { hash: string; pages: SigningPage[] }

/** Every text once, however many children it is about: brothers and sisters of one band read it once. */
export function textsOf(pages: readonly SigningPage[]): SharedText[] {
  const texts = new Map<string, SharedText>()
  for (const page of pages) {
    const text = texts.get(page.rendition.hash) ?? { hash: page.rendition.hash, pages: [] }
    text.pages.push(page)
    texts.set(page.rendition.hash, text)
  }
  return [...texts.values()]
}

/** "Amira", "Amira and Noah", "Amira, Noah and Zoë". */
function namesOf(pages: readonly SigningPage[]): Spoken {
  return saidNames([...new Set(pages.map((page) => page.subject.preferredForename))])
}

/** One text of several, in full. */
export function readTogetherView(texts: readonly SharedText[], now: number, brand: Brand): object {
  const { pages } = texts[now] as SharedText
  const [{ rendition }] = pages as [SigningPage]
  const next = texts[now + 1]
  const before = texts[now - 1]
  return {
    brand, now: now + 1, of: texts.length, title: rendition.title, html: renderMarkdown(withoutHeadingIds(rendition.markdown)), textLang: rendition.language, versionLabel: rendition.versionLabel, labelLang: languageOfRecord(rendition.language),
    children: pages.map((page) => ({ name: page.subject.name, detail: placeWords(page) })), minutes: readingMinutes(rendition.markdown), everybody: namesOf(texts.flatMap((text) => text.pages)),
    nextHref: next ? `${TOGETHER}?text=${next.hash}` : `${TOGETHER}/sign`, back: before ? { href: `${TOGETHER}?text=${before.hash}` } : { href: '/me', text: sentence('Back to your list') },
  }
}

/** A yes or no for each child, and one name. */
export function signTogetherView(pages: readonly SigningPage[], draft: TogetherDraft | null, brand: Brand): object {
  const texts = textsOf(pages)
  return {
    brand, names: namesOf(pages), action: `${TOGETHER}/sign`, back: { href: `${TOGETHER}?text=${texts.at(-1)?.hash ?? ''}` }, signature: draft?.typed ?? '',
    asksName: pages.some((page) => page.signatory.act === 'sign'),
    children: pages.map((page, n) => ({
      n, slot: page.signatory.id, text: page.rendition.hash, name: page.subject.name, detail: placeWords(page), title: page.rendition.title, statement: page.statement, textLang: page.rendition.language,
      choices: choicesFor(page), answer: draft?.children.find((child) => child.slot === page.signatory.id && child.text === page.rendition.hash)?.answer ?? null,
      readHref: `${TOGETHER}?text=${page.rendition.hash}`,
    })),
  }
}

/** Everything once more, child by child. */
export function checkTogetherView(pages: readonly SigningPage[], draft: TogetherDraft, who: { brand: Brand; signerName: string; formKey: string; mark: string }): object {
  const lines = draft.children.flatMap((child) => {
    const page = pages.find((one) => one.signatory.id === child.slot)
    return page ? [{ child, page }] : []
  })
  return {
    brand: who.brand, action: `${TOGETHER}/check`, formKey: who.formKey, shown: who.mark, changeHref: `${TOGETHER}/sign`, back: { href: `${TOGETHER}/sign` }, typed: draft.typed, signerName: who.signerName,
    signs: lines.filter(({ child }) => child.answer === 'yes').length,
    children: lines.map(({ child, page }) => ({
      name: page.subject.name, statement: page.statement, textLang: page.rendition.language, agrees: child.answer === 'yes',
      rows: [
        { key: sentence('Agreement'), value: page.rendition.title, lang: page.rendition.language, after: page.versionSaid },
        { key: sentence('Your answer'), value: choicesFor(page).find((choice) => choice.value === child.answer)?.text ?? '', change: { href: `${TOGETHER}/sign`, what: sentence('your answer for {{name}}', { name: page.subject.preferredForename }) } },
      ],
    })),
  }
}

const OUTCOMES = {
  signed: { status: 'signed', text: sentence('Signed') }, declined: { status: 'quiet', text: sentence('You said no') },
  'text-changed': { status: 'attention', text: sentence('Not signed: the text changed') }, closed: { status: 'quiet', text: sentence('Nothing left to do') },
} as const

/** What became of each, plainly, also where only a part came about. */
export function doneTogetherView(shown: readonly { result: TogetherResults[number]; page: SigningPage }[], who: { brand: Brand; forename: string; hasMail: boolean; contact: Contact; next: { text: Said; href: string } | null }): object {
  // What stands now counts: after a double press the second one met what the first had kept.
  const outcomes = shown.map(({ result, page }) => (page.standing.kind === 'signed' || page.standing.kind === 'declined' ? page.standing.kind : result.outcome))
  const signed = outcomes.filter((outcome) => outcome === 'signed').length
  const changed = outcomes.includes('text-changed')
  return {
    brand: who.brand, back: { href: '/me', text: sentence('Your list') }, complete: !changed, hasMail: who.hasMail && signed > 0, contact: who.contact, ...(who.next && !changed ? { more: who.next } : {}),
    title: changed ? sentence('{{signed}} of {{all}} signed', { signed, all: shown.length }) : signed > 0 ? sentence('Signed. Thank you, {{name}}', { name: who.forename }) : sentence('Your answers are kept'),
    text: changed ? sentence('While you had this open, the school put a new text in the place of one. Please read that one and sign again; the others are kept.') : sentence('We have kept your answer for {{names}}.', { names: namesOf(shown.map(({ page }) => page)) }),
    tasks: shown.map(({ page }, n) => ({ page, outcome: outcomes[n] ?? 'closed' })).map(({ page, outcome }) => ({
      title: `${page.subject.name}: ${page.rendition.title}`, lang: page.rendition.language, status: OUTCOMES[outcome].status, statusText: outcome === 'signed' && page.signatory.act === 'acknowledge' ? sentence('Read') : OUTCOMES[outcome].text,
      ...(outcome === 'text-changed' ? { href: at.read(page.signatory.id), hint: sentence('Read the new text') } : {}),
      ...(page.standing.kind === 'signed' ? { links: [{ text: sentence('Signed PDF'), href: at.record(page.standing.signature.id), about: page.subject.name }, { text: sentence('Details, or take it back'), href: at.done(page.signatory.id), about: page.subject.name }] } : {}),
      ...(page.standing.kind === 'declined' ? { links: [{ text: sentence('See what happens now, or change your mind'), href: at.done(page.signatory.id), about: page.subject.name }] } : {}),
    })),
  }
}
