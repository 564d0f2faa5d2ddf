import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { download, view } from '../../http/page-result.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { today } from '../../shared/dates.ts'
import { Forbidden, NotFound } from '../../shared/errors.ts'
import type { ConsentQuestion } from '../agreements/consent-question.ts'
import type { AccessService } from '../accounts/access-service.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { ConsentState } from './consent.ts'
import type { ConsentLine, ConsentListQueries } from './consent-list-queries.ts'

export interface ConsentListDeps { consentLists: ConsentListQueries; schools: SchoolStore; accounts: { access: Pick<AccessService, 'isSuspended'> } }

const PATH = '/consents'
const SHOWN = 400
const query = z.object({ school: z.union([z.literal(''), z.string().regex(/^[0-9A-Z]{26}$/)]).default(''), group: z.string().max(120).default('') })
type Query = z.output<typeof query>

/** `/consents`: who may be photographed and published, as plain yes and no, for those who need it; and the figures (G5, P6). */
export function consentListPages(deps: ConsentListDeps): Page[] {
  return [
    definePage({
      name: 'consents', path: PATH, permission: 'signed-in', query,
      get: async (ctx) => view('pages/consents/list.njk', await listData(deps, ctx, ctx.query)),
    }),
    definePage({
      name: 'consents as csv', path: `${PATH}.csv`, permission: 'consents.view', query, stepUp: true,
      get: async (ctx) => {
        const { school, group } = await chosen(deps, ctx, ctx.query)
        if (!school) throw new NotFound()
        return download({ filename: `choices-${today(ctx.now)}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(csvOf(deps, school, group)) })
      },
    }),
  ]
}

interface Chosen { schools: School[]; school: School | null; groups: string[]; group: string; whole: boolean }

/**
 * Whoever may see the lists sees their schools; other staff the groups they are in, by the school's sign-in only and not while
 * they are suspended.
 * @throws Forbidden for everybody else.
 */
async function chosen(deps: ConsentListDeps, ctx: RequestParts, asked: Query): Promise<Chosen> {
  const all = await deps.schools.all()
  const whole = all.filter((school) => may(ctx.actor, school.id))
  const own = whole.length > 0 || ctx.actor.personId === null || ctx.session.via === 'link' || await deps.accounts.access.isSuspended(ctx.actor.personId) ? [] : await deps.consentLists.groupsOf(ctx.actor.personId)
  const schools = whole.length > 0 ? whole : all.filter((school) => own.some((group) => group.schoolId === school.id))
  if (schools.length === 0) throw new Forbidden()
  const school = asked.school ? schools.find((one) => one.id === asked.school) ?? null : schools[0] ?? null
  if (!school) throw new NotFound()
  const groups = whole.length > 0 ? await deps.consentLists.groups(school.id) : own.filter((group) => group.schoolId === school.id).map((group) => group.name)
  if (whole.length === 0 && asked.group && !groups.includes(asked.group)) throw new NotFound()
  return { schools, school, groups, group: asked.group || (whole.length > 0 ? '' : groups[0] ?? ''), whole: whole.length > 0 }
}

const may = (actor: Actor, schoolId: string): boolean => actor.can('consents.view', schoolId)

async function listData(deps: ConsentListDeps, ctx: RequestParts, asked: Query): Promise<object> {
  const { schools, school, groups, group, whole } = await chosen(deps, ctx, asked)
  if (!school) throw new NotFound()
  const questions = await deps.consentLists.questions(school.id)
  const lines: ConsentLine[] = []
  const figures = new Map(questions.map((question) => [question.id, { yes: 0, no: 0, 'not-answered': 0 }]))
  let total = 0
  if (questions.length > 0) {
    for await (const part of deps.consentLists.lines({ schoolId: school.id, ...(group ? { group } : {}) })) {
      total += part.length
      for (const line of part) for (const [id, state] of line.states) { const figure = figures.get(id); if (figure) figure[state] += 1 }
      lines.push(...part.slice(0, Math.max(0, SHOWN - lines.length)))
    }
  }
  const href = new URLSearchParams({ school: school.id, ...(group ? { group } : {}) }).toString()
  return {
    total, ...(ctx.actor.can('consents.edit') ? { editHref: `${PATH}/questions` } : {}), ...(ctx.actor.can('responsibility.record', school.id) ? { responsibilityHref: `/office/responsibility?school=${school.id}` } : {}),
    filters: {
      action: PATH, label: 'Choose a class', clearHref: PATH,
      fields: [
        ...(schools.length > 1 ? [{ id: 'school', label: 'School', value: school.id, options: schools.map(({ id, name }) => ({ value: id, text: name })) }] : []),
        { id: 'group', label: 'Class or group', value: group, options: [...(whole ? [{ value: '', text: 'The whole school' }] : []), ...groups.map((name) => ({ value: name, text: name }))] },
      ],
    },
    hasQuestions: questions.length > 0,
    figures: { caption: 'Figures', columns: [{ text: 'Question' }, { text: 'Yes', numeric: true }, { text: 'No', numeric: true }, { text: 'Not answered', numeric: true }],
      rows: questions.map((question) => { const figure = figures.get(question.id); return [{ text: question.title }, { text: String(figure?.yes ?? 0) }, { text: String(figure?.no ?? 0) }, { text: String(figure?.['not-answered'] ?? 0) }] }) },
    table: { caption: group ? `Class or group ${group}` : school.name, columns: [{ text: 'Name' }, { text: 'Class' }, ...questions.map((question) => ({ text: question.title }))], rows: lines.map((line) => rowOf(line, questions)) },
    more: total > lines.length, csvHref: !whole ? null : `${PATH}.csv?${href}`,
  }
}

/** On a list there is yes and no only: no answer is no (G5). */
const plain = (state: ConsentState | undefined): string => (state === undefined ? 'Not asked' : state === 'yes' ? 'Yes' : 'No')

function rowOf(line: ConsentLine, questions: readonly ConsentQuestion[]): object[] {
  return [{ text: line.name }, { text: line.regGroup ?? '' }, ...questions.map((question) => {
    const text = plain(line.states.get(question.id))
    return text === 'Yes' ? { tag: { status: 'signed', text } } : { tag: { status: 'quiet', text } }
  })]
}

async function* csvOf({ consentLists }: ConsentListDeps, school: School, group: string): AsyncIterable<string> {
  const questions = await consentLists.questions(school.id)
  yield `\uFEFF${csvLine(['Name', 'Year', 'Class', ...questions.map((question) => question.title)])}`
  for await (const part of consentLists.lines({ schoolId: school.id, ...(group ? { group } : {}) })) {
    yield part.map((line) => csvLine([line.name, line.yearCode, line.regGroup, ...questions.map((question) => plain(line.states.get(question.id)))])).join('')
  }
}
