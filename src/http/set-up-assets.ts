import compression from 'compression'
import express, { type RequestHandler, Router } from 'express'
import { RequestFault } from './error-facts.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60
const HOUR_SECONDS = 60 * 60

/** Everything below `dir` answers below `url`. */
export interface AssetFolder {
  url: string
  dir: string
}

/**
 * Public files, before any session, compressed on the way. Pages are not: the length of a compressed page that shows something a
 * stranger chose tells of the secrets beside it (BREACH). An address with a mark of the content (`?v=`) is kept for a year; one without for an
 * hour, then asked for again by its ETag.
 */
export function setUpAssets(folders: readonly AssetFolder[]): Router {
  const router = Router()
  for (const { url, dir } of folders) {
    router.use(url, readOnly, cacheHeader, compression(), express.static(dir, { index: false, redirect: false, dotfiles: 'ignore', etag: true, cacheControl: false }))
  }
  return router
}

const readOnly: RequestHandler = (req, res, next) => {
  if (req.method === 'GET' || req.method === 'HEAD') return next()
  res.setHeader('Allow', 'GET, HEAD')
  next(new RequestFault(405))
}

const cacheHeader: RequestHandler = (req, res, next) => {
  const marked = typeof req.query['v'] === 'string'
  res.setHeader('Cache-Control', marked ? `public, max-age=${YEAR_SECONDS}, immutable` : `public, max-age=${HOUR_SECONDS}`)
  next()
}
