import { type Express, type RequestHandler, Router } from 'express'
import type { Page } from './define-page.ts'
import { RequestFault } from './error-facts.ts'
import type { PageDeps } from './page-deps.ts'
import { runPage } from './run-page.ts'

/** One method of one page, as the authorisation matrix and the documentation see it. */
export interface RouteRow {
  name: string
  method: 'GET' | 'POST'
  path: string
  permission: string
  /** Null for a look. */
  audit: string | null
  /** True when looks are logged with the person looked at. */
  looksAtSomeone: boolean
  /** True when it needs a fresh proof of who asks. */
  stepUp: boolean
}

/** Every route of the pages, in the order of their paths. */
export function routeTable(pages: readonly Page[]): RouteRow[] {
  return [...pages].sort((a, b) => (a.path < b.path ? -1 : 1)).flatMap((page) =>
    (['get', 'post'] as const).flatMap((method) => {
      const operation = page[method]
      if (!operation) return []
      const { permission, audit, stepUp } = operation
      return [{ name: page.name, method: method === 'get' ? 'GET' as const : 'POST' as const, path: page.path, permission, audit, looksAtSomeone: page.looksAtSomeone, stepUp }]
    }))
}

/**
 * Mounts the pages, each with its permission check, limits and audit.
 * @throws Error naming every page with a path or name that is taken, or a permission that does not exist.
 */
export function mountPages(app: Express, pages: readonly Page[], deps: PageDeps): void {
  const problems = wiringProblems(pages, deps)
  if (problems.length > 0) throw new Error(`The pages cannot be mounted:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
  // A router for each first part of the paths: with hundreds of pages on one, finding the right one took a twentieth of a request's time.
  const routers = new Map<string, Router>()
  for (const page of [...pages].sort(moreExactFirst)) {
    const part = firstPart(page.path)
    const router = routers.get(part) ?? Router({ caseSensitive: true })
    routers.set(part, router)
    mountPage(router, page, deps)
  }
  const byFirstPart: RequestHandler = (req, res, next) => {
    const router = routers.get(firstPart(req.path))
    if (router) router(req, res, next)
    else next()
  }
  // It shows its routes as a router does, for whoever checks what the server answers.
  app.use(Object.assign(byFirstPart, { stack: [...routers.values()].flatMap(({ stack }) => stack) }))
}

/** Of `/people/new` it is `people`. No page has a parameter there. */
const firstPart = (path: string): string => path.slice(1).split('/', 1)[0] as string

function mountPage(router: Router, page: Page, deps: PageDeps): void {
  const { get, post } = page
  const route = router.route(page.path)
  if (get) route.get((req, res) => runPage(page, get, deps, req, res))
  if (post) route.post(...limitsOf(page, deps), (req, res) => runPage(page, post, deps, req, res))
  const allow = [...(get ? ['GET', 'HEAD'] : []), ...(post ? ['POST'] : [])].join(', ')
  route.all((_req, res, next) => {
    res.setHeader('Allow', allow)
    next(new RequestFault(405))
  })
}

function limitsOf({ name, post }: Page, deps: PageDeps): RequestHandler[] {
  if (post?.limit) return deps.limits.own(name, post.limit)
  return post?.permission === 'public' ? [deps.limits.general] : []
}

function wiringProblems(pages: readonly Page[], deps: PageDeps): string[] {
  const known = new Set(['public', 'signed-in', ...deps.permissions])
  const problems: string[] = []
  const paths = new Map<string, string>()
  const names = new Set<string>()
  for (const page of pages) {
    // Two paths that differ in the parameter's name only are the same path.
    const shape = page.path.replace(/:\w+/g, ':').replace(/(.)\/$/, '$1')
    const other = paths.get(shape)
    if (other !== undefined) problems.push(`"${page.name}" and "${other}" both answer ${page.path}`)
    if (!/^[\w.-]*$/.test(firstPart(page.path))) problems.push(`the path of "${page.name}" begins with a parameter`)
    if (names.has(page.name)) problems.push(`two pages are called "${page.name}"`)
    paths.set(shape, page.name)
    names.add(page.name)
    for (const operation of [page.get, page.post]) {
      if (operation?.stepUp && !deps.stepUp) problems.push(`"${page.name}" needs a proof, and there is no page that takes one`)
      if (operation && !known.has(operation.permission)) problems.push(`"${page.name}" asks for the unknown permission "${operation.permission}"`)
    }
  }
  for (const path of deps.tokenFree) {
    if (!pages.some((page) => page.path === path && page.post)) problems.push(`the exemption ${path} belongs to no form`)
  }
  return problems
}

/** `/people/new` before `/people/:id`, whatever the order of the list. */
function moreExactFirst(a: Page, b: Page): number {
  return exactness(a) < exactness(b) ? -1 : 1
}

const exactness = (page: Page): string => page.path.split('/').map((part) => (/[:*{]/.test(part) ? '1' : '0')).join('')
