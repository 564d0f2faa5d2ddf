import { type Expectation, filtered, none, places, same, SCHOOLS, signed } from '../expectation.ts'

const ALL = ['own', 'otherSchool', 'conflict'] as const
/** An act about one person's signing: refused for one's own family (P7). */
const act = (needs: string, name: string, fields: Expectation['fields'] & object): Expectation => ({ needs, at: places('people', (id) => `/office/signing/${id}/${name}`), fields, conflict: 'forbidden' })

/** The board, records, queues, one person’s signing, consents, guests, and who looked at whom. */
export const OFFICE: Record<string, Expectation> = {
  'GET /office': { needs: { anyOf: ['office.board.view', 'roster.view', 'access.view'] }, at: '/office' },
  'GET /office/board': { needs: 'office.board.view', at: filtered('/office/board') },
  'POST /office/board/search': { needs: 'office.board.view', at: '/office/board/search', fields: { name: 'Rowan' } },
  'GET /office/board.csv': { needs: 'office.board.export', at: filtered('/office/board.csv') },
  'POST /office/board/chase': { needs: 'requests.chase', at: filtered('/office/board/chase') },
  'GET /office/figures': { needs: 'figures.view', at: '/office/figures' },
  'GET /records': { needs: 'records.view', at: filtered('/records') },
  'POST /records/search': { needs: 'records.view', at: '/records/search', fields: { name: 'Rowan' } },
  'GET /records.csv': { needs: 'records.view', at: filtered('/records.csv') },
  'GET /records/:signatureId': { needs: 'records.view', at: places('records', (id) => `/records/${id}`, SCHOOLS) },
  'GET /records/:signatureId.pdf': { needs: 'records.view', at: places('records', (id) => `/records/${id}.pdf`, SCHOOLS) },
  'GET /audit/looks': { needs: 'looks.view', at: '/audit/looks' },
  'POST /audit/looks/search': { needs: 'looks.view', at: '/audit/looks/search', fields: { name: 'Rowan' } },
  'GET /audit/looks.csv': { needs: 'looks.view', at: '/audit/looks.csv' },
  'GET /audit': { needs: 'audit.view', at: '/audit' },
  'GET /audit/export': { needs: 'audit.view', trustOnly: 'forbidden', at: '/audit/export' },
  'GET /office/attested': { needs: 'attested.import', at: '/office/attested' },
  'POST /office/attested': { needs: 'attested.import', at: '/office/attested', fields: { decision: 'look' } },
  'GET /office/queues': { needs: 'queues.view', at: '/office/queues' },
  'POST /office/queues/done': { needs: 'queues.view', at: same('/office/queues/done', ALL), fields: (world, target) => ({ kind: 'declined', key: world.declines[target] }), before: ({ app }) => app.db.sql('queue_marks').del(), conflict: 'forbidden' },
  'POST /office/queues/pass': { needs: 'queues.view', at: same('/office/queues/pass', ALL), fields: (world, target) => ({ kind: 'declined', key: world.declines[target] }), before: ({ app }) => app.db.sql('queue_marks').del(), conflict: 'forbidden' },
  'GET /office/signing/:personId': { needs: 'person.view', at: places('people', (id) => `/office/signing/${id}`), conflict: 'allowed' },
  'POST /office/signing/:personId/excuse': act('request.excuse', 'excuse', (world, target) => ({ request: world.requests[target], cause: 'away', 'until-day': 'x', 'until-month': '', 'until-year': '' })),
  'POST /office/signing/:personId/end-excuse': act('request.excuse', 'end-excuse', (world, target) => ({ request: world.requests[target] })),
  'POST /office/signing/:personId/ask-again': act('queues.view', 'ask-again', (world, target) => ({ decline: world.declines[target] })),
  'POST /office/signing/:personId/adult-from': act('request.excuse', 'adult-from', () => ({ 'adult-day': '', 'adult-month': '', 'adult-year': '' })),
  'POST /office/signing/:personId/protect': act('protection.set', 'protect', () => ({ images: 'none', 'review-day': '', 'review-month': '', 'review-year': '' })),
  // Those who signed are members of staff here; the child is refused before anything is looked up.
  'POST /office/signing/:personId/invalidate': {
    needs: 'signature.invalidate', at: places('signers', (id) => `/office/signing/${id}/invalidate`), fields: (world, target) => ({ signature: world.records[target], reason: '' }), conflict: 'forbidden',
  },
  'GET /office/starters': { needs: 'starters.manage', at: '/office/starters' },
  'POST /office/starters': { needs: 'starters.manage', at: '/office/starters', fields: (world) => ({ person: world.people.own, email: 'no address' }) },
  'GET /consents': { needs: 'consents.view', declares: 'signed-in', at: filtered('/consents') },
  'GET /consents.csv': { needs: 'consents.view', at: filtered('/consents.csv') },
  'GET /consents/questions': { needs: 'consents.edit', at: '/consents/questions' },
  'GET /consents/questions/new': { needs: 'consents.edit', at: '/consents/questions/new' },
  'POST /consents/questions/new': { needs: 'consents.edit', at: '/consents/questions/new', fields: { title: 'x', question: 'x', kind: 'images', 'signer-rule': 'guardian', active: 'no' } },
  'GET /consents/questions/:id': { needs: 'consents.edit', at: places('questions', (id) => `/consents/questions/${id}`, SCHOOLS) },
  'POST /consents/questions/:id': {
    needs: 'consents.edit', at: places('questions', (id) => `/consents/questions/${id}`, SCHOOLS),
    fields: (world, target) => ({ title: 'Kept', question: 'Kept?', kind: 'images', 'signer-rule': 'guardian', bands: 'KS2', school: world.schools[target], active: 'yes' }),
  },
  'GET /guests': { needs: 'guest.view', at: '/guests' },
  'GET /guests.csv': { needs: 'guest.view', at: '/guests.csv' },
  'GET /guests/new': { needs: 'guest.ask', at: '/guests/new' },
  'POST /guests/new': { needs: 'guest.ask', at: '/guests/new', fields: { forename: '', surname: '', purpose: '', school: '', from: '', until: '', approver: '' } },
  'GET /guests/:id': { needs: 'guest.view', at: places('guests', (id) => `/guests/${id}`, SCHOOLS) },
  'POST /guests/:id': { needs: 'guest.view', also: { anyOf: ['guest.approve'], otherwise: 'absent' }, at: places('guests', (id) => `/guests/${id}`, SCHOOLS), fields: { decision: 'approve' } },
}
