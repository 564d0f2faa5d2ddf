import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import type { Brand } from '../../http/views.ts'
import { NotFound } from '../../shared/errors.ts'
import type { Language } from '../../shared/dates.ts'
import { type Said, saidShortDay, sentence } from '../../shared/sentence.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { AgreementService } from './agreement-service.ts'
import type { StoredVersion } from './agreement-store.ts'
import { textOf, textQuery } from './authoring-deps.ts'
import type { Band } from './band.ts'
import { chosenText } from './chosen-text.ts'
import type { InForceQueries } from './in-force-queries.ts'
import { clausesOf, openingOf } from './clauses.ts'
import { renderMarkdown } from './render-markdown.ts'
import { directionOf, nameOf, textKey } from './shown-as.ts'
import { versionSaid } from './version-label.ts'

export interface InForcePagesDeps { schools: SchoolStore; inForce: InForceQueries; agreements: AgreementService; brandOf(school: School | null): Brand }

const PATH = '/agreements-in-force'

const BAND_SAID: Readonly<Record<Band, Said>> = {
  EYFS: sentence('Nursery and Reception'), KS1: sentence('Years 1 and 2'), KS2: sentence('Years 3 to 6'), 'KS3-4': sentence('Years 7 to 11'), KS5: sentence('Years 12 and 13'), staff: sentence('Staff'),
  governor: sentence('Governors'), volunteer: sentence('Volunteers'), visitor: sentence('Visitors'), guardian: sentence('Parents and carers'),
}

/** What holds in each school, for anybody to read and print. No person is named and nothing is counted. */
export function inForcePages(deps: InForcePagesDeps): Page[] {
  const schoolAt = async (slug: string): Promise<School> => {
    const school = (await deps.schools.all()).find((one) => slugOf(one) === slug)
    if (!school) throw new NotFound()
    return school
  }
  /** The title that the reader finds when they open it. */
  const titleOf = async (current: StoredVersion, school: School, reader: Language): Promise<{ title: string; lang: string }> => {
    const text = await chosenText(deps.agreements, current.version, { reader })
    return { title: (await deps.agreements.textInForce(current, school, text.language, text.variant)).title, lang: text.language }
  }
  return [
    definePage({
      name: 'texts in force', path: PATH, permission: 'public',
      get: async () => view('pages/in-force/schools.njk', { schools: (await deps.schools.all()).map((school) => ({ text: school.name, href: `${PATH}/${slugOf(school)}` })), back: { href: '/' } }),
    }),
    definePage({
      name: 'texts in force at a school', path: `${PATH}/:school`, permission: 'public', params: z.strictObject({ school: z.string().max(80) }),
      get: async (ctx) => {
        const school = await schoolAt(ctx.params.school)
        const texts = await Promise.all((await deps.inForce.of(school)).map(async ({ agreement, current }) => ({
          ...await titleOf(current, school, ctx.language), href: `${PATH}/${slugOf(school)}/${agreement.key}`, band: BAND_SAID[agreement.band], number: current.version.number, since: current.version.publishedOn ? saidShortDay(current.version.publishedOn) : '',
        })))
        return view('pages/in-force/school.njk', { brand: deps.brandOf(school), school: school.name, texts, back: { href: PATH, text: sentence('All schools') } })
      },
    }),
    definePage({
      name: 'text in force', path: `${PATH}/:school/:key`, permission: 'public', params: z.strictObject({ school: z.string().max(80), key: z.string().max(60) }), query: z.object({ text: textQuery }),
      get: async (ctx) => {
        const school = await schoolAt(ctx.params.school)
        const found = (await deps.inForce.of(school)).find(({ agreement }) => agreement.key === ctx.params.key)
        if (!found) throw new NotFound()
        const { version } = found.current
        const text = ctx.query.text === undefined ? await chosenText(deps.agreements, version, { reader: ctx.language }) : textOf(version, ctx.query.text)
        const rendition = await deps.agreements.textInForce(found.current, school, text.language, text.variant)
        return view('pages/in-force/text.njk', {
          brand: deps.brandOf(school), title: rendition.title, versionLabel: versionSaid(version, text, deps.agreements.say), textLang: rendition.language, textDir: directionOf(rendition.language), openingHtml: renderMarkdown(openingOf(rendition.markdown)),
          clauses: clausesOf(rendition.markdown).map(({ id, heading, markdown }) => ({ id, headingHtml: renderMarkdown(heading).replace(/^<p>|<\/p>\s*$/g, ''), html: renderMarkdown(markdown), symbol: rendition.symbols?.[id ?? ''] ?? null })),
          texts: version.texts.map((one) => ({ text: nameOf(one), lang: one.language, href: `${PATH}/${slugOf(school)}/${ctx.params.key}?text=${textKey(one)}`, current: one === text })), back: { href: `${PATH}/${slugOf(school)}`, text: school.name },
        })
      },
    }),
  ]
}

/** The school's number where it has one, so that a printed address stays right for ever. */
const slugOf = (school: School): string => school.urn ?? school.id.toLowerCase()
