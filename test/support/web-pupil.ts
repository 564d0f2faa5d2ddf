import { Agent, request } from 'node:http'

const agent = new Agent({ keepAlive: true, maxSockets: 256 })

/** One answer as a browser sees it, with how long it took from the first byte sent to the last received. */
export interface Seen {
  status: number
  location: string | null
  text: string
  ms: number
}

/** A pupil's browser without scripts: a jar of cookies, forms sent with their own hidden fields. */
export class WebPupil {
  readonly #base: URL
  readonly #address: string
  readonly #cookies = new Map<string, string>()
  /** Milliseconds of every request so far, in order. */
  readonly times: number[] = []

  /** `address`: the device's own, told by the proxy in front. */
  constructor(base: string, address: string) {
    this.#base = new URL(base)
    this.#address = address
  }

  get(path: string): Promise<Seen> {
    return this.#send('GET', path, null)
  }

  post(path: string, fields: Record<string, string>): Promise<Seen> {
    return this.#send('POST', path, new URLSearchParams(fields).toString())
  }

  #send(method: string, path: string, body: string | null): Promise<Seen> {
    const start = performance.now()
    return new Promise((resolve, reject) => {
      const sent = request({
        agent, method, host: this.#base.hostname, port: this.#base.port, path,
        headers: {
          cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '), 'x-forwarded-for': this.#address, accept: 'text/html',
          ...(body === null ? {} : { 'content-type': 'application/x-www-form-urlencoded', 'content-length': String(Buffer.byteLength(body)), origin: this.#base.origin, 'sec-fetch-site': 'same-origin' }),
        },
      }, (answer) => {
        let text = ''
        answer.setEncoding('utf8').on('data', (part: string) => { text += part })
        answer.once('error', reject)
        answer.once('end', () => {
          for (const line of answer.headers['set-cookie'] ?? []) this.#keep(line)
          const ms = performance.now() - start
          this.times.push(ms)
          resolve({ status: answer.statusCode ?? 0, location: answer.headers.location ?? null, text, ms })
        })
      })
      sent.once('error', reject)
      sent.end(body ?? undefined)
    })
  }

  #keep(line: string): void {
    const [pair = ''] = line.split(';', 1)
    const at = pair.indexOf('=')
    this.#cookies.set(pair.slice(0, at), pair.slice(at + 1))
  }
}

/** Value of a hidden field. */
export function hidden(page: Seen, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(page.text)?.[1] ?? ''
}

/** Addresses in a page's links. */
export function links(page: Seen): string[] {
  return [...page.text.matchAll(/ href="([^"]+)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
}
