import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export interface Received { headers: IncomingHttpHeaders; body: string; path: string }

export interface WebhookReceiver {
  url: string
  got: Received[]
  /** What it answers from now on; 'silence': nothing at all. */
  answer: number | 'silence'
  close(): Promise<void>
}

/** A system on this computer that takes webhooks, by http or, with a certificate, by https. */
export async function startReceiver(tls?: { key: string; cert: string }): Promise<WebhookReceiver> {
  const receiver: Omit<WebhookReceiver, 'url' | 'close'> = { got: [], answer: 204 }
  const take: Parameters<typeof createServer>[1] = (req, res) => {
    const chunks: Buffer[] = []
    req.on('data', (chunk: Buffer) => chunks.push(chunk))
    req.on('end', () => {
      receiver.got.push({ headers: req.headers, body: Buffer.concat(chunks).toString('utf8'), path: req.url ?? '' })
      if (receiver.answer === 'silence') return
      // Somewhere else, for the answers that lead on.
      res.writeHead(receiver.answer, { location: '/elsewhere' }).end(receiver.answer === 204 ? undefined : 'x'.repeat(200_000))
    })
  }
  const server: Server = tls ? createTlsServer(tls, take) : createServer(take)
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  return Object.assign(receiver, {
    url: tls ? `https://localhost:${port}` : `http://127.0.0.1:${port}`,
    close: () => new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  })
}
