import { openBenchServices } from '../support/open-bench-services.ts'
import type { Stopwatch } from '../support/stopwatch.ts'

/** Pupils who have something to sign, each with a personal link, their way in where no school sign-in is at hand. The invitations went out before. */
export async function makeLinks(input: { dataDir: string; url: string; most: number }, _watch: Stopwatch): Promise<{ pupils: { slot: string; path: string }[] }> {
  const services = await openBenchServices(input)
  const rows = await services.db.rows(
    `select s.id as slot, r.person_id as person from signatories s join requests r on r.id = s.request_id
     where s.state = 'open' and r.state = 'open' and s.act = 'sign' and s.slot = 'pupil' order by s.id limit ${input.most}`, [])
  const pupils: { slot: string; path: string }[] = []
  for (const row of rows) {
    const link = await services.links.issueLink({ personId: row['person'] as string, purpose: 'sign', route: 'mail', ttl: 86_400_000 })
    pupils.push({ slot: row['slot'] as string, path: link.path })
  }
  await services.db.run(`update outbox set state = 'done', done_at = ? where state = 'ready'`, [services.clock.now()])
  await services.worker.stop()
  await services.db.close()
  return { pupils }
}
