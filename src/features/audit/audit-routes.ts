import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Database } from '../../db/database.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { download, view } from '../../http/page-result.ts'
import { type CalendarDate, today } from '../../shared/dates.ts'
import { Forbidden } from '../../shared/errors.ts'
import type { AuditKey } from './audit-key.ts'
import { AuditListQueries, personColumn } from './audit-list-queries.ts'
import type { AuditQueries } from './audit-queries.ts'
import type { AuditSequencer } from './audit-sequencer.ts'
import { AUDIT_PATH, auditView } from './audit-views.ts'
import type { HeadStamps } from './head-stamps.ts'
import { exportLog } from './log-export.ts'

export interface AuditPagesDeps {
  db: Database
  clock: Clock
  auditQueries: AuditQueries
  sequencer: AuditSequencer
  auditKey: AuditKey
  headStamps: HeadStamps
  /** A condition that a column holds somebody of these schools today. */
  placedAt(column: string, schools: readonly string[], on: CalendarDate): { sql: string; values: readonly string[] }
  /** Names for people's identifiers. */
  people: { people(ids: readonly string[]): Promise<ReadonlyMap<string, { name: string }>> }
}

const PAGE_SIZE = 50
const query = z.object({
  about: z.string().trim().max(190).default(''), before: z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/).optional(), from: z.coerce.number().int().min(1).max(1e9).default(1),
})

/** `/audit`: the ledger, newest first, and its export for anybody to check. */
export function auditPages(deps: AuditPagesDeps): Page[] {
  const list = new AuditListQueries(deps.db)
  return [
    definePage({
      name: 'audit log', path: AUDIT_PATH, permission: 'audit.view', query,
      get: async (ctx) => {
        const schools = ctx.actor.schools('audit.view')
        const scope = { about: schools === 'all' ? 'all' as const : deps.placedAt(personColumn, schools, today(ctx.now)), ...(ctx.query.about ? { subject: ctx.query.about } : {}) }
        const { entries, next } = await list.page(scope, ctx.query.before ?? null, PAGE_SIZE)
        // Names of what is shown only: a reference that somebody typed must not tell whose it is at a school that is not theirs.
        const people = entries.flatMap((entry) => [entry.actor, entry.subject ?? '']).flatMap((name) => /^person:(.{26})$/.exec(name)?.[1] ?? [])
        return view('pages/audit/log.njk', auditView({
          entries, next, total: await list.count(scope), from: ctx.query.before ? ctx.query.from : 1, subject: ctx.query.about,
          head: await deps.auditQueries.head(), stamp: await deps.headStamps.newest(), stampsConfigured: deps.headStamps.configured, waiting: await list.waiting(), waitedMs: await deps.sequencer.unsequencedFor(ctx.now),
          names: await deps.people.people([...new Set(people)]), mayExport: schools === 'all',
        }))
      },
    }),
    definePage({
      name: 'audit export', path: `${AUDIT_PATH}/export`, permission: 'audit.view', stepUp: true,
      get: async (ctx) => {
        if (ctx.actor.schools('audit.view') !== 'all') throw new Forbidden('The whole log belongs to the trust; your role is for your school.')
        return download({ filename: `assent-log-${today(ctx.now)}.jsonl`, contentType: 'application/jsonl', body: await exported(deps) })
      },
    }),
  ]
}

/** The log as a file that is gone from the disk as soon as it is sent, or sending breaks off. */
async function exported({ db, clock, auditKey }: AuditPagesDeps) {
  const folder = await mkdtemp(join(tmpdir(), 'assent-export-'))
  const clear = () => rm(folder, { recursive: true, force: true }).catch(() => undefined)
  try {
    const { path } = await exportLog(db, join(folder, 'log.jsonl'), { publicKeys: auditKey.publicKeys, now: clock.now() })
    return createReadStream(path).once('close', () => void clear())
  } catch (error) {
    await clear()
    throw error
  }
}
