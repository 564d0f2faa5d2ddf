import type { AddressInfo } from 'node:net'
import type { Server } from 'node:http'
import type { Express } from 'express'

/** What a test sees of an answer. */
export interface Answer {
  status: number
  headers: Headers
  text: string
  location: string | null
}

/** A served app on a loopback port of its own. */
export interface Served {
  url: string
  close(): Promise<void>
}

/** On a free port unless told. */
export async function serve(app: Express, onPort = 0): Promise<Served> {
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(onPort, '127.0.0.1', () => resolve(listening))
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => { server.closeAllConnections(); server.close(() => resolve()) }),
  }
}

/** A browser with a jar of cookies and no scripts: it sends what a real one sends with its forms. */
export class Browser {
  readonly cookies = new Map<string, string>()
  readonly #base: string
  readonly #extra: Record<string, string>

  constructor(base: string, extra: Record<string, string> = {}) {
    this.#base = base
    this.#extra = extra
  }

  get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
    return this.send('GET', path, { headers })
  }

  /** Posts fields; `token` from an earlier page unless given in the fields. */
  post(path: string, fields: Record<string, string | string[]> = {}, headers: Record<string, string> = {}): Promise<Answer> {
    const body = new URLSearchParams()
    for (const [name, value] of Object.entries(fields)) for (const one of [value].flat()) body.append(name, one)
    return this.send('POST', path, { body, headers: { 'sec-fetch-site': 'same-origin', ...headers } })
  }

  /** Opens a page and sends its form back with the token found in it. */
  async submit(page: string, fields: Record<string, string | string[]> = {}, to = page): Promise<Answer> {
    const shown = await this.get(page)
    return this.post(to, { _csrf: tokenIn(shown), ...fields })
  }

  async send(method: string, path: string, options: { body?: URLSearchParams | FormData | string; headers?: Record<string, string> } = {}): Promise<Answer> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(this.#base + path, {
      method,
      redirect: 'manual',
      headers: { accept: 'text/html', ...(cookie ? { cookie } : {}), ...this.#extra, ...options.headers },
      ...(options.body === undefined ? {} : { body: options.body }),
    })
    for (const line of answer.headers.getSetCookie()) this.#keep(line)
    return { status: answer.status, headers: answer.headers, text: await answer.text(), location: answer.headers.get('location') }
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';', 1)
    const at = pair.indexOf('=')
    if (/expires=Thu, 01 Jan 1970/i.test(line)) this.cookies.delete(pair.slice(0, at))
    else this.cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

/** The form token of a page. */
export function tokenIn(answer: Answer): string {
  return /name="_csrf" value="([^"]+)"/.exec(answer.text)?.[1] ?? ''
}
