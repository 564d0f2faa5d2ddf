import { Readable } from 'node:stream'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import { type Actor, ensureCan } from '../../http/actor.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, view } from '../../http/page-result.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import { csvLine } from '../../shared/csv-line.ts'
import { today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { AgreementService } from '../agreements/agreement-service.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import type { RecordQuestion, RecordsQueries } from './records-queries.ts'
import { recordRows, recordView, RECORD_STATES, RECORDS_PATH } from './records-views.ts'
import type { SealingService } from './sealing-service.ts'
import type { Signature } from './signature.ts'
import type { SigningStore } from './signing-store.ts'
import type { VerifyService } from './verify-service.ts'

export interface RecordsPagesDeps {
  clock: Clock
  records: RecordsQueries
  signingStore: SigningStore
  requests: RequestStore
  people: PeopleQueries
  schools: SchoolStore
  agreements: AgreementService
  sealing: SealingService
  verify: VerifyService
}

const PERMISSION = 'records.view'
const SEARCH_PATH = `${RECORDS_PATH}/search`
const PAGE_SIZE = 50
const listQuery = z.object({
  school: z.union([z.literal(''), z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/)]).default(''), state: z.enum(['', 'sealed', 'waiting', 'ended']).default(''),
  order: z.enum(['newest', 'oldest']).default('newest'), page: z.coerce.number().int().min(1).max(100_000).default(1), named: z.enum(['', '1']).default(''),
})
type ListQuery = z.output<typeof listQuery>
const params = z.strictObject({ signatureId: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/) })

/** `/records`: what was signed, with its seal and its PDF. */
export function recordsPages(deps: RecordsPagesDeps): Page[] {
  return [
    definePage({
      name: 'records', path: RECORDS_PATH, permission: PERMISSION, query: listQuery,
      get: async (ctx) => view('pages/records/list.njk', await listData(deps, ctx.actor, ctx.session, ctx.query)),
    }),
    nameSearchPage({ list: 'records', path: SEARCH_PATH, permission: PERMISSION, listPath: RECORDS_PATH }),
    definePage({
      name: 'records as csv', path: `${RECORDS_PATH}.csv`, permission: PERMISSION, query: listQuery, stepUp: true,
      get: async (ctx) => {
        const { question, schools } = await asked(deps, ctx.actor, ctx.session, ctx.query)
        return download({ filename: `signed-records-${today(ctx.now)}.csv`, contentType: 'text/csv; charset=utf-8', body: Readable.from(recordsCsv(deps, question, schools)) })
      },
    }),
    // Before the record itself, whose address would take the ending for a part of the reference.
    definePage({
      name: 'record as pdf', path: `${RECORDS_PATH}/:signatureId.pdf`, permission: PERMISSION, params,
      looksAt: async (ctx) => (await theirs(deps, ctx.actor, ctx.params.signatureId)).subjectId,
      get: async (ctx) => {
        const file = await deps.sealing.file((await theirs(deps, ctx.actor, ctx.params.signatureId)).id)
        if (!file) throw new NotFound('This record is not sealed yet.')
        return download({ filename: `agreement-${ctx.params.signatureId}.pdf`, contentType: 'application/pdf', body: file.bytes })
      },
    }),
    definePage({
      name: 'record', path: `${RECORDS_PATH}/:signatureId`, permission: PERMISSION, params, query: z.object({ names: z.literal('1').optional() }),
      looksAt: async (ctx) => (await theirs(deps, ctx.actor, ctx.params.signatureId)).subjectId,
      get: async (ctx) => view('pages/records/record.njk', await recordData(deps, await theirs(deps, ctx.actor, ctx.params.signatureId), ctx.query.names === '1')),
    }),
  ]
}

/** A signature of a school of this actor. @throws NotFound for any other. */
async function theirs(deps: RecordsPagesDeps, actor: Actor, signatureId: string): Promise<Signature> {
  const signature = await deps.signingStore.byId(signatureId)
  if (!signature || !await deps.records.isOf(signatureId, { schools: actor.schools(PERMISSION), today: today(deps.clock.now()) })) throw new NotFound()
  return signature
}

async function asked(deps: RecordsPagesDeps, actor: Actor, session: SessionHandle, query: ListQuery): Promise<{ question: RecordQuestion; schools: School[]; text: string }> {
  if (query.school) ensureCan(actor, PERMISSION, query.school)
  const scope = actor.schools(PERMISSION)
  const text = query.named ? keptSearch(session, 'records') : ''
  const question: RecordQuestion = {
    schools: scope, today: today(deps.clock.now()), newestFirst: query.order === 'newest', ...(query.school ? { school: query.school } : {}),
    ...(query.state ? { state: query.state } : {}), ...(text ? { text } : {}),
  }
  return { question, text, schools: (await deps.schools.all()).filter((school) => scope === 'all' || scope.includes(school.id)) }
}

async function listData(deps: RecordsPagesDeps, actor: Actor, session: SessionHandle, query: ListQuery): Promise<object> {
  const { question, schools, text } = await asked(deps, actor, session, query)
  const total = await deps.records.count(question)
  const page = Math.min(query.page, Math.max(1, Math.ceil(total / PAGE_SIZE)))
  const from = (page - 1) * PAGE_SIZE
  const lines = await deps.records.page(question, from, PAGE_SIZE)
  const titles = new Map((await deps.agreements.store.all()).map((agreement) => [agreement.id, agreement.title]))
  const link = (change: Partial<ListQuery>, path = RECORDS_PATH) => hrefOf(path, { ...query, page: 1, ...change })
  const several = schools.length > 1 && !query.school
  return {
    total, search: { action: SEARCH_PATH, name: text, back: link({}), label: 'Name of the person it is about, or a reference' },
    filters: {
      action: RECORDS_PATH, label: 'Filter the records', clearHref: RECORDS_PATH, hidden: query.named && text ? [{ name: 'named', value: '1' }] : [],
      fields: [
        ...(schools.length > 1 ? [{ id: 'school', label: 'School', value: query.school, options: [{ value: '', text: 'All schools' }, ...schools.map((school) => ({ value: school.id, text: school.name }))] }] : []),
        { id: 'state', label: 'State', value: query.state, options: [{ value: '', text: 'All' }, ...(['sealed', 'waiting', 'ended'] as const).map((value) => ({ value, text: RECORD_STATES[value].text }))] },
        { id: 'order', label: 'Order', value: query.order, options: [{ value: 'newest', text: 'Newest first' }, { value: 'oldest', text: 'Oldest first' }] },
      ],
    },
    table: {
      caption: 'Signed records', captionHidden: true, columns: [{ text: 'About' }, { text: 'Agreement' }, { text: 'Signed by' }, { text: 'Signed on' }, { text: 'State' }],
      rows: recordRows(lines, titles, new Map(schools.map((school) => [school.id, school.name])), several),
    },
    pages: {
      from: total === 0 ? 0 : from + 1, to: from + lines.length, total, what: 'record', ...(page > 1 ? { previousHref: link({ page: page - 1 }) } : {}),
      ...(from + lines.length < total ? { nextHref: link({ page: page + 1 }) } : {}),
    },
    csvHref: link({}, `${RECORDS_PATH}.csv`),
  }
}

function hrefOf(path: string, query: ListQuery): string {
  const chosen = Object.entries(query).filter(([name, value]) => value !== '' && !(name === 'order' && value === 'newest') && !(name === 'page' && value === 1)).map(([name, value]): [string, string] => [name, String(value)])
  return chosen.length === 0 ? path : `${path}?${new URLSearchParams(chosen).toString()}`
}

async function recordData(deps: RecordsPagesDeps, signature: Signature, withNames: boolean): Promise<object> {
  const people = await deps.people.people([signature.subjectId, signature.signerId])
  const slots = ((await deps.requests.signatoriesOf([signature.requestId])).get(signature.requestId) ?? []).filter((slot) => slot.id !== signature.signatoryId)
  const active = (await deps.signingStore.ofRequests([signature.requestId])).filter((one) => one.active)
  const seal = await deps.records.seal(signature.id)
  return recordView({
    signature, seal, withNames,
    rendition: (await deps.agreements.store.rendition(signature.renditionHash))?.rendition ?? null,
    subjectName: people.get(signature.subjectId)?.name ?? 'Unknown', signerName: people.get(signature.signerId)?.name ?? 'Unknown',
    standing: await deps.verify.statusOf(signature), endedAt: await deps.records.endedAt(signature.id),
    fileBytes: seal ? (await deps.sealing.file(signature.id))?.bytes.length ?? null : null,
    others: slots.map((slot) => {
      const signed = active.find((one) => one.signatoryId === slot.id) ?? null
      return { id: slot.id, slot: slot.slot, required: slot.required, signed: signed !== null, signatureId: signed?.id ?? null, signedAt: signed?.signedAt ?? null }
    }),
  })
}

async function* recordsCsv(deps: RecordsPagesDeps, question: RecordQuestion, schools: readonly School[]): AsyncIterable<string> {
  const names = new Map(schools.map((school) => [school.id, school.name]))
  const titles = new Map((await deps.agreements.store.all()).map((agreement) => [agreement.id, agreement.title]))
  yield `\uFEFF${csvLine(['Reference', 'About', 'Signed by', 'School', 'Agreement', 'For', 'Act', 'Signed at (UTC)', 'State', 'SHA-256 of the PDF'])}`
  for await (const lines of deps.records.all(question)) {
    yield lines.map((line) => csvLine([
      line.signatureId, line.subjectName, line.signerName, names.get(line.schoolId) ?? '', titles.get(line.agreementId) ?? '', line.occasion,
      line.act === 'sign' ? 'Signed' : 'Acknowledged', new Date(line.signedAt).toISOString(), RECORD_STATES[line.state].text, line.fileSha256,
    ])).join('')
  }
}
