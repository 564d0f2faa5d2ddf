import { fieldError, oldInput } from './form-errors.ts'
import type { PageContext } from './page-context.ts'
import { type PageResult, redirect } from './page-result.ts'

type Refusing = Pick<PageContext, 'session' | 'path'> & { body: unknown }

/**
 * For handlers: shows the form again with one message beside a field and what was typed. `path` is the page that shows it;
 * this one unless given.
 */
export function backToForm(ctx: Refusing, field: string, text: string, path = ctx.path): PageResult {
  return backWithErrors(ctx, { [field]: text }, path)
}

/** The same with several messages, by field, in the order of the fields. */
export function backWithErrors(ctx: Refusing, errors: Record<string, string>, path = ctx.path): PageResult {
  ctx.session.keepForm({ path, errors: Object.entries(errors).map(([field, text]) => fieldError(field, text)), values: oldInput(ctx.body, []) })
  return redirect(path)
}
