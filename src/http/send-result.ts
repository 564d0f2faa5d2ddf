import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Request, Response } from 'express'
import type { PageResult } from './page-result.ts'
import { forbidStoring, stateOf } from './request-state.ts'
import type { Views } from './view-types.ts'

/** Writes a page's result. The session is stored first, so that the next request finds what this one kept. */
export async function sendResult(req: Request, res: Response, result: PageResult, views: Views, common: () => Promise<object>): Promise<void> {
  if (!res.hasHeader('Cache-Control')) forbidStoring(res)
  const { session } = stateOf(req)
  switch (result.kind) {
    case 'view': {
      const html = views.render(result.template, { ...await common(), ...result.data })
      await session?.store()
      res.status(result.status).type('html').send(html)
      return
    }
    case 'redirect':
      if (result.flash) session?.flash(result.flash)
      await session?.store()
      res.redirect(303, result.to)
      return
    case 'leave':
      await session?.store()
      res.redirect(303, result.to)
      return
    case 'json':
      await session?.store()
      res.status(result.status).json(result.value)
      return
    case 'download':
      await session?.store()
      res.attachment(result.filename)
      if (result.inline) res.setHeader('Content-Disposition', String(res.getHeader('Content-Disposition')).replace(/^attachment/, 'inline'))
      res.setHeader('Content-Type', result.contentType)
      if (result.policy !== null) res.setHeader('Content-Security-Policy', result.policy)
      if (result.body instanceof Readable) await pipeline(result.body, res)
      else res.send(Buffer.from(result.body))
  }
}
