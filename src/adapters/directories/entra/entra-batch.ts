import type { Answer } from '../web/answers.ts'
import type { BatchFormat } from '../web/rest-client.ts'

/** Microsoft's limit ("Combine multiple HTTP requests using JSON batching"). */
const SIZE = 20

interface BatchAnswer {
  responses?: { id?: string; status?: number; headers?: Record<string, string>; body?: unknown }[]
}

/** JSON batches of Microsoft Graph: answers come in any order, each with its own status and Retry-After. */
export const entraBatch: BatchFormat = {
  size: SIZE,
  encode(calls) {
    const requests = calls.map(({ method, path, body, headers }, at) => ({
      id: String(at), method, url: path, ...(body === undefined ? {} : { body }), ...(body === undefined && !headers ? {} : { headers: { 'Content-Type': 'application/json', ...headers } }),
    }))
    return { method: 'POST', path: '/$batch', contentType: 'application/json', rawBody: JSON.stringify({ requests }) }
  },
  decode(answer, _text, count) {
    const answers: (Answer | null)[] = Array.from({ length: count }, () => null)
    for (const { id, status, headers = {}, body = null } of (answer.body as BatchAnswer | null)?.responses ?? []) {
      const at = Number(id)
      if (Number.isInteger(at) && at >= 0 && at < count && typeof status === 'number') {
        answers[at] = { status, body, headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)])) }
      }
    }
    return answers
  },
}
