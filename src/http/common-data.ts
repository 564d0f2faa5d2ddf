import type { Request } from 'express'
import type { FormTokens } from './form-token.ts'
import type { RequestParts } from './page-context.ts'
import { stateOf } from './request-state.ts'

/** What the product adds to every template: brand, navigation, the actor as shown. Null on an error before one is known. */
export type Layout = (parts: RequestParts | null) => object | Promise<object>

/** Data of every page; `errors`, `values` and `flash` are added where a form came back. */
export async function pageData(req: Request, parts: RequestParts, tokens: FormTokens, layout: Layout): Promise<object> {
  return { ...plainData(req), csrfToken: tokens.issue(req), ...await layout(parts) }
}

/** Data of an error page: no cookie is made for it, and a token is there only when something can be bound to it. */
export async function errorPageData(req: Request, parts: RequestParts | null, tokens: FormTokens, layout: Layout): Promise<object> {
  const bound = parts !== null && stateOf(req).knowsBrowser()
  return { ...plainData(req), csrfToken: bound ? tokens.issue(req) : '', ...await layout(parts) }
}

function plainData(req: Request): object {
  return { cspNonce: stateOf(req).cspNonce, path: req.path, lang: 'en-GB', dir: 'ltr', errors: [], values: {}, flash: null }
}
