import type { MatrixWorld } from './world.ts'

type Fields = Record<string, string>
type Target = 'own' | 'otherSchool' | 'conflict'

/** What a route must answer to whom. Every route has one, or the build fails. */
export interface Expectation {
  /** `public`, `signed-in`, `a given role` (any), or a permission of the role table. `any-of`: the office's home, for whoever may see one part of it. */
  needs: string | { anyOf: string[] }
  /** Only for roles of the whole trust; what the others read. */
  trustOnly?: 'forbidden' | 'absent'
  /** Addresses by what they are about; one address where that makes no difference. */
  at: string | ((world: MatrixWorld) => Partial<Record<Target, string>>)
  /** Fields of a POST: right in form, and doing nothing that the other tests would notice. */
  fields?: Fields | ((world: MatrixWorld, target: Target) => Fields)
  /** P7: what becomes of it where it is about a child of whoever asks. */
  conflict?: 'allowed' | 'forbidden' | 'said on the form'
  /** Of a signatory: only the person of `mine` gets it, whatever anybody's role. */
  mine?: { role: string; address: (world: MatrixWorld) => string }
  /** Refused whoever asks: it proves itself by what an identity provider signed. */
  unproven?: true
  /** The session ends by it, so every try takes one of its own. */
  endsSession?: true
  /** The address names nothing that exists: who may, reads so. What exists at another school is looked at in the feature's own tests. */
  names?: 'nothing'
  /** Asked by a few only: a limit per address stands before it. */
  few?: true
}

const TEXT = 'a'.repeat(64)
const pub = (at: string, more: Partial<Expectation> = {}): Expectation => ({ needs: 'public', at, ...more })
const slot = (tail: string, more: Partial<Expectation> = {}): Expectation => ({
  needs: 'signed-in', at: (world) => ({ own: `/me/sign/${world.othersSlot}${tail}` }), mine: { role: 'pupil', address: (world) => `/me/sign/${world.mySlot}${tail}` }, ...more,
})
const signed = (tail: string, more: Partial<Expectation> = {}): Expectation => ({
  needs: 'signed-in', at: (world) => ({ own: `/me/records/${world.othersSignature}${tail}` }), mine: { role: 'staff', address: (world) => `/me/records/${world.mySignature}${tail}` }, ...more,
})
const places = (what: 'accessPlans' | 'rosterRuns' | 'people' | 'records', path: (id: string) => string, targets: Target[] = ['own', 'otherSchool', 'conflict']) =>
  (world: MatrixWorld): Partial<Record<Target, string>> => Object.fromEntries(targets.map((target) => [target, path(world[what][target])]))
const filtered = (path: string) => (world: MatrixWorld) => ({ own: `${path}?school=${world.schools.own}`, otherSchool: `${path}?school=${world.schools.otherSchool}` })

const NOTHING = '0'.repeat(26)
const KEY = 'a'.repeat(32)
const GROUP = `${NOTHING}.group.4B`
const room = (tail: string, more: Partial<Expectation> = {}): Expectation => pub(`/class/ACD346/${NOTHING}${tail}`, { few: true, ...more })
const session = (tail: string, more: Partial<Expectation> = {}): Expectation => ({
  needs: 'signed-in', at: () => ({ own: `/class/sessions${tail}` }), mine: { role: 'none of the askers', address: () => '' }, ...more,
})
const none = (needs: string, at: string, more: Partial<Expectation> = {}): Expectation => ({ needs, at, names: 'nothing', ...more })

/** By method and path, as the route table writes them. */
export const EXPECTATIONS: Record<string, Expectation> = {
  'GET /': pub('/'),
  'GET /about/stored': pub('/about/stored'),
  'GET /stored': pub('/stored'),
  'GET /help': pub('/help'),
  'GET /ask': pub('/ask'),
  'POST /ask': pub('/ask', { fields: { email: 'nobody@x.example' }, few: true }),
  'GET /ask/sent': pub('/ask/sent'),
  'GET /sign-in': pub('/sign-in'),
  'POST /sign-out': pub('/sign-out', { endsSession: true, few: true }),
  'GET /link/:token': pub('/link/none', { few: true }),
  'POST /link/:token': pub('/link/none', { few: true }),
  'GET /setup/:token': pub('/setup/none', { few: true }),
  'POST /setup/:token': pub('/setup/none', { fields: { name: 'x', email: 'x@x.example' }, few: true }),
  'GET /verify': pub('/verify'),
  'POST /verify': pub('/verify', { few: true }),
  'GET /verify/:reference': pub('/verify/ABC', { few: true }),
  'GET /verify/certificate': pub('/verify/certificate'),

  'GET /sign-in/:provider': pub('/sign-in/school', { few: true }),
  'POST /saml/:provider/acs': pub('/saml/school/acs', { fields: { SAMLResponse: 'PGEvPg==' }, unproven: true, few: true }),
  'GET /saml/:provider/metadata': pub('/saml/school/metadata', { few: true }),
  'GET /saml/:provider/logout': pub('/saml/school/logout', { unproven: true, few: true }),
  'GET /oidc/:provider/callback': pub('/oidc/openid/callback', { unproven: true, few: true }),
  'GET /settings/sign-in': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in' },
  'GET /settings/sign-in/new': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/new' },
  'POST /settings/sign-in/new': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/new', fields: { kind: 'oidc', name: 'Not A Name', label: 'x', issuer: 'https://idp.example', client: 'c' } },
  'GET /settings/sign-in/unknown': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/unknown' },
  'POST /settings/sign-in/unknown': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/unknown', fields: { login: '0'.repeat(26), decision: 'refuse' } },
  'POST /settings/sign-in/unknown/find': { needs: 'settings.manage', at: '/settings/sign-in/unknown/find', fields: { name: 'Rowan' } },
  'GET /settings/sign-in/providers/:provider': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school' },
  'POST /settings/sign-in/providers/:provider': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school', fields: { label: 'School', active: 'on' } },
  'GET /settings/sign-in/providers/:provider/metadata': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/metadata' },
  'POST /settings/sign-in/providers/:provider/metadata': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/metadata', fields: { text: '<x/>' } },
  'GET /settings/sign-in/providers/:provider/metadata/check': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/metadata/check' },
  'POST /settings/sign-in/providers/:provider/metadata/check': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/metadata/check' },
  'GET /settings/sign-in/providers/:provider/test': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/test' },
  'GET /settings/sign-in/providers/:provider/test/start': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/test/start' },
  'POST /settings/sign-in/providers/:provider/roles': { needs: 'settings.manage', trustOnly: 'forbidden', at: '/settings/sign-in/providers/school/roles', fields: { decision: 'remove', rule: 'none' } },

  'GET /me': { needs: 'signed-in', at: '/me' },
  'GET /f': { needs: 'signed-in', at: '/f' },
  'GET /me/sign/:signatoryId': slot(''),
  'GET /me/sign/:signatoryId/changed': slot(`/changed?text=${TEXT}`),
  'GET /me/sign/:signatoryId/sign': slot('/sign'),
  'POST /me/sign/:signatoryId/sign': slot('/sign', { fields: { text: TEXT } }),
  'GET /me/sign/:signatoryId/check': slot('/check'),
  'POST /me/sign/:signatoryId/check': slot('/check', { fields: { text: TEXT, formKey: 'a'.repeat(32), shown: 'x' } }),
  'GET /me/sign/:signatoryId/done': slot('/done'),
  'POST /me/sign/:signatoryId/again': slot('/again'),
  'GET /me/records/:signatureId': signed(''),
  'GET /me/records/:signatureId/withdraw': signed('/withdraw'),
  'POST /me/records/:signatureId/withdraw': signed('/withdraw', { mine: { role: 'none of the askers', address: () => '' } }),

  'GET /office': { needs: { anyOf: ['office.board.view', 'roster.view', 'access.view'] }, at: '/office' },
  'GET /office/board': { needs: 'office.board.view', at: filtered('/office/board') },
  'POST /office/board/search': { needs: 'office.board.view', at: '/office/board/search', fields: { name: 'Rowan' } },
  'GET /office/board.csv': { needs: 'office.board.export', at: filtered('/office/board.csv') },
  'POST /office/board/chase': { needs: 'requests.chase', at: filtered('/office/board/chase') },
  'GET /office/figures': { needs: 'figures.view', at: '/office/figures' },

  'GET /records': { needs: 'records.view', at: filtered('/records') },
  'POST /records/search': { needs: 'records.view', at: '/records/search', fields: { name: 'Rowan' } },
  'GET /records.csv': { needs: 'records.view', at: filtered('/records.csv') },
  'GET /records/:signatureId': { needs: 'records.view', at: places('records', (id) => `/records/${id}`, ['own', 'otherSchool']) },
  'GET /records/:signatureId.pdf': { needs: 'records.view', at: places('records', (id) => `/records/${id}.pdf`, ['own', 'otherSchool']) },

  'GET /rosters': { needs: 'roster.view', at: '/rosters' },
  'GET /rosters/missing': { needs: 'roster.view', at: '/rosters/missing' },
  'POST /rosters/missing': {
    needs: 'roster.approve', at: () => ({ own: '/rosters/missing', otherSchool: '/rosters/missing', conflict: '/rosters/missing' }),
    fields: (world, target) => ({ place: world.missing[target], answer: 'ask' }), conflict: 'forbidden',
  },
  'GET /rosters/upload': { needs: 'roster.run', at: '/rosters/upload' },
  'POST /rosters/upload': { needs: 'roster.run', at: '/rosters/upload', fields: { decision: 'look', format: 'auto' } },
  'GET /rosters/runs/:id': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}`), conflict: 'allowed' },
  'POST /rosters/runs/:id': { needs: 'roster.approve', at: places('rosterRuns', (id) => `/rosters/runs/${id}`), fields: { count: 'none' }, conflict: 'said on the form' },
  'GET /rosters/runs/:id/rejected.csv': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}/rejected.csv`), conflict: 'allowed' },
  'GET /rosters/runs/:id/people.csv': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}/people.csv?kind=held`), conflict: 'allowed' },

  'GET /rosters/runs/:id/merge': { needs: 'roster.view', trustOnly: 'absent', at: (world) => ({ own: `/rosters/runs/${world.refusedRun}/merge` }) },
  'POST /rosters/runs/:id/merge': { needs: 'roster.approve', trustOnly: 'absent', at: (world) => ({ own: `/rosters/runs/${world.refusedRun}/merge` }), fields: { answer: 'merge', count: 'none' } },
  'GET /rosters/runs/:id/merge.csv': { needs: 'roster.view', trustOnly: 'absent', at: (world) => ({ own: `/rosters/runs/${world.refusedRun}/merge.csv` }) },

  'GET /rosters/rollover': { needs: 'roster.view', at: '/rosters/rollover' },
  'GET /rosters/rollover/:school/:year': { needs: 'roster.view', at: (world) => ({ own: `/rosters/rollover/${world.schools.own}/4`, otherSchool: `/rosters/rollover/${world.schools.otherSchool}/4` }) },
  'POST /rosters/rollover/:school/:year': { needs: 'roster.approve', at: (world) => ({ own: `/rosters/rollover/${world.schools.own}/4`, otherSchool: `/rosters/rollover/${world.schools.otherSchool}/4` }), fields: { answer: 'withdraw' } },
  'GET /settings/calendar': { needs: 'calendar.edit', at: '/settings/calendar' },
  'POST /settings/calendar': {
    needs: 'calendar.edit', at: () => ({ own: '/settings/calendar', otherSchool: '/settings/calendar' }),
    fields: (world, target) => ({ school: world.schools[target], kind: 'closure', name: '', 'from-day': 'x', 'from-month': '', 'from-year': '', 'to-day': '', 'to-month': '', 'to-year': '' }),
  },
  'POST /settings/calendar/remove': { needs: 'calendar.edit', at: () => ({ own: '/settings/calendar/remove', otherSchool: '/settings/calendar/remove' }), fields: (world, target) => ({ period: target === 'own' ? '0'.repeat(26) : world.otherPeriod }) },

  'GET /access': { needs: 'access.view', at: '/access' },
  'POST /access/look': { needs: 'access.plan', at: '/access/look' },
  'POST /access/directories': { needs: 'access.approve', trustOnly: 'forbidden', at: '/access/directories', fields: { paused: 'no' } },
  'GET /access/directories': { needs: 'access.view', at: '/access/directories' },
  'GET /access/tasks': { needs: 'access.tasks', at: '/access/tasks' },
  'GET /access/plans/:id': { needs: 'access.view', at: places('accessPlans', (id) => `/access/plans/${id}`), conflict: 'allowed' },
  'POST /access/plans/:id': { needs: 'access.approve', at: places('accessPlans', (id) => `/access/plans/${id}`), fields: { decision: 'approve', count: 'none' }, conflict: 'said on the form' },
  'POST /access/plans/:id/undo': { needs: 'access.undo', at: places('accessPlans', (id) => `/access/plans/${id}/undo`), conflict: 'said on the form' },
  // The page may be read; the true cause is held back on it (A5), which a test of its own looks at.
  'GET /access/people/:id': { needs: 'person.view', at: places('people', (id) => `/access/people/${id}`), conflict: 'allowed' },

  'GET /settings': { needs: { anyOf: ['settings.manage', 'looks.view', 'calendar.edit'] }, at: '/settings' },
  'GET /settings/roles': { needs: 'settings.manage', at: '/settings/roles' },
  'POST /settings/roles/search': { needs: 'settings.manage', at: '/settings/roles/search', fields: { name: 'Rowan' } },
  'POST /settings/roles/take': { needs: 'settings.manage', at: () => ({ own: '/settings/roles/take', otherSchool: '/settings/roles/take' }), fields: (world, target) => ({ grant: world.grants[target] }) },
  'GET /settings/roles/people/:id': { needs: 'settings.manage', at: places('people', (id) => `/settings/roles/people/${id}`, ['own', 'otherSchool']) },
  'POST /settings/roles/people/:id': { needs: 'settings.manage', at: places('people', (id) => `/settings/roles/people/${id}`, ['own', 'otherSchool']), fields: (world, target) => ({ role: 'office', school: world.schools[target], year: 'XX' }) },
  'POST /settings/roles/people/:id/sessions': { needs: 'settings.manage', at: (world) => ({ own: `/settings/roles/people/${world.sleepers.own}/sessions`, otherSchool: `/settings/roles/people/${world.sleepers.otherSchool}/sessions` }) },
  'GET /security': { needs: 'signed-in', at: '/security' },
  'GET /security/start': { needs: 'signed-in', at: '/security/start' },
  'POST /security/passkeys/options': { needs: 'a given role', at: '/security/passkeys/options' },
  'POST /security/passkeys': { needs: 'a given role', at: '/security/passkeys', fields: { credential: '{}' } },
  'POST /security/passkeys/remove': { needs: 'signed-in', at: () => ({ own: '/security/passkeys/remove' }), fields: { passkey: 'a'.repeat(64) }, mine: { role: 'none of the askers', address: () => '' } },
  'GET /security/codes': { needs: 'a given role', at: '/security/codes' },
  'POST /security/codes': { needs: 'a given role', at: '/security/codes', fields: { code: '000000' } },
  'POST /security/codes/remove': { needs: 'signed-in', at: '/security/codes/remove' },
  'GET /security/recovery': { needs: 'signed-in', at: '/security/recovery' },
  'POST /security/recovery': { needs: 'a given role', at: '/security/recovery' },
  'POST /security/sessions': { needs: 'signed-in', at: () => ({ own: '/security/sessions' }), fields: { session: 'a'.repeat(64) }, mine: { role: 'none of the askers', address: () => '' } },
  'GET /confirm': { needs: 'signed-in', at: '/confirm' },
  'POST /confirm': { needs: 'signed-in', at: '/confirm', fields: { code: '000000' } },
  'POST /confirm/passkey/options': { needs: 'signed-in', at: '/confirm/passkey/options' },
  'POST /confirm/passkey': { needs: 'signed-in', at: '/confirm/passkey', fields: { credential: '{}' } },
  'GET /confirm/go-on': { needs: 'signed-in', at: '/confirm/go-on' },
  'GET /sign-in/administrator': pub('/sign-in/administrator'),
  'POST /sign-in/administrator': pub('/sign-in/administrator', { fields: { email: 'x@x.example', code: '000000' }, few: true }),
  'POST /sign-in/administrator/passkey/options': pub('/sign-in/administrator/passkey/options', { few: true }),
  'POST /sign-in/administrator/passkey': pub('/sign-in/administrator/passkey', { fields: { credential: '{}' }, few: true }),

  'GET /audit/looks': { needs: 'looks.view', at: '/audit/looks' },
  'POST /audit/looks/search': { needs: 'looks.view', at: '/audit/looks/search', fields: { name: 'Rowan' } },
  'GET /audit/looks.csv': { needs: 'looks.view', at: '/audit/looks.csv' },
  'GET /letter': pub('/letter'),
  'POST /letter': pub('/letter', { fields: { code: 'none' }, few: true }),
  'GET /me/together': { needs: 'signed-in', at: '/me/together' },
  'GET /me/together/sign': { needs: 'signed-in', at: '/me/together/sign' },
  'POST /me/together/sign': { needs: 'signed-in', at: '/me/together/sign' },
  'GET /me/together/check': { needs: 'signed-in', at: '/me/together/check' },
  'POST /me/together/check': { needs: 'signed-in', at: '/me/together/check', fields: { formKey: KEY, shown: 'x' } },
  'GET /me/together/done': { needs: 'signed-in', at: '/me/together/done' },

  'GET /class': pub('/class'),
  'POST /class': pub('/class', { fields: { typed: 'ACD346' }, few: true }),
  'GET /class/over': pub('/class/over'),
  'GET /class/:code': pub('/class/ACD346', { few: true }),
  'POST /class/:code': pub('/class/ACD346', { few: true }),
  'GET /class/:code/:signatoryId': room(''),
  'GET /class/:code/:signatoryId/read': room('/read'),
  'GET /class/:code/:signatoryId/sign': room('/sign'),
  'POST /class/:code/:signatoryId/sign': room('/sign', { fields: { text: TEXT, formKey: KEY } }),
  'GET /class/:code/:signatoryId/sent': room('/sent'),
  'GET /class/:code/:signatoryId/taken': room('/taken'),
  'POST /class/sessions': session('', { fields: { schoolId: NOTHING, kind: 'group', name: '4B' } }),
  'GET /class/sessions/:id': session(`/${NOTHING}`),
  'POST /class/sessions/:id/witness': session(`/${NOTHING}/witness`),
  'POST /class/sessions/:id/discussion': session(`/${NOTHING}/discussion`, { fields: { ledBy: 'x', on: '2026-09-07' } }),
  'GET /class/sessions/:id/agree': session(`/${NOTHING}/agree`),
  'POST /class/sessions/:id/agree': session(`/${NOTHING}/agree`, { fields: { ledBy: 'x', text: TEXT } }),
  'POST /class/sessions/:id/end': session(`/${NOTHING}/end`),

  'GET /paper': { needs: 'paper.enter', at: '/paper' },
  'POST /paper/enter': none('paper.enter', '/paper/enter', { fields: { group: GROUP, formKey: KEY } }),
  'POST /paper/print': none('paper.enter', '/paper/print', { fields: { group: GROUP } }),
  'GET /paper/prints/:id': none('paper.enter', `/paper/prints/${NOTHING}`),
  'GET /paper/batches/:id': none('paper.enter', `/paper/batches/${NOTHING}`),
  'POST /paper/batches/:id/undo': none('paper.enter', `/paper/batches/${NOTHING}/undo`),
  'GET /paper/code': { needs: 'paper.enter', at: '/paper/code' },
  'POST /paper/code': { needs: 'paper.enter', at: '/paper/code', fields: { typed: 'x' } },
  'GET /paper/scan': { needs: 'paper.enter', at: '/paper/scan' },
  'POST /paper/scan': { needs: 'paper.enter', at: '/paper/scan' },
  'GET /paper/slips/:code': none('paper.enter', '/paper/slips/ACDE3469'),
  'POST /paper/slips/:code': none('paper.enter', '/paper/slips/ACDE3469', { fields: { formKey: KEY } }),
  'GET /paper/scans/:sha': none('paper.enter', `/paper/scans/${TEXT}`),
  'GET /desk': { needs: 'behalf.sign', at: '/desk' },
  'POST /desk/search': { needs: 'behalf.sign', at: '/desk/search', fields: { name: 'Rowan' } },
  'GET /desk/people/:id': { needs: 'behalf.sign', at: places('people', (id) => `/desk/people/${id}`, ['own', 'otherSchool']) },
  'POST /desk/people/:id/print': none('paper.enter', `/desk/people/${NOTHING}/print`),
  'GET /desk/people/:id/:signatoryId': none('behalf.sign', `/desk/people/${NOTHING}/${NOTHING}`),
  'POST /desk/people/:id/:signatoryId': none('behalf.sign', `/desk/people/${NOTHING}/${NOTHING}`, { fields: { text: TEXT, formKey: KEY } }),
  'GET /letters': { needs: 'letters.print', at: '/letters' },
  'POST /letters/print': { needs: 'letters.print', at: '/letters/print' },
  'POST /letters/people/:id': { needs: 'letters.print', at: `/letters/people/${NOTHING}` },

  'GET /visit': pub('/visit'),
  'POST /visit': pub('/visit', { fields: { typed: 'x' }, few: true }),
  'POST /visit/new': pub('/visit/new', { few: true }),
  'GET /visit/who': pub('/visit/who'),
  'POST /visit/who': pub('/visit/who', { few: true }),
  'GET /visit/wifi': pub('/visit/wifi'),
  'POST /visit/wifi': pub('/visit/wifi', { few: true }),
  'GET /visit/read': pub('/visit/read'),
  'POST /visit/read': pub('/visit/read', { fields: { text: TEXT }, few: true }),
  'GET /visit/done': pub('/visit/done'),
  'POST /visit/finish': pub('/visit/finish', { few: true }),
  'GET /visits': { needs: 'visits.manage', at: '/visits' },
  'GET /visits/new': { needs: 'visits.manage', at: '/visits/new' },
  'POST /visits/new': { needs: 'visits.manage', at: () => ({ own: '/visits/new', otherSchool: '/visits/new' }), fields: (world, target) => ({ schoolId: world.schools[target === 'otherSchool' ? 'otherSchool' : 'own'], formKey: KEY }) },
  'POST /visits/tablets': { needs: 'visits.manage', at: () => ({ own: '/visits/tablets', otherSchool: '/visits/tablets' }), fields: (world, target) => ({ schoolId: world.schools[target === 'otherSchool' ? 'otherSchool' : 'own'] }) },
  'POST /visits/tablets/:id/end': none('visits.manage', `/visits/tablets/${NOTHING}/end`),
  'POST /visits/:id/arrived': none('visits.manage', `/visits/${NOTHING}/arrived`),

  'GET /audit': { needs: 'audit.view', at: '/audit' },
  'GET /audit/export': { needs: 'audit.view', trustOnly: 'forbidden', at: '/audit/export' },

  'GET /settings/api': { needs: 'settings.manage', at: '/settings/api' },
  'POST /settings/api': { needs: 'settings.manage', at: '/settings/api', fields: { name: 'Not A Name', scopes: 'figures:read', days: '30', school: NOTHING } },
  'POST /settings/api/revoke': none('settings.manage', '/settings/api/revoke', { fields: { token: NOTHING } }),
  'GET /settings/api/shown': { needs: 'settings.manage', at: '/settings/api/shown' },
}
