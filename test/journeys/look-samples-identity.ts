import { instant, itAdmin, office, trust, type Sample } from '../support/sample.ts'

const passkey = (at: string) => ({ action: at, options: `${at}/options` })
const adminNav = { nav: [{ text: 'Home', href: '/office' }, { text: 'Settings', href: '/settings' }] }
const crumbs = [{ text: 'Settings', href: '/settings' }]
const pages = { from: 1, to: 2, total: 2, what: 'role' }

/** Sign-in of administrators, proofs, roles, looks and figures. */
export const identitySamples: Sample[] = [
  { name: 'administrator-sign-in', template: 'pages/identity/administrator-sign-in.njk', brand: trust, actor: null, path: '/sign-in/administrator', mainAction: 'Sign in with a code', data: { action: '/sign-in/administrator', email: 'anna@trust.example', passkey: passkey('/sign-in/administrator/passkey'), back: { href: '/sign-in' }, errors: [{ field: 'code', text: 'That did not work. Check the address, and use a code that you have not used before.', href: '#code' }] } },
  { name: 'confirm', template: 'pages/identity/confirm.njk', brand: trust, actor: itAdmin, path: '/confirm', mainAction: 'Confirm with a code', data: { action: '/confirm', waiting: 'the list of records', minutes: 10, demo: false, code: true, passkey: passkey('/confirm/passkey'), others: [{ text: 'Sign in at the school once more', action: '/sso/again' }], back: { href: '/security', text: 'Your sign-in' } } },
  { name: 'confirm-demo', template: 'pages/identity/confirm.njk', brand: trust, actor: itAdmin, path: '/confirm', mainAction: 'It is me', data: { action: '/confirm', waiting: null, minutes: 10, demo: true, code: false, passkey: null, others: [] } },
  { name: 'confirm-nothing', template: 'pages/identity/confirm.njk', brand: trust, actor: itAdmin, path: '/confirm', mainAction: 'Set up a passkey or codes', data: { action: '/confirm', waiting: null, minutes: 10, demo: false, code: false, passkey: null, others: [] } },
  { name: 'go-on', template: 'pages/identity/go-on.njk', brand: trust, actor: itAdmin, path: '/confirm/go-on', mainAction: 'Go on', data: { what: 'the role you are giving', action: '/settings/roles/people/1', method: 'POST', fields: [{ name: 'role', value: 'office' }] } },
  { name: 'codes', template: 'pages/identity/codes.njk', brand: trust, actor: itAdmin, path: '/security/codes', mainAction: 'Set up', data: { action: '/security/codes', secret: 'ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567', picture: 'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg"/%3E', back: { href: '/security' } } },
  { name: 'recovery-codes', template: 'pages/identity/recovery-codes.njk', brand: trust, actor: itAdmin, path: '/security/recovery', mainAction: 'I have kept them', data: { codes: ['3KCF-G0DM-SEJX-QQ93', 'PVXF-GJJ6-WHMM-KNAD'], next: '/office' } },
  { name: 'security', template: 'pages/identity/security.njk', brand: trust, actor: itAdmin, path: '/security', mainAction: 'Sign out everywhere', data: {
    mayProve: true, none: false, closed: true, codes: true, recoveryCodes: 7, passkeys: { possible: true, list: [{ hash: 'a', name: 'work phone', text: 'Added on 1 September 2026 at 08:04; not used yet' }] },
    sessions: [{ ref: 'a', own: true, text: 'Since 1 September 2026 at 08:04, with a passkey', until: 'Ends on 1 September 2026 at 20:04 unless it is used' }, { ref: 'b', own: false, text: 'Since 31 August 2026 at 08:04, with a code', until: 'Ends soon' }] } },
  { name: 'settings', template: 'pages/identity/settings.njk', brand: trust, actor: office, path: '/settings', mainAction: 'Roles', data: { ...adminNav, sections: [{ title: 'Roles', text: 'Who holds which role.', href: '/settings/roles' }] } },
  { name: 'roles', template: 'pages/identity/roles.njk', brand: trust, actor: office, path: '/settings/roles', mainAction: 'Find', data: { ...adminNav,
    crumbs, takeAction: '/settings/roles/take', total: 2, search: { action: '/settings/roles/search', name: 'tess', back: '/settings/roles', label: 'Give a role to somebody: their name, or a part of it' },
    found: [{ name: 'Tess Teacher', hint: 'tess@larkmoor.example', href: '/settings/roles/people/1' }], filters: { action: '/settings/roles', label: 'Filter the roles', clearHref: '/settings/roles', fields: [{ id: 'role', label: 'Role', value: '', options: [{ value: '', text: 'All roles' }] }] },
    grants: [{ id: '1', name: 'Anna Admin', href: '/settings/roles/people/2', role: 'Trust administrator', place: 'The whole trust', until: 'until it is taken', given: 'given by the command line (root) on 1 September 2026 at 08:04' }], pages,
    errors: [{ field: 'roles', text: 'This is the last administrator of the trust. Give the role to somebody else first, without an end.', href: '#roles' }] } },
  { name: 'role-person', template: 'pages/identity/role-person.njk', brand: trust, actor: office, path: '/settings/roles/people/1', mainAction: 'Give the role', data: { ...adminNav,
    crumbs: [...crumbs, { text: 'Roles', href: '/settings/roles' }], name: 'Tess Teacher', action: '/settings/roles/people/1', takeAction: '/settings/roles/take', sessionsAction: '/settings/roles/people/1/sessions', sessions: 2, self: false, values: {},
    grants: [{ id: '1', role: 'Class teacher', place: 'Larkmoor Primary School, 4K', until: 'until 31 August 2027 at 01:00' }], roles: [{ value: '', text: 'Choose' }, { value: 'office', text: 'School office' }], schools: [{ value: '', text: 'Choose' }, { value: 'trust', text: 'The whole trust' }] } },
  { name: 'looks', template: 'pages/audit/looks.njk', brand: trust, actor: office, path: '/audit/looks', mainAction: 'Download as CSV', data: { ...adminNav,
    crumbs, total: 1, narrowed: { text: 'at Lou Kedat', clearHref: '/audit/looks' }, search: { action: '/audit/looks/search', name: 'kedat', back: '/audit/looks', label: 'Find a person: who was looked at, or who looked' },
    found: [{ name: 'Lou Kedat', aboutHref: '/audit/looks?about=1', byHref: '/audit/looks?by=1' }], csvHref: '/audit/looks.csv',
    table: { caption: 'Looks, newest first', captionHidden: true, columns: [{ text: 'When' }, { text: 'Who looked' }, { text: 'At whom' }, { text: 'Page' }], rows: [[{ text: '1 September 2026 at 08:04' }, { text: 'Dina Circle', href: '/audit/looks?by=2' }, { text: 'Lou Kedat', href: '/audit/looks?about=1' }, { text: 'access of a person' }]] },
    pages: { from: 1, to: 1, total: 1, what: 'look' } } },
  { name: 'figures', template: 'pages/office/figures.njk', brand: trust, actor: { name: 'Gov Ernor', role: 'Governor', signOutUrl: '/sign-out' }, path: '/office/figures', data: { nav: [{ text: 'Figures', href: '/office/figures' }],
    asOf: instant, smallest: 10, schools: [{ name: 'Larkmoor Primary School', table: { caption: 'Larkmoor Primary School', captionHidden: true, columns: [{ text: 'Who' }, { text: 'Agreements asked for', numeric: true }, { text: 'Signed' }], rows: [[{ text: 'All pupils' }, { text: '210' }, { text: 'about 85 %' }], [{ text: 'Year 4' }, { text: 'fewer than 10' }, { text: 'not shown' }]] } }] } },
  { name: 'api', template: 'pages/settings/api.njk', brand: trust, actor: office, path: '/settings/api', mainAction: 'Give the token', data: { ...adminNav,
    crumbs, values: {}, action: '/settings/api', revokeAction: '/settings/api/revoke', chosen: ['figures:read'], errors: [{ field: 'name', text: 'The name "mis-nightly" was given before. Choose another: the log tells tokens apart by it.', href: '#name' }],
    scopes: [{ value: 'requests:read', text: 'Read requests', hint: 'Who has been asked for what, and how it stands; identifiers, no names.' }, { value: 'figures:read', text: 'Read figures', hint: 'How many have signed.' }],
    schools: [{ value: '', text: 'Choose' }, { value: 'trust', text: 'The whole trust' }], lives: [{ value: '30', text: '30 days' }, { value: '365', text: 'A year' }],
    tokens: [{ id: '1', name: 'mis-nightly', live: true, state: 'ends on 1 September 2027', scopes: 'Read requests, Read figures', place: 'the whole trust', used: 'never used', given: 'given by Anna Admin on 1 September 2026 at 08:04' },
      { id: '2', name: 'dashboard', live: false, state: 'revoked on 1 September 2026', scopes: 'Read figures', place: 'Larkmoor Primary School', used: 'last used on 31 August 2026', given: 'given by Anna Admin on 1 August 2026 at 08:04' }] } },
  { name: 'api-shown', template: 'pages/settings/api-shown.njk', brand: trust, actor: office, path: '/settings/api/shown', mainAction: 'I have copied it', data: { ...adminNav, crumbs, name: 'mis-nightly', secret: 'assent_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG', next: '/settings/api' } },
]
