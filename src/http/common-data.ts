import type { Request } from 'express'
import type { FormTokens } from './form-token.ts'
import type { RequestParts } from './page-context.ts'
import { readerLanguage } from './request-parts.ts'
import { stateOf } from './request-state.ts'

/** What the product adds to every template: brand, navigation, the actor as shown. Null on an error before one is known. */
export type Layout = (parts: RequestParts | null) => object | Promise<object>

/** Data of every page; `errors`, `values` and `flash` are added where a form came back. */
export async function pageData(req: Request, parts: RequestParts, tokens: FormTokens, layout: Layout): Promise<object> {
  return { ...plainData(req, parts), csrfToken: tokens.issue(req), ...await layout(parts) }
}

/** Data of an error page: no cookie is made for it, and a token is there only when something can be bound to it. */
export async function errorPageData(req: Request, parts: RequestParts | null, tokens: FormTokens, layout: Layout): Promise<object> {
  const bound = parts !== null && stateOf(req).knowsBrowser()
  return { ...plainData(req, parts), csrfToken: bound ? tokens.issue(req) : '', ...await layout(parts) }
}

function plainData(req: Request, parts: RequestParts | null): object {
  return { cspNonce: stateOf(req).cspNonce, path: req.path, lang: parts?.language ?? readerLanguage(stateOf(req)), dir: 'ltr', languages: stateOf(req).languages, here: hereOf(req), errors: [], values: {}, flash: null }
}

/** Where the switch of languages leads back to: this page; of an answer to a form, its path, which may have a page of its own. */
const hereOf = (req: Request): string => (req.method === 'GET' && req.originalUrl.length <= 1000 ? req.originalUrl : req.path)
