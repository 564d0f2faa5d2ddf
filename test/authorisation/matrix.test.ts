import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { allows, grantedRoles, permissions } from '../../src/features/identity/permissions.ts'
import { allPages, createApp } from '../../src/app.ts'
import { openApi } from '../../src/features/machines/open-api.ts'
import { type RouteRow, routeTable } from '../../src/http/mount-pages.ts'
import { type Answer, tokenIn } from '../http/browser.ts'
import { rsaCertificate } from '../support/rsa-certificate.ts'
import { textOf } from '../support/it-people.ts'
import type { Expectation, Outcome, Target } from './expectation.ts'
import { EXPECTATIONS } from './expectations.ts'
import { isGroupRole, may, ROLE_TABLE } from './role-table.ts'
import { type Asker, matrixWorld, type MatrixWorld } from './world.ts'

const keyOf = (row: Pick<RouteRow, 'method' | 'path'>): string => `${row.method} ${row.path}`

describe('P7, ASVS 8.2: every route, every role, own, other school and conflict', () => {
  let world: MatrixWorld
  let routes: RouteRow[]
  beforeAll(async () => {
    world = await matrixWorld()
    await addProviders(world)
    routes = routeTable(allPages(world.app.services))
  }, 120_000)
  afterAll(() => world.app.close())

  it('every route has an expectation, and every expectation a route', () => {
    expect(routes.map(keyOf).filter((key) => !(key in EXPECTATIONS))).toEqual([])
    expect(Object.keys(EXPECTATIONS).filter((key) => !routes.some((row) => keyOf(row) === key))).toEqual([])
  })

  it('nothing answers in the server but declared pages, the described interface, assets and health', () => {
    const app = createApp(world.app.services)
    interface Layer { route?: { path: string | string[] }; handle?: { stack?: Layer[] } }
    const pathsOf = (stack: readonly Layer[]): string[] => stack.flatMap(({ route, handle }) => (route ? [route.path].flat() : pathsOf(handle?.stack ?? [])))
    const mounted = pathsOf((app.router as unknown as { stack: Layer[] }).stack)
    const described = Object.keys((openApi({ baseUrl: '', version: '' }) as { paths: object }).paths).map((path) => `/v1${path.replace(/\{(\w+)\}/g, ':$1')}`)
    const declared = new Set([...allPages(world.app.services).map(({ path }) => path), ...described, '/v1/openapi.json', '/healthz', '/readyz'])
    expect(mounted.length).toBeGreaterThanOrEqual(declared.size)
    expect(mounted.filter((path) => !declared.has(path))).toEqual([])
  })

  it('the routes ask for what the expectations say, and the table of roles is the product’s', () => {
    for (const row of routes) {
      const { needs, declares } = EXPECTATIONS[keyOf(row)] as Expectation
      const declared = declares ?? (needs === 'a given role' || typeof needs !== 'string' ? 'signed-in' : needs)
      expect([keyOf(row), row.permission]).toEqual([keyOf(row), declared])
    }
    for (const role of grantedRoles) {
      if (isGroupRole(role)) continue
      for (const permission of permissions.filter((one) => one !== 'mailbox.view')) expect([role, permission, allows(role, permission)]).toEqual([role, permission, may(role, permission)])
    }
    expect(Object.keys(ROLE_TABLE).sort()).toEqual([...grantedRoles].sort())
  })

  it('answers each as declared', async () => {
    const wrong: string[] = []
    let asked = 0
    // Giving a role ends sessions, and signing in or out changes them, so those come last.
    const ends = (row: RouteRow): number => Number(row.path.startsWith('/settings/roles') || row.path.startsWith('/sign-'))
    for (const row of [...routes].sort((one, other) => ends(one) - ends(other))) {
      const expectation = EXPECTATIONS[keyOf(row)]
      if (!expectation) continue
      for (const asker of expectation.few ? world.askers.slice(0, 3) : world.askers) {
        for (const [target, address, expected] of casesOf(expectation, asker, world, row)) {
          asked += 1
          await expectation.before?.(world)
          const answer = await ask(row, expectation, asker, target, address)
          const seen = await outcomeOf(row, answer, asker, address, target)
          if (seen !== expected) wrong.push(`${keyOf(row)} by ${asker.name}, ${target}: ${seen} (${answer.status}), expected ${expected}`)
        }
      }
    }
    expect(wrong).toEqual([])
    expect(asked).toBeGreaterThan(10_000)
  }, 900_000)

  it('ASVS 7.5.3: approvals, exports and roles need a fresh proof, and without one nothing is done', async () => {
    const guarded = routes.filter(({ stepUp }) => stepUp)
    expect(guarded.map(keyOf)).toEqual([
      'GET /access/assurance.csv', 'GET /access/directories/:name/accounts.csv', 'POST /access/passwords/people/:id', 'POST /access/passwords/slips', 'POST /access/plans/:id',
      'GET /access/plans/:id/report.csv', 'POST /access/plans/:id/undo', 'POST /access/retention', 'GET /audit/export', 'GET /audit/looks.csv', 'GET /consents.csv', 'GET /guests.csv',
      'GET /office/board.csv', 'GET /records.csv', 'GET /rosters/replays/:id/people.csv', 'GET /rosters/runs/:id/merge.csv', 'GET /rosters/runs/:id/people.csv',
      'POST /rosters/runs/:id/undo', 'POST /security/codes/remove', 'POST /security/passkeys/remove', 'POST /security/tokens', 'POST /settings/api', 'POST /settings/api/revoke',
      'POST /settings/birth-dates', 'POST /settings/passwords', 'POST /settings/roles/people/:id', 'POST /settings/roles/take', 'GET /settings/sign-in/new', 'POST /settings/sign-in/new',
      'POST /settings/sign-in/providers/:provider', 'POST /settings/sign-in/providers/:provider/metadata/check', 'POST /settings/sign-in/providers/:provider/roles',
      'POST /settings/sign-in/unknown',
      'POST /settings/webhooks', 'POST /settings/webhooks/delete', 'POST /settings/webhooks/resume', 'POST /settings/webhooks/rotate', 'POST /settings/webhooks/test',
    ])
    // Files of people need one; which lines of a file were unreadable tells nobody's name.
    expect(routes.filter(({ path, stepUp }) => path.endsWith('.csv') && !stepUp).map(({ path }) => path)).toEqual(['/rosters/runs/:id/rejected.csv'])
    const signIn = async (wanted: string) => {
      const browser = await world.app.as(world.askers.find(({ role, at }) => role === wanted && at === 'trust')?.personId ?? '', 'saml', { proven: false })
      return { browser, token: tokenIn(await browser.get('/ask')) }
    }
    const [admin, dpo] = [await signIn('trust-admin'), await signIn('dpo')]
    for (const row of guarded) {
      const expectation = EXPECTATIONS[keyOf(row)] as Expectation
      const { browser, token } = expectation.needs === 'birth-dates.decide' ? dpo : admin
      const address = typeof expectation.at === 'string' ? expectation.at : expectation.at(world).own ?? ''
      const fields = typeof expectation.fields === 'function' ? expectation.fields(world, 'own') : expectation.fields ?? {}
      const answer = row.method === 'GET' ? await browser.get(address) : await browser.post(address, { _csrf: token, ...fields })
      expect([keyOf(row), answer.status, answer.location]).toEqual([keyOf(row), 303, '/confirm'])
    }
  })

  it('B7: an emergency for one person, the kill switch and the stop of a run wait for no proof; V3: one person’s record is never looked at unseen', () => {
    const row = (key: string) => routes.find((one) => keyOf(one) === key)
    for (const key of ['POST /access/people/:id/restrict', 'POST /access/restrictions/:id', 'POST /access/directories', 'POST /access/plans/:id/stop']) expect([key, row(key)?.stepUp]).toEqual([key, false])
    const records = routes.filter(({ method, path }) => method === 'GET' && /^\/(access\/people|office\/signing|desk\/people|records|settings\/roles\/people|access\/restrictions|access\/directory-tasks|paper\/slips)\/:/.test(path))
    expect(records.length).toBeGreaterThan(10)
    expect(records.filter(({ looksAtSomeone }) => !looksAtSomeone).map(keyOf)).toEqual([])
  })

  async function ask(row: RouteRow, expectation: Expectation, asker: Asker, target: Target, address: string): Promise<Answer> {
    if (row.method === 'GET') return asker.browser.get(address)
    const fields = typeof expectation.fields === 'function' ? expectation.fields(world, target) : expectation.fields ?? {}
    if (!expectation.endsSession) return asker.browser.post(address, { _csrf: asker.token, ...fields })
    return (await world.signIn(asker)).submit('/ask', fields, address)
  }

  async function outcomeOf(row: RouteRow, answer: Answer, asker: Asker, address: string, target: Target): Promise<Outcome | string> {
    if (answer.status === 404) return row.permission === 'public' && /link|setup|class\/:code/.test(row.path) ? 'allowed' : 'absent'
    if (answer.status === 403) return 'forbidden'
    if (answer.status === 429) return 'asked too often'
    if (answer.status >= 500) return `a fault: ${world.app.log.filter((line) => line.includes('"err"')).at(-1) ?? ''}`
    if (answer.status === 303 && answer.location === '/sign-in') return 'sign in'
    if (answer.status === 303 && row.method === 'POST' && target === 'conflict') {
      const shown = textOf((await asker.browser.get(answer.location ?? address)).text)
      return shown.includes('family link to somebody') ? 'said on the form' : 'allowed'
    }
    return 'allowed'
  }
})

/** The schools' own sign-in: one of each kind. */
async function addProviders({ app }: MatrixWorld): Promise<void> {
  const common = { schoolId: null, active: true, fromFile: false, matching: null, organisation: null, updatedAt: app.clock.now() }
  const { store } = app.services.signIn.providers
  await store.save({ ...common, id: app.services.ids.next(), name: 'openid', label: 'OpenID', kind: 'oidc', settings: { issuer: 'https://idp.example', clientId: 'c', secret: null, scopes: [] } })
  await store.save({
    ...common, id: app.services.ids.next(), name: 'school', label: 'School', kind: 'saml',
    settings: { entityId: 'https://idp.example/', entryPoint: 'https://idp.example/sso', logoutPoint: null, certificates: [rsaCertificate('idp').certificate], signed: 'both', allowSha1: false, clockSkewMs: 90_000, encryption: true },
  })
}

function* casesOf(expectation: Expectation, asker: Asker, world: MatrixWorld, row: RouteRow): Iterable<[Target, string, Outcome]> {
  if (expectation.mine) {
    const mine = asker.role === expectation.mine.role && asker.at === null && !asker.name.includes('link')
    if (mine) yield ['own', expectation.mine.address(world), 'allowed']
    const addresses = typeof expectation.at === 'string' ? {} : expectation.at(world)
    for (const address of Object.values(addresses)) {
      if (mine && address === expectation.mine.address(world)) continue
      const isTheirs = asker.role === 'guardian' && row.path.startsWith('/me/sign')
      yield ['own', address, asker.personId === null ? strangers(row) : isTheirs ? 'allowed' : 'absent']
    }
    return
  }
  const addresses = typeof expectation.at === 'string' ? { own: expectation.at } : expectation.at(world)
  for (const [target, address] of Object.entries(addresses) as [Target, string][]) {
    yield [target, address, expectedOf(expectation, asker, target, row)]
  }
}

function expectedOf(expectation: Expectation, asker: Asker, target: Target, row: RouteRow): Outcome {
  const outcome = outcomeFor(expectation, asker, target, row)
  return expectation.names === 'nothing' && outcome === 'allowed' ? 'absent' : outcome
}

function outcomeFor({ needs, otherwise, also, by, trustOnly, conflict, unproven }: Expectation, asker: Asker, target: Target, row: RouteRow): Outcome {
  if (unproven) return 'forbidden'
  if (needs === 'public') return 'allowed'
  if (asker.personId === null) return strangers(row)
  if (needs === 'signed-in') return 'allowed'
  if (needs === 'a given role') return asker.at === null ? 'forbidden' : 'allowed'
  const wanted = typeof needs === 'string' ? [needs] : needs.anyOf
  const exception = by?.[asker.role]
  if (exception && target === 'own') return exception
  if (!wanted.some((permission) => may(asker.role, permission))) return otherwise ?? 'forbidden'
  if (also && !also.anyOf.some((permission) => may(asker.role, permission))) return also.otherwise
  if (trustOnly && asker.at !== 'trust') return trustOnly
  if (target === 'otherSchool' && asker.at !== 'trust') return 'absent'
  return target === 'conflict' && conflict !== undefined ? conflict : 'allowed'
}

/** A stranger's form is refused, a stranger's look leads to the way in. */
const strangers = (row: RouteRow): Outcome => (row.method === 'POST' ? 'forbidden' : 'sign in')
