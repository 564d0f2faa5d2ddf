import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express'
import { NotFound } from '../shared/errors.ts'
import type { Logger } from '../shared/logger.ts'
import { errorFacts, type ErrorFacts } from './error-facts.ts'
import { forbidStoring, stateIfAny } from './request-state.ts'
import type { Views } from './view-types.ts'

export interface ErrorPageDeps {
  views: Views
  logger: Logger
  /** What every page of this request gets: nonce, brand, navigation. May fail; the page then comes without it. */
  common(req: Request): Promise<object>
  /** Paths below these are answered with problem details (RFC 9457). */
  machinePaths: readonly string[]
}

/** Nobody answered: the same page as for what is not the actor's to see. */
export const answerNotFound: RequestHandler = (_req, _res, next) => next(new NotFound())

/** The one place where an error becomes an answer. */
export function createErrorHandler(deps: ErrorPageDeps): ErrorRequestHandler {
  return async (error: unknown, req, res, _next) => {
    const facts = errorFacts(error)
    const reference = referenceOf(stateIfAny(req)?.id ?? '')
    log(deps.logger, error, facts.status, { reference, request: stateIfAny(req)?.id, page: stateIfAny(req)?.page })
    // Half an answer cannot be taken back; a broken connection tells the browser that the file is not whole.
    if (res.headersSent) return void res.destroy()
    forbidStoring(res)
    res.status(facts.status)
    if (wantsProblem(req, deps.machinePaths)) return void sendProblem(res, facts, reference)
    await sendPage(deps, req, res, facts, reference)
  }
}

/** Eight characters to read out on the telephone: the random end of the request's identifier. */
function referenceOf(requestId: string): string {
  const end = requestId.slice(-8)
  return `${end.slice(0, 4)}-${end.slice(4)}`
}

async function sendPage(deps: ErrorPageDeps, req: Request, res: Response, facts: ErrorFacts, reference: string): Promise<void> {
  const common = await deps.common(req).catch(() => ({}))
  const words = { ...facts, title: facts.what, means: facts.where, todo: facts.remedy, reference }
  try {
    res.type('html').send(deps.views.render(`pages/errors/${facts.page}.njk`, { ...common, ...words }))
  } catch (error) {
    deps.logger.error({ err: error, reference }, 'the error page itself failed')
    res.type('text').send(`${facts.what}\n${facts.remedy}\nReference: ${reference}\n`)
  }
}

function wantsProblem(req: Request, machinePaths: readonly string[]): boolean {
  return machinePaths.some((path) => req.path === path || req.originalUrl.startsWith(`${path}/`))
    || req.accepts(['html', 'json']) === 'json'
}

/** RFC 9457. `type` stays `about:blank`: the status says what a client can act on, `detail` is for its people. */
function sendProblem(res: Response, facts: ErrorFacts, reference: string): void {
  res.type('application/problem+json').send(JSON.stringify({
    type: 'about:blank',
    title: facts.what,
    status: facts.status,
    detail: [facts.where, facts.remedy].filter(Boolean).join(' '),
    instance: `urn:assent:reference:${reference}`,
  }))
}

/** Error level only when someone must act. */
function log(logger: Logger, error: unknown, status: number, facts: object): void {
  if (status >= 500) logger.error({ err: error, ...facts }, 'request failed')
  else if (status === 403 || status === 429) logger.warn({ err: error, status, ...facts }, 'request refused')
  else logger.debug({ status, ...facts }, 'request not answered')
}
