import express, { type Request, type RequestHandler, type Response } from 'express'
import multer, { MulterError } from 'multer'
import { RequestFault } from './error-facts.ts'
import type { UploadedFile } from './page-context.ts'

const FORM_LIMIT = '512kb'
/** Far above any form of ours. Every field of a body is looked at several times, in the thread that answers everybody. */
const MOST_FIELDS = 2_000
const urlencoded = express.urlencoded({ extended: false, limit: FORM_LIMIT, parameterLimit: MOST_FIELDS })
const jsonBody = express.json({ limit: FORM_LIMIT, strict: true })

/** A form's fields and file; `tooLarge` when the file exceeds the page's limit (its bytes are then dropped). */
export interface ReadBody {
  fields: Record<string, unknown>
  file: UploadedFile | null
  tooLarge: boolean
}

/**
 * Reads the body of a form, of a script's JSON, or of a form with one file.
 * Runs after the permission check: strangers cannot make the server read uploads.
 */
export async function readBody(req: Request, res: Response, upload: { field: string; maxBytes: number } | null): Promise<ReadBody> {
  if (upload && req.is('multipart/form-data')) return readUpload(req, res, upload)
  await run(urlencoded, req, res)
  await run(jsonBody, req, res)
  return { fields: plain(req.body), file: null, tooLarge: false }
}

async function readUpload(req: Request, res: Response, upload: { field: string; maxBytes: number }): Promise<ReadBody> {
  const limits = { fileSize: upload.maxBytes, files: 1, fields: 100, fieldSize: 100_000, parts: 102 }
  let tooLarge = false
  try {
    await run(multer({ storage: multer.memoryStorage(), limits, defParamCharset: 'utf8' }).single(upload.field), req, res)
  } catch (error) {
    if (!(error instanceof MulterError) || error.code !== 'LIMIT_FILE_SIZE') throw error
    tooLarge = true
  }
  const file = req.file && req.file.size > 0
    ? { filename: req.file.originalname, contentType: req.file.mimetype, bytes: req.file.buffer }
    : null
  return { fields: plain(req.body), file: tooLarge ? null : file, tooLarge }
}

/** Own fields only: a field called `__proto__` or `constructor` is a field like any other, and undeclared. */
function plain(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return {}
  // The reader of forms counts for itself; the one of JSON does not.
  if (Object.keys(body).length > MOST_FIELDS) throw new RequestFault(413)
  return { ...body }
}

function run(middleware: RequestHandler, req: Request, res: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    void middleware(req, res, (error?: unknown) => (error ? reject(error as Error) : resolve()))
  })
}
