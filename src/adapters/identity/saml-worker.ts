import { parentPort } from 'node:worker_threads'
import { IdentityDoubted } from './proven-identity.ts'
import { readMetadata } from './saml-metadata.ts'
import { judgeResponse, type ResponseAnswer, type ResponseQuestion } from './saml-response.ts'

/** What the worker can be asked for. */
export type SamlJob =
  | { kind: 'response'; question: ResponseQuestion }
  | { kind: 'metadata'; xml: string; options: { now: number; mayBePlain: boolean } }

/** The answer of each kind of job. */
export interface SamlJobResults {
  response: ResponseAnswer
  metadata: ReturnType<typeof readMetadata>
}

parentPort?.on('message', async ({ id, job }: { id: number; job: SamlJob }) => {
  try {
    const result = job.kind === 'response' ? await judgeResponse(job.question) : readMetadata(job.xml, job.options)
    parentPort?.postMessage({ id, result })
  } catch (error) {
    // The library's own words may quote the message.
    parentPort?.postMessage({ id, problem: error instanceof IdentityDoubted ? error.problem : 'structure' })
  }
})
parentPort?.postMessage({ ready: true })
