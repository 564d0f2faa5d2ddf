import { parentPort, workerData } from 'node:worker_threads'
import { bodiesFor } from './hostile-bodies.ts'

export interface StrangerWork { base: string; routes: { method: string; path: string }[] }
export type StrangerAnswer = { kind: 'ready' } | { kind: 'answered'; route: string; what: string; status: number } | { kind: 'done' }

const TRIES = 3

/** Runs in a thread of its own, so that its own work does not count as the server's. */
async function visit({ base, routes }: StrangerWork): Promise<void> {
  for (const { method, path } of routes) {
    const address = base + path.replace(/:\w+/g, '01J0000000000000000000000A').replace(/[*{}]/g, '')
    const form = await formOf(address)
    for (const { what, contentType, body } of bodiesFor(form)) {
      for (let time = 0; time < TRIES; time += 1) {
        await word({ kind: 'ready' })
        const status = method === 'GET' ? await look(address, body) : await send(address, form, contentType, body)
        await word({ kind: 'answered', route: `${method} ${path}`, what, status })
      }
    }
  }
  parentPort?.postMessage({ kind: 'done' } satisfies StrangerAnswer)
}

interface Form { cookie: string; token: string; fields: string[]; file: string | null }

/** The page's own form, so that what is sent passes the first fences. */
async function formOf(address: string): Promise<Form> {
  const answer = await fetch(address, { redirect: 'manual', headers: { accept: 'text/html' } })
  const text = await answer.text()
  return {
    cookie: answer.headers.getSetCookie().map((line) => line.split(';', 1)[0]).join('; '),
    token: /name="_csrf" value="([^"]+)"/.exec(text)?.[1] ?? '',
    file: /<input[^>]* name="([^"]+)"[^>]* type="file"|<input[^>]* type="file"[^>]* name="([^"]+)"/.exec(text)?.slice(1).find(Boolean) ?? null,
    fields: [...text.matchAll(/<(?:input|textarea|select)[^>]* name="([^"]+)"/g)].map((match) => match[1] ?? '').filter((name) => name !== '_csrf'),
  }
}

async function send(address: string, { cookie, token }: Form, contentType: string, body: string): Promise<number> {
  const urlencoded = contentType === 'application/x-www-form-urlencoded'
  const multipart = contentType.startsWith('multipart/')
  const answer = await fetch(address, {
    method: 'POST', redirect: 'manual', headers: { 'content-type': contentType, cookie, 'sec-fetch-site': 'same-origin', accept: 'text/html', 'x-forwarded-for': someAddress() },
    body: urlencoded ? `_csrf=${encodeURIComponent(token)}&${body}` : multipart ? body.replace('TOKEN', token) : body,
  })
  await answer.arrayBuffer()
  return answer.status
}

let visitors = 0
const someAddress = (): string => {
  visitors += 1
  return `198.51.${(visitors >> 8) & 255}.${visitors & 255}`
}

/** As much of it as an address takes. */
async function look(address: string, body: string): Promise<number> {
  const answer = await fetch(`${address}?${encodeURI(body.slice(0, 5_000)).slice(0, 12_000)}`, { redirect: 'manual', headers: { accept: 'text/html', 'x-forwarded-for': someAddress() } }).catch(() => null)
  await answer?.arrayBuffer()
  return answer?.status ?? 0
}

function word(message: StrangerAnswer): Promise<void> {
  return new Promise((resolve) => {
    parentPort?.once('message', () => resolve())
    parentPort?.postMessage(message)
  })
}

await visit(workerData as StrangerWork)
