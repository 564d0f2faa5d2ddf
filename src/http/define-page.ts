import { z } from 'zod'
import type { PageContext, RequestParts, UploadedFile } from './page-context.ts'
import type { PageResult } from './page-result.ts'
import { plainIssue } from './form-errors.ts'
import { bodyProblem } from './strict-schema.ts'

/** Anyone; anyone signed in; or holders of one permission of the list. */
export type PagePermission = 'public' | 'signed-in' | (string & {})

const nothing = z.object({})
type Nothing = typeof nothing

/** What a page declares. `name` is for logs and the route table; `path` is Express's, such as `/people/:id`. */
export interface PageSpec<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType> {
  name: string
  path: string
  permission: PagePermission
  /** Needed when the path has parameters; a mismatch answers 404. */
  params?: P
  /** What is not declared is not seen; a mismatch answers 400. */
  query?: Q
  /** The person whose record this page shows or changes; the look is logged before it is given (V3). */
  looksAt?: (ctx: PageContext<z.output<P>, z.output<Q>, unknown>) => string | null | Promise<string | null>
  /** The look itself needs a fresh proof of who asks (exports). */
  stepUp?: true
  get?: (ctx: PageContext<z.output<P>, z.output<Q>, undefined>) => Promise<PageResult>
  post?: {
    /** A strict object: a field nobody declared refuses the form (ASVS 15.3.3). */
    body: B
    /** Audit event, such as `restriction.placed`. */
    audit: string
    /** Where the act needs more than the look. */
    permission?: PagePermission
    /** Fields never put back into the form. */
    secrets?: readonly string[]
    upload?: { field: string; maxBytes: number }
    /** A limit of its own per address, in place of the general one for public forms; `shared` where it guards a secret: all processes count together. */
    limit?: { max: number; windowMs: number; shared?: boolean }
    /** The act needs a fresh proof of who asks (ASVS 7.5.3); without one the form waits and is sent again after it. */
    stepUp?: true
    handle: (ctx: PageContext<z.output<P>, z.output<Q>, z.output<B>>) => Promise<PageResult>
  }
}

/** Unvalidated input. */
export interface RawInput {
  params: unknown
  query: unknown
  body: unknown
  file: UploadedFile | null
}

/** Validated input bound to its handler, or what was wrong with it. */
export type Prepared =
  | { ok: true; ctx: PageContext; looksAt(): Promise<string | null>; run(): Promise<PageResult> }
  | { ok: false; part: 'params' | 'query' | 'body'; issues: readonly z.core.$ZodIssue[] }

/** One method of a page. */
export interface Operation {
  permission: PagePermission
  audit: string | null
  stepUp: boolean
  prepare(parts: RequestParts, raw: RawInput): Promise<Prepared>
}

export interface PostOperation extends Operation {
  audit: string
  secrets: readonly string[]
  upload: { field: string; maxBytes: number } | null
  limit: { max: number; windowMs: number; shared?: boolean } | null
}

/** A declared page, its types closed over. */
export interface Page {
  readonly name: string
  readonly path: string
  readonly permission: PagePermission
  /** True when looks at it are logged. */
  readonly looksAtSomeone: boolean
  readonly get: Operation | null
  readonly post: PostOperation | null
}

/**
 * Declares a page. Whatever it forgets stops the start, not the visitor.
 * @throws Error when name, path or permission is missing, when the page answers no method, when parameters have no
 * schema, or when a POST has no strict schema, no audit name or no handler.
 */
export function definePage<P extends z.ZodType = Nothing, Q extends z.ZodType = Nothing, B extends z.ZodType = Nothing>(
  spec: PageSpec<P, Q, B>,
): Page {
  const problems = pageProblems(spec)
  if (problems.length > 0) throw new Error(`Page "${spec.name}" (${spec.path}) cannot be used: ${problems.join('; ')}.`)
  const { get, post } = spec
  return Object.freeze({
    name: spec.name,
    path: spec.path,
    permission: spec.permission,
    looksAtSomeone: spec.looksAt !== undefined,
    get: get ? { permission: spec.permission, audit: null, stepUp: spec.stepUp ?? false, prepare: preparing(spec, z.undefined(), get) } : null,
    post: post
      ? {
          permission: post.permission ?? spec.permission,
          audit: post.audit,
          secrets: post.secrets ?? [],
          upload: post.upload ?? null,
          limit: post.limit ?? null,
          stepUp: post.stepUp ?? false,
          prepare: preparing(spec, post.body, post.handle),
        }
      : null,
  })
}

/** Closes the handler over its schemas, so that nothing after this needs to know their types. */
function preparing<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType>(
  spec: Pick<PageSpec<P, Q, z.ZodType>, 'params' | 'query' | 'looksAt'>,
  bodySchema: B,
  handle: (ctx: PageContext<z.output<P>, z.output<Q>, z.output<B>>) => Promise<PageResult>,
): Operation['prepare'] {
  return async (parts, raw) => {
    const params = await (spec.params ?? nothing).safeParseAsync(raw.params)
    if (!params.success) return { ok: false, part: 'params', issues: params.error.issues }
    const query = await (spec.query ?? nothing).safeParseAsync(raw.query)
    if (!query.success) return { ok: false, part: 'query', issues: query.error.issues }
    const body = await bodySchema.safeParseAsync(raw.body, { error: plainIssue })
    if (!body.success) return { ok: false, part: 'body', issues: body.error.issues }
    // Undeclared params and query parse to {}, which is what Nothing promises.
    const ctx = { ...parts, params: params.data as z.output<P>, query: query.data as z.output<Q>, body: body.data, file: raw.file }
    return { ok: true, ctx, looksAt: async () => (await spec.looksAt?.(ctx)) ?? null, run: () => handle(ctx) }
  }
}

/** Types are gone at run time, and a page may come from JavaScript or a cast: everything is looked at again. */
function pageProblems(spec: PageSpec<z.ZodType, z.ZodType, z.ZodType> | PageSpec<never, never, never>): string[] {
  const page: Partial<PageSpec<z.ZodType, z.ZodType, z.ZodType>> = spec as PageSpec<z.ZodType, z.ZodType, z.ZodType>
  const problems: string[] = []
  if (!page.name) problems.push('it has no name')
  if (!page.path?.startsWith('/')) problems.push('its path does not begin with /')
  if (!page.permission) problems.push('it states no permission')
  if (!page.get && !page.post) problems.push('it answers no method')
  if (page.path?.includes(':') && !page.params) problems.push('its path has parameters but no schema for them')
  if (page.post?.upload && page.post.stepUp && !page.stepUp) problems.push('its POST takes a file, which cannot wait for a proof: its GET has to ask for one as well')
  if (page.post) problems.push(...postProblems(page.post))
  return problems
}

function postProblems(post: Partial<NonNullable<PageSpec<z.ZodType, z.ZodType, z.ZodType>['post']>>): string[] {
  const problems: string[] = []
  const body = post.body ? bodyProblem(post.body) : 'has no schema'
  if (body) problems.push(`its POST ${body}`)
  if (!/^[a-z][a-z-]*(\.[a-z][a-z-]*)+$/.test(post.audit ?? '')) problems.push('its POST has no audit name such as person.renamed')
  if (typeof post.handle !== 'function') problems.push('its POST has no handler')
  if (post.permission === '') problems.push('its POST states an empty permission')
  if (post.upload && !(post.upload.maxBytes > 0)) problems.push('its upload has no size limit')
  return problems
}
