import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import type { Brand } from '../../http/views.ts'
import { NotFound } from '../../shared/errors.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { AgreementService } from './agreement-service.ts'
import { textOf, textQuery } from './authoring-deps.ts'
import { BAND_WORDS, plainDay } from './authoring-words.ts'
import type { InForceQueries } from './in-force-queries.ts'
import { clausesOf, openingOf } from './clauses.ts'
import { renderMarkdown } from './render-markdown.ts'
import { directionOf, nameOf, textKey } from './shown-as.ts'

export interface InForcePagesDeps { schools: SchoolStore; inForce: InForceQueries; agreements: AgreementService; brandOf(school: School | null): Brand }

const PATH = '/agreements-in-force'

/** What holds in each school, for anybody to read and print. No person is named and nothing is counted. */
export function inForcePages(deps: InForcePagesDeps): Page[] {
  const schoolAt = async (slug: string): Promise<School> => {
    const school = (await deps.schools.all()).find((one) => slugOf(one) === slug)
    if (!school) throw new NotFound()
    return school
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
        const texts = (await deps.inForce.of(school)).map(({ agreement, current }) => ({
          title: agreement.title, href: `${PATH}/${slugOf(school)}/${agreement.key}`, band: BAND_WORDS[agreement.band], number: current.version.number, since: current.version.publishedOn ? plainDay(current.version.publishedOn) : '',
        }))
        return view('pages/in-force/school.njk', { brand: deps.brandOf(school), school: school.name, texts, back: { href: PATH, text: 'All schools' } })
      },
    }),
    definePage({
      name: 'text in force', path: `${PATH}/:school/:key`, permission: 'public', params: z.strictObject({ school: z.string().max(80), key: z.string().max(60) }), query: z.object({ text: textQuery }),
      get: async (ctx) => {
        const school = await schoolAt(ctx.params.school)
        const found = (await deps.inForce.of(school)).find(({ agreement }) => agreement.key === ctx.params.key)
        if (!found) throw new NotFound()
        const { version } = found.current
        const text = textOf(version, ctx.query.text)
        const rendition = await deps.agreements.textInForce(found.current, school, text.language, text.variant)
        return view('pages/in-force/text.njk', {
          brand: deps.brandOf(school), title: rendition.title, versionLabel: rendition.versionLabel, lang: 'en-GB', textLang: rendition.language, textDir: directionOf(rendition.language), openingHtml: renderMarkdown(openingOf(rendition.markdown)),
          clauses: clausesOf(rendition.markdown).map(({ id, heading, markdown }) => ({ id, headingHtml: renderMarkdown(heading).replace(/^<p>|<\/p>\s*$/g, ''), html: renderMarkdown(markdown), symbol: rendition.symbols?.[id ?? ''] ?? null })),
          texts: version.texts.map((one) => ({ text: nameOf(one), lang: one.language, href: `${PATH}/${slugOf(school)}/${ctx.params.key}?text=${textKey(one)}`, current: one === text })), back: { href: `${PATH}/${slugOf(school)}`, text: school.name },
        })
      },
    }),
  ]
}

/** The school's number where it has one, so that a printed address stays right for ever. */
const slugOf = (school: School): string => school.urn ?? school.id.toLowerCase()
