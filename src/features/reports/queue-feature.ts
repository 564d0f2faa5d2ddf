import type { AgreementStore } from '../agreements/agreement-store.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { QueueQueries, type QueueReads } from './queue-queries.ts'
import { QueueService } from './queue-service.ts'

/** The office's queues. */
export function createQueues(outside: Omit<QueueReads, 'agreementTitles'> & { audit: AuditLog; agreements: AgreementStore }): { queues: QueueQueries; queueMarks: QueueService } {
  const queues = new QueueQueries({ ...outside, agreementTitles: async () => new Map((await outside.agreements.all()).map((one) => [one.id, one.title])) })
  return { queues, queueMarks: new QueueService(outside) }
}
