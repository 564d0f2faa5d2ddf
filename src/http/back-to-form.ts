import { fieldError, oldInput } from './form-errors.ts'
import type { PageContext } from './page-context.ts'
import { type PageResult, redirect } from './page-result.ts'

/**
 * For handlers: shows the form again with one message beside a field and what was typed. `path` is the page that shows it;
 * this one unless given.
 */
export function backToForm(ctx: Pick<PageContext, 'session' | 'path'> & { body: unknown }, field: string, text: string, path = ctx.path): PageResult {
  ctx.session.keepForm({ path, errors: [fieldError(field, text)], values: oldInput(ctx.body, []) })
  return redirect(path)
}
