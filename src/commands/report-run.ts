import { plainDocument, words } from '../adapters/pdf/plain-document.ts'
import { planTitle, stateOfPlan } from '../features/accounts/access-words.ts'
import { MOST_PRINTED, reportCsv, reportFacts, reportLine, reportParts } from '../features/accounts/leavers/plan-report.ts'
import type { Services } from '../services.ts'
import { NotFound } from '../shared/errors.ts'
import type { Output } from './command.ts'
import { writePrivately } from './private-file.ts'

type Schools = 'all' | readonly string[]

const seenBy = (schools: Schools) => (schoolId: string): boolean => schools === 'all' || schools.includes(schoolId)

/** Where a run stands, and its reasons to wait. */
export async function showRun(services: Services, out: Output, run: string, schools: Schools): Promise<number> {
  const { plan, counts } = await planFor(services, run, schools)
  const job = await services.accessJobs.waiting(run)
  const held = plan.brake.held.filter(({ schoolId }) => schools === 'all' || schoolId === undefined || schools.includes(schoolId)).map(({ rule, text }) => `${rule}: ${text}`)
  out.answer({
    run, about: plan.about, state: plan.state, createdBy: plan.createdBy, createdAt: iso(plan.createdAt), approvedBy: plan.approvedBy, approvedAt: iso(plan.approvedAt), finishedAt: iso(plan.finishedAt), expiresAt: iso(plan.expiresAt),
    counts, people: plan.brake.count, needs: { secondPerson: plan.brake.secondPerson, count: plan.brake.typedCount }, startsAt: iso(job?.startsAt ?? null), held,
  }, [
    `${planTitle(plan)}: ${stateOfPlan(plan, services.clock.now()).text}.`,
    ...reportFacts(plan, counts, await services.accessPageQueries.actorNames([plan.createdBy, plan.approvedBy]), seenBy(schools)).map(({ key, value }) => `${key}: ${value}`),
  ].join('\n'))
  return 0
}

/** The run's report, with names: under `--json` without a file every line, else into the files named. Files are readable by this user alone. */
export async function reportRun(services: Services, out: Output, run: string, schools: Schools, files: { csv?: string | undefined; pdf?: string | undefined }): Promise<number> {
  const { accessPageQueries: pages, trust, clock } = services
  const { plan, counts } = await planFor(services, run, schools)
  if (files.csv !== undefined) {
    const parts: string[] = []
    for await (const part of reportCsv(pages, run, schools)) parts.push(part)
    writePrivately(files.csv, parts.join(''))
  }
  const facts = reportFacts(plan, counts, await pages.actorNames([plan.createdBy, plan.approvedBy]), seenBy(schools))
  const lines: ReturnType<typeof reportLine>[] = []
  const most = files.pdf === undefined ? (files.csv === undefined ? Infinity : 0) : MOST_PRINTED
  for await (const part of reportParts(pages, run, schools, most)) lines.push(...part.map(({ item, name }) => reportLine(item, name)))
  if (files.pdf !== undefined) {
    const cell = (text: string) => words(text).spans
    writePrivately(files.pdf, await plainDocument({
      title: planTitle(plan), subtitle: stateOfPlan(plan, clock.now()).text, trustName: trust.name, foot: `Run ${run}`,
      blocks: [
        ...facts.map(({ key, value }) => words(`${key}: ${value}`)),
        { kind: 'table', head: ['Person', 'Account', 'What', 'Why', 'How far'].map((text) => words(text, true).spans), rows: lines.map((line) => [cell(line.who), cell(line.account), cell(line.what), cell(line.why), cell(line.error ? `${line.state}: ${line.error}` : line.state)]) },
        ...(counts.total > lines.length ? [words(`${counts.total - lines.length} more lines are in the CSV.`)] : []),
      ],
    }))
  }
  const written = [files.csv, files.pdf].filter((file) => file !== undefined)
  out.answer({ run, state: plan.state, counts, ...(written.length > 0 ? { written } : { lines }) }, written.length > 0
    ? `Written: ${written.join(', ')}`
    : [planTitle(plan), ...facts.map(({ key, value }) => `${key}: ${value}`), ...lines.map((line) => [line.who, line.account, line.what, line.why, line.state, line.error].filter(Boolean).join(' | '))].join('\n'))
  return 0
}

async function planFor({ plans, accessPageQueries }: Services, run: string, schools: Schools) {
  const plan = await plans.get(run)
  const counts = await accessPageQueries.counts(run, schools)
  if (plan?.kind !== 'access' || (counts.total === 0 && schools !== 'all')) throw new NotFound('There is no such access plan.')
  return { plan, counts }
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
