import type { Request, Response } from 'express'
import { AssentError, Forbidden, NotFound, UnusableInput } from '../shared/errors.ts'
import { sentence } from '../shared/sentence.ts'
import type { Actor } from './actor.ts'
import type { Operation, Page, PostOperation, Prepared } from './define-page.ts'
import { errorFacts, FormRefused, RequestFault } from './error-facts.ts'
import { fieldError, fieldErrors, oldInput } from './form-errors.ts'
import { TOKEN_FIELD, TOKEN_HEADER } from './form-token.ts'
import type { RequestParts } from './page-context.ts'
import type { PageDeps, PageOutcome } from './page-deps.ts'
import { redirect, type PageResult } from './page-result.ts'
import { readBody, type ReadBody } from './read-body.ts'
import { forbidStoring, stateOf } from './request-state.ts'
import { requestParts } from './request-parts.ts'
import { sendResult } from './send-result.ts'
import { askForProof } from './step-up.ts'
import type { FieldError } from './view-types.ts'

/**
 * Answers one request of a page, in this order: who, may they, (for a form) is it ours and whole, is the input right,
 * is the look logged, the handler. Everything before the handler changes nothing.
 */
export async function runPage(page: Page, operation: Operation | PostOperation, deps: PageDeps, req: Request, res: Response): Promise<void> {
  const state = stateOf(req)
  state.page = page.name
  forbidStoring(res)
  const actor = await deps.actorOf(req)
  const parts = requestParts(req, actor)
  const tell = (result: PageOutcome['result'], subject: string | null = null) =>
    deps.auditPage(parts, { page: page.name, method: req.method, event: operation.audit, result, subject })
  const result = await answer(page, operation, deps, req, res, parts, tell).catch(async (error: unknown) => {
    // A refusal is worth a line of the log; if that line fails too, the first error is the one to answer with.
    const { status } = errorFacts(error)
    if (status === 403 || (isPost(operation) && status !== 404)) {
      await tell(status < 500 ? 'refused' : 'failed').catch((failure: unknown) => deps.logger.error({ err: failure }, 'a refusal could not be logged'))
    }
    throw error
  })
  await sendResult(req, res, result, deps.views, () => commonData(deps, req, parts, result))
}

async function answer(page: Page, operation: Operation | PostOperation, deps: PageDeps, req: Request, res: Response, parts: RequestParts, tell: Tell): Promise<PageResult> {
  if (!mayUse(parts.actor, operation.permission)) {
    if (parts.actor.personId !== null) throw new Forbidden()
    if (isPost(operation)) throw signedOut()
    return redirect(deps.signInPath)
  }
  if (isPost(operation)) return answerPost(page, operation, deps, req, res, parts, tell)
  return askForProof(operation, deps.stepUp, parts, { page: page.name, url: req.originalUrl, fields: null }) ?? answerGet(operation, req, parts, tell)
}

type Tell = (result: PageOutcome['result'], subject?: string | null) => Promise<void>

async function answerGet(operation: Operation, req: Request, parts: RequestParts, tell: Tell): Promise<PageResult> {
  const prepared = await operation.prepare(parts, { params: req.params, query: req.query, body: undefined, file: null })
  if (!prepared.ok) throw badAddress(prepared)
  const subject = await prepared.looksAt()
  const result = await prepared.run()
  // Logged before it is given: a look that cannot be logged does not happen (V3).
  if (subject !== null) await tell('viewed', subject)
  return result
}

async function answerPost(page: Page, post: PostOperation, deps: PageDeps, req: Request, res: Response, parts: RequestParts, tell: Tell): Promise<PageResult> {
  const body = await readBody(req, res, post.upload)
  const { [TOKEN_FIELD]: token, ...fields } = body.fields
  if (!deps.tokenFree.includes(page.path) && !deps.tokens.accepts(req, token ?? req.get(TOKEN_HEADER))) throw staleForm()
  // One person, or a script in their name, does not send hundreds of forms a minute.
  if (parts.actor.personId !== null && !deps.personLimiter.take(parts.actor.personId)) throw new RequestFault(429)
  // A file cannot wait in a session: then it is the page of the form that waits.
  const waiting = askForProof(post, deps.stepUp, parts, { page: page.name, url: req.originalUrl, fields: post.upload ? null : fields })
  if (waiting) return waiting
  const prepared = await operationInput(post, req, parts, fields, body)
  if ('refused' in prepared) {
    await tell('invalid')
    return backToForm(page, post, req, parts, fields, prepared.refused)
  }
  const subject = await prepared.looksAt()
  const result = await prepared.run()
  // The act is done and its own entry is in its own transaction; a fault here must not make it look undone.
  await tell('done', subject).catch((error: unknown) => deps.logger.error({ err: error, page: page.name }, 'an act could not be logged as a page'))
  return result
}

async function operationInput(post: PostOperation, req: Request, parts: RequestParts, fields: object, body: ReadBody):
  Promise<Extract<Prepared, { ok: true }> | { refused: FieldError[] }> {
  const prepared = await post.prepare(parts, { params: req.params, query: req.query, body: fields, file: body.file })
  const tooLarge = body.tooLarge && post.upload
    ? [fieldError(post.upload.field, 'The file is larger than {{size}} MB. Choose a smaller one.', { size: String(Math.floor(post.upload.maxBytes / 1_000_000) || 1) })]
    : []
  if (!prepared.ok) {
    if (prepared.part !== 'body') throw badAddress(prepared)
    return { refused: [...fieldErrors(prepared.issues), ...tooLarge] }
  }
  return tooLarge.length > 0 ? { refused: tooLarge } : prepared
}

/** Back to the form by redirect, so that reloading asks nothing; without a form of its own, a plain page says why. */
function backToForm(page: Page, post: PostOperation, req: Request, parts: RequestParts, fields: object, errors: FieldError[]): PageResult {
  if (!page.get) throw new UnusableInput({ what: errors.map(({ text, values }) => String(sentence(text, values))).join(' '), remedy: 'Go back and try again.' })
  parts.session.keepForm({ path: req.originalUrl, errors, values: oldInput(fields, post.secrets) })
  return redirect(req.originalUrl)
}

/** What every template gets; a refused form and a message are shown once, and not to a mere HEAD. */
async function commonData(deps: PageDeps, req: Request, parts: RequestParts, result: PageResult): Promise<object> {
  const looks = req.method === 'GET' && result.kind === 'view'
  const form = looks ? parts.session.takeForm(req.originalUrl) : null
  const flash = looks ? parts.session.takeFlash() : null
  return { ...await deps.common(req, parts), errors: form?.errors ?? [], values: form?.values ?? {}, flash }
}

function mayUse(actor: Actor, permission: string): boolean {
  if (permission === 'public') return true
  if (permission === 'signed-in') return actor.personId !== null
  return actor.can(permission)
}

function isPost(operation: Operation | PostOperation): operation is PostOperation {
  return operation.audit !== null
}

function badAddress(prepared: Extract<Prepared, { ok: false }>): AssentError {
  if (prepared.part === 'params') return new NotFound()
  return new UnusableInput({ what: 'This address asks for something we do not know.', remedy: 'Go back and choose from the page.' })
}

const signedOut = () => new FormRefused('You are signed out, so nothing was done.', 'Sign in and send the form again.')
const staleForm = () => new FormRefused('This form is no longer valid, so nothing was done.')
