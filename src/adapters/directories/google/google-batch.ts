import type { Answer, Call } from '../web/answers.ts'
import { type BatchFormat, parsed } from '../web/rest-client.ts'

/**
 * A thousand are allowed ("Sending Batch Requests", Directory API guide); a batch of n counts as n against the quota, and large ones are
 * refused for their concurrent writes, so fifty.
 */
const SIZE = 50
const BOUNDARY = 'assent_batch'

/**
 * Google's multipart batches, at the `batchPath` of the API's discovery document (`batch/admin/directory_v1`): a part holds one HTTP question or
 * answer, told apart by Content-ID; their order means nothing.
 */
export const googleBatch: BatchFormat = {
  size: SIZE,
  encode(calls) {
    const parts = calls.map((call, at) => [
      `--${BOUNDARY}`, 'Content-Type: application/http', `Content-ID: <item-${at}>`, '', question(call), '',
    ].join('\r\n'))
    return {
      method: 'POST', path: '/batch/admin/directory_v1', contentType: `multipart/mixed; boundary=${BOUNDARY}`, rawBody: `${parts.join('')}--${BOUNDARY}--\r\n`,
    }
  },
  decode(answer, text, count) {
    const answers: (Answer | null)[] = Array.from({ length: count }, () => null)
    const boundary = /boundary="?([^";]+)"?/i.exec(answer.headers['content-type'] ?? '')?.[1]
    if (boundary === undefined) return answers
    for (const part of text.split(`--${boundary}`).slice(1)) {
      const id = /^content-id:\s*<?response-item-(\d+)>?\s*$/im.exec(part)?.[1]
      const at = id === undefined ? -1 : Number(id)
      const start = part.search(/HTTP\/1\.1 \d{3}/)
      if (at >= 0 && at < count && start >= 0) answers[at] = readAnswer(part.slice(start))
    }
    return answers
  },
}

function question({ method, path, body, headers }: Call): string {
  const text = body === undefined ? '' : JSON.stringify(body)
  const lines = [`${method} ${path} HTTP/1.1`, ...(text === '' ? [] : ['Content-Type: application/json; charset=UTF-8']), ...Object.entries(headers ?? {}).map(([name, value]) => `${name}: ${value}`)]
  return `${lines.join('\r\n')}\r\n\r\n${text}`
}

function readAnswer(text: string): Answer {
  const [head = '', ...rest] = text.split(/\r?\n\r?\n/)
  const [status = '', ...lines] = head.split(/\r?\n/)
  const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).trim().toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]))
  return { status: Number(status.split(' ')[1] ?? 0), headers, body: parsed(rest.join('\r\n\r\n').trim()) }
}
