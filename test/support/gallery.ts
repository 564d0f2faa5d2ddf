import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createWords } from '../../src/adapters/words/words.ts'
import { assetFolders, templateFolder } from '../../src/http/assets.ts'
import { createViews } from '../../src/http/views.ts'
import type { Views } from '../../src/http/views.ts'
import { nav, primary } from './sample.ts'
import type { Sample } from './sample.ts'

const NONCE = 'c2FtcGxlLW5vbmNl'
/** The policy of production, as strict here, so that a page which needs more fails here. */
const POLICY = [
  "default-src 'none'", `script-src 'self' 'nonce-${NONCE}'`, `style-src 'self' 'nonce-${NONCE}'`, "font-src 'self'", "img-src 'self' data:",
  "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'",
].join('; ')
const TYPES: Record<string, string> = { '.css': 'text/css', '.js': 'text/javascript', '.woff2': 'font/woff2', '.svg': 'image/svg+xml' }

/** Serves the samples at `/<name>` on a free port of loopback. */
export async function startGallery(samples: Sample[]): Promise<{ url: string; close(): Promise<void> }> {
  const views = galleryViews()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const sample = samples.find((s) => `/${s.name}` === path)
    if (sample) {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': POLICY })
      response.end(renderSample(views, sample))
      return
    }
    void sendAsset(path).then(
      (file) => response.writeHead(200, { 'content-type': file.type }).end(file.body),
      () => response.writeHead(404, { 'content-type': 'text/plain' }).end('not found'),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () => new Promise((resolve) => { server.close(() => resolve()); server.closeAllConnections() }),
  }
}

/** The renderer of production, plus the page that shows every component, which only the tests need. */
export function galleryViews(): Views {
  return createViews(createWords(templateFolder()), { templatesDir: [templateFolder(), fileURLToPath(new URL('templates', import.meta.url))] })
}

/** One sample as HTML, with the globals that the HTTP layer would add. */
export function renderSample(views: Views, sample: Sample): string {
  return views.render(sample.template, {
    cspNonce: NONCE, csrfToken: 'sample-token', brand: sample.brand ?? primary, actor: sample.actor ?? null, path: sample.path ?? '/', nav, ...sample.data,
  })
}

async function sendAsset(path: string): Promise<{ type: string; body: Buffer }> {
  const folder = assetFolders().find((f) => path.startsWith(`${f.url}/`))
  if (!folder) throw new Error('no such folder')
  const file = normalize(path.slice(folder.url.length))
  return { type: TYPES[extname(file)] ?? 'application/octet-stream', body: await readFile(join(folder.dir, file)) }
}
