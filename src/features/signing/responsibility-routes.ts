import { z } from 'zod'
import { ensureNotFamily, type Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { dateFromParts, datePartsSchema } from '../../http/date-parts.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { type CalendarDate, longDate, longInstant, today } from '../../shared/dates.ts'
import { NotFound, UnusableInput } from '../../shared/errors.ts'
import { actorNames } from '../people/actor-names.ts'
import { placesInCharge } from '../people/affiliation.ts'
import type { GuardianLink, PeopleQueries, Person } from '../people/people-queries.ts'
import { BASES, BASIS_WORDS, RESPONSIBILITIES, RESPONSIBILITY_WORDS, type ResponsibilityStatement } from '../people/responsibility.ts'
import type { ResponsibilityQueries } from '../people/responsibility-queries.ts'
import type { ResponsibilityService } from '../people/responsibility-service.ts'
import { byYear, YEAR_CODES, yearName } from '../people/year-name.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { RESPONSIBILITY_BYTES } from './responsibility-file.ts'
import type { ResponsibilityImport, ResponsibilityReport } from './responsibility-import.ts'

export interface ResponsibilityPagesDeps {
  people: PeopleQueries; schools: SchoolStore
  responsibility: ResponsibilityService; responsibilityQueries: ResponsibilityQueries; responsibilityImport: ResponsibilityImport
}

const PATH = '/office/responsibility'
const PERMISSION = 'responsibility.record'
const REPORT = 'responsibility-report'
const SHOWN = 300
const TOLD = 100
const params = z.strictObject({ pupilId: ulid, guardianId: ulid })
const ROUTE_WORDS = { office: 'Recorded in the office', import: 'From a list', declaration: 'Declared by the adult when signing' } as const

const statementBody = z.strictObject({
  value: z.enum(RESPONSIBILITIES, 'Choose one'), basis: z.enum(BASES, 'Choose what it rests on'),
  'said-by': z.string().trim().min(1, 'Write who said so').max(190, 'Use at most 190 characters'), ...datePartsSchema('stated'),
})

/** `/office/responsibility`: who may consent for a pupil, as people say it (F1): what is open, one adult and one child, and a list. */
export function responsibilityPages(deps: ResponsibilityPagesDeps): Page[] {
  return [
    definePage({
      name: 'parental responsibility', path: PATH, permission: PERMISSION,
      query: z.object({ school: z.union([z.literal(''), ulid]).default(''), year: z.union([z.literal(''), z.enum(YEAR_CODES)]).default('') }),
      get: async ({ actor, query, now, session }) => {
        const schools = (await deps.schools.all()).filter((school) => actor.can(PERMISSION, school.id))
        if (query.school && !schools.some(({ id }) => id === query.school)) throw new NotFound()
        const filter = { schools: query.school ? [query.school] : schools.map(({ id }) => id), ...query.year ? { year: query.year } : {} }
        const counts = await deps.responsibilityQueries.counts(filter, today(now))
        const links = await deps.responsibilityQueries.open(filter, today(now), SHOWN)
        return view('pages/office/responsibility.njk', listView({ schools, query, counts, links, report: (session.get(REPORT) as ResponsibilityReport | undefined) ?? null }))
      },
    }),
    definePage({
      name: 'parental responsibility from a list', path: `${PATH}/import`, permission: PERMISSION,
      post: {
        body: z.strictObject({ decision: z.enum(['look', 'apply'], 'Choose what to do with the file'), skip: z.literal('yes').optional() }), audit: 'responsibility.import-asked',
        upload: { field: 'file', maxBytes: RESPONSIBILITY_BYTES },
        handle: async (ctx) => {
          const { actor, body, file, session } = ctx
          if (!file) return backToForm(ctx, 'file', 'Choose the file. If you chose one, it was empty.', PATH)
          try {
            const report = await deps.responsibilityImport.import({
              bytes: file.bytes, name: file.filename.slice(0, 100), planOnly: body.decision === 'look', skipBad: body.skip === 'yes', schools: actor.schools(PERMISSION), related: actor.relatedTo ?? [], actor: actor.label,
            })
            session.set(REPORT, { ...report, rejected: report.rejected.slice(0, TOLD), rejectedCount: report.rejected.length })
            return redirect(PATH, report.applied ? 'Kept. Those who may consent are asked from now on.' : { kind: 'info', text: 'Nothing was changed. What the list would do is below.' })
          } catch (error) {
            if (!(error instanceof UnusableInput)) throw error
            return backToForm(ctx, 'file', `${error.what} ${error.remedy}`.trim(), PATH)
          }
        },
      },
    }),
    definePage({
      name: 'parental responsibility for one pupil', path: `${PATH}/:pupilId`, permission: PERMISSION, params: z.strictObject({ pupilId: ulid }), looksAt: ({ params: { pupilId } }) => pupilId,
      get: async ({ actor, params: { pupilId }, now }) => {
        const pupil = await theirs(deps, actor, pupilId, today(now))
        const links = (await deps.people.guardiansOf([pupilId])).get(pupilId) ?? []
        const adults = await deps.people.people(links.map((link) => link.guardianId))
        return view('pages/office/responsibility-family.njk', {
          crumbs: [{ text: 'Parental responsibility', href: PATH }], heading: pupil.name,
          rows: links.map((link) => [
            { text: adults.get(link.guardianId)?.name ?? '', href: `${PATH}/${pupilId}/${link.guardianId}` }, { text: link.relationship }, { text: standingWords(link), sub: link.doNotContact ? 'Not to be contacted about this child' : '' },
          ]),
        })
      },
    }),
    definePage({
      name: 'parental responsibility of one adult', path: `${PATH}/:pupilId/:guardianId`, permission: PERMISSION, params, looksAt: ({ params: { pupilId } }) => pupilId,
      get: async ({ actor, params: { pupilId, guardianId }, now, values }) => {
        const { pupil, adult, link } = await family(deps, actor, pupilId, guardianId, today(now))
        const history = await deps.responsibility.history(pupilId, guardianId)
        const nameOf = await actorNames(deps.people, history.map((one) => one.recordedBy))
        return view('pages/office/responsibility-adult.njk', adultView({ pupil, adult, link, history, nameOf, values, related: actor.relatedTo?.includes(pupilId) ?? false, on: today(now) }))
      },
      post: {
        body: statementBody, audit: 'responsibility.record-asked',
        handle: async (ctx) => {
          const { pupilId, guardianId } = ctx.params
          await family(deps, ctx.actor, pupilId, guardianId, today(ctx.now))
          ensureNotFamily(ctx.actor, pupilId)
          const statedOn = dateFromParts(ctx.body, 'stated')
          if (!statedOn) return backToForm(ctx, 'stated', 'Write the day on which somebody said so, such as 31 8 2026.')
          try {
            const kept = await deps.responsibility.record({ pupilId, guardianId, value: ctx.body.value, basis: ctx.body.basis, saidBy: ctx.body['said-by'], statedOn }, 'office', ctx.actor.label)
            return redirect(ctx.path, kept ? 'Kept. It counts from now on, whatever the register says.' : 'It stood so already.')
          } catch (error) {
            if (!(error instanceof UnusableInput)) throw error
            return backToForm(ctx, error.where, `${error.what} ${error.remedy}`.trim())
          }
        },
      },
    }),
  ]
}

/** @throws NotFound for a pupil of no school of this actor. */
async function theirs(deps: ResponsibilityPagesDeps, actor: Actor, pupilId: string, on: CalendarDate): Promise<Person> {
  const places = placesInCharge((await deps.people.affiliationsOf([pupilId])).get(pupilId) ?? [], on)
  const pupil = places.some((place) => actor.can(PERMISSION, place.schoolId)) ? await deps.people.person(pupilId) : null
  if (!pupil) throw new NotFound('There is no such person.')
  return pupil
}

async function family(deps: ResponsibilityPagesDeps, actor: Actor, pupilId: string, guardianId: string, on: CalendarDate): Promise<{ pupil: Person; adult: Person; link: GuardianLink }> {
  const pupil = await theirs(deps, actor, pupilId, on)
  const link = ((await deps.people.guardiansOf([pupilId])).get(pupilId) ?? []).find((one) => one.guardianId === guardianId)
  const adult = link ? await deps.people.person(guardianId) : null
  if (!link || !adult) throw new NotFound('There is no such person.')
  return { pupil, adult, link }
}

const standingWords = (link: GuardianLink): string =>
  (link.stated ? RESPONSIBILITY_WORDS[link.stated] : link.mayConsent ? 'May consent, by the register' : link.maySign ? 'Not stated' : 'Not stated; may not sign either')

function listView({ schools, query, counts, links, report }: {
  schools: readonly School[]; query: { school: string; year: string }; counts: Awaited<ReturnType<ResponsibilityQueries['counts']>>; links: Awaited<ReturnType<ResponsibilityQueries['open']>>; report: ResponsibilityReport | null
}): object {
  const name = new Map(schools.map((school) => [school.id, school.name]))
  const shown = counts.filter((count) => count.open > 0 || count.pupilsWithoutAnybody > 0)
    .toSorted((a, b) => (name.get(a.schoolId) ?? '').localeCompare(name.get(b.schoolId) ?? '') || byYear(a.year ?? '', b.year ?? ''))
  const years = [...new Set(counts.map((count) => count.year))].filter((year): year is string => year !== null).toSorted(byYear)
  const total = counts.reduce((sum, count) => sum + count.open, 0)
  return {
    crumbs: [{ text: 'Who has signed', href: '/office/board' }], action: `${PATH}/import`, report, total, nobody: counts.reduce((sum, count) => sum + count.pupilsWithoutAnybody, 0),
    filters: {
      action: PATH, label: 'Choose a school or year', clearHref: PATH,
      fields: [
        ...(schools.length > 1 ? [{ id: 'school', label: 'School', value: query.school, options: [{ value: '', text: 'All schools' }, ...schools.map(({ id, name: text }) => ({ value: id, text }))] }] : []),
        { id: 'year', label: 'Year', value: query.year, options: [{ value: '', text: 'All years' }, ...years.map((year) => ({ value: year, text: yearName(year) }))] },
      ],
    },
    counts: {
      caption: 'By school and year', columns: [{ text: 'School' }, { text: 'Year' }, { text: 'Pupils', numeric: true }, { text: 'Adults not stated', numeric: true }, { text: 'Pupils with nobody who may consent', numeric: true }],
      rows: shown.map((count) => [{ text: name.get(count.schoolId) ?? '' }, { text: count.year === null ? '' : yearName(count.year) }, { text: String(count.pupils) }, { text: String(count.open) }, { text: String(count.pupilsWithoutAnybody) }]),
    },
    links: {
      caption: 'Adults of whom nobody has said', columns: [{ text: 'Pupil' }, { text: 'Class' }, { text: 'Adult' }, { text: 'Relationship' }],
      rows: links.map((link) => [
        { text: link.pupil, href: `${PATH}/${link.pupilId}` }, { text: link.group ?? (link.year === null ? '' : yearName(link.year)) }, { text: link.guardian, href: `${PATH}/${link.pupilId}/${link.guardianId}` }, { text: link.relationship },
      ]),
    },
    more: total > links.length,
  }
}

function adultView({ pupil, adult, link, history, nameOf, values, related, on }: {
  pupil: Person; adult: Person; link: GuardianLink; history: readonly ResponsibilityStatement[]; nameOf: (label: string | null) => string; values: Readonly<Record<string, string | string[]>>; related: boolean; on: CalendarDate
}): object {
  const [year = '', month = '', day = ''] = on.split('-')
  return {
    crumbs: [{ text: 'Parental responsibility', href: PATH }, { text: pupil.name, href: `${PATH}/${pupil.id}` }], heading: adult.name, pupil: pupil.name, relationship: link.relationship, standing: standingWords(link), related, values,
    action: `${PATH}/${pupil.id}/${adult.id}`, today: { day: String(Number(day)), month: String(Number(month)), year },
    choices: RESPONSIBILITIES.map((value) => ({ value, text: value === 'yes' ? 'Yes' : value === 'no' ? 'No' : 'No, but somebody who has it lets them decide' })),
    bases: [{ value: '', text: 'Choose' }, ...BASES.map((value) => ({ value, text: BASIS_WORDS[value] }))],
    history: history.map((one) => ({
      words: RESPONSIBILITY_WORDS[one.value], counts: one.active, detail: `${BASIS_WORDS[one.basis]}. Said by ${one.saidBy}, ${longDate(one.statedOn)}.`,
      by: `${ROUTE_WORDS[one.route]}${one.route === 'declaration' ? `: “${one.evidence?.words ?? ''}”` : ` by ${nameOf(one.recordedBy)}`}, ${longInstant(one.recordedAt)}`,
    })),
  }
}
