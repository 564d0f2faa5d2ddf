import { startTestApp, type TestApp, type TestAppOptions } from '../../support/test-app.ts'
import { smallTrust, type SmallTrust } from '../../support/small-trust.ts'
import type { Scope } from '../../../src/features/machines/scopes.ts'
import { SCOPE_NAMES } from '../../../src/features/machines/scopes.ts'

/** Two schools, an administrator of the trust, one of the high school, and asked pupils and staff. */
export interface MachineWorld extends SmallTrust {
  app: TestApp
  admin: string
  highAdmin: string
  staff: string
  highStaff: string
  pupil: string
  /** Gives a token by the page, as the administrator does; the text that is shown once. */
  token(wanted?: { name?: string; scopes?: Scope[]; school?: string; days?: string; by?: string }): Promise<string>
  /** Calls `/api/v1`. */
  call(path: string, token: string | null, options?: { method?: string; body?: object; key?: string; headers?: Record<string, string> }): Promise<ApiAnswer>
}

export interface ApiAnswer { status: number; headers: Headers; body: Record<string, unknown> }

export async function machineWorld(options: TestAppOptions = {}): Promise<MachineWorld> {
  const app = await startTestApp(options)
  const trust = await smallTrust(app)
  const { services } = app
  const admin = await trust.add({ name: 'Imogen Vale', email: 'imogen@x.example' })
  const highAdmin = await trust.add({ name: 'Otis Fenn', email: 'otis@x.example' })
  const grant = (personId: string, schoolId: string | null) => services.roles.grant({ personId, role: 'trust-admin', schoolId, yearCode: null, groupName: null, until: null, grantedBy: 'system' })
  await grant(admin, null)
  await grant(highAdmin, trust.high.id)
  const staff = await trust.add({ name: 'Nadia Stone', role: 'teacher', email: 'nadia@x.example' })
  const highStaff = await trust.add({ name: 'Piotr Lane', role: 'teacher', school: trust.high, email: 'piotr@x.example' })
  const pupil = await trust.add({ name: 'Rowan Pike', role: 'pupil', school: trust.high, year: '9', group: '9A', email: 'rowan@x.example' })
  await trust.issue()
  let given = 0
  return {
    ...trust, app, admin, highAdmin, staff, highStaff, pupil,
    async token({ name, scopes = [...SCOPE_NAMES], school = 'trust', days = '30', by = admin } = {}) {
      given += 1
      const browser = await app.as(by, 'passkey')
      const answer = await browser.submit('/settings/api', { name: name ?? `system-${given}`, scopes, school, days })
      if (answer.location !== '/settings/api/shown') throw new Error(`No token: ${answer.status} ${answer.location}`)
      return /assent_[\w-]{43}/.exec((await browser.get('/settings/api/shown')).text)?.[0] ?? ''
    },
    async call(path, token, { method = 'GET', body, key, headers = {} } = {}) {
      const answer = await fetch(`${app.url}/api/v1${path}`, {
        method, headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...(key === undefined ? {} : { 'idempotency-key': key }), ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      })
      const text = await answer.text()
      return { status: answer.status, headers: answer.headers, body: (text === '' ? {} : JSON.parse(text)) as Record<string, unknown> }
    },
  }
}
