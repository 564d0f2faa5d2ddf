import { type Expectation, type Fields, places, same, SCHOOLS, type Target } from '../expectation.ts'
import type { MatrixWorld } from '../world.ts'

const SEEN = 'a'.repeat(32)
const APPROVAL = { by: 'x', board: 'x', on: '2026-09-01' }
const CLAUSE = { heading: '', markdown: '', line: '' }
/** A text of one school: for those who do this there, or in the whole trust. */
const text = (needs: string, tail: string, more: Partial<Expectation> = {}): Expectation => ({ needs, at: places('drafts', (id) => `/agreements/${id}${tail}`, SCHOOLS), ...more })
const asking = (world: MatrixWorld, target: Target): Fields => ({
  act: 'train', title: 'A training', band: 'staff', 'signer-rule': 'self', cadence: 'academic-year', compulsory: 'yes', due: '10', 'if-unsigned': 'remind', school: world.schools[target],
})

/** Writing texts, school parts, and who must do what. */
export const AGREEMENTS: Record<string, Expectation> = {
  'GET /agreements': { needs: 'agreements.view', at: '/agreements' },
  'GET /agreements/new': { needs: 'agreements.edit', at: '/agreements/new' },
  'POST /agreements/new': {
    needs: 'agreements.edit', at: same('/agreements/new', ['own']), fields: (world) => ({ title: 'Staff', band: 'staff', signerRule: 'self', place: world.schools.own, months: '12', statement: 'x' }),
  },
  'GET /agreements/starters': { needs: 'agreements.approve', at: '/agreements/starters' },
  'POST /agreements/starters': { needs: 'agreements.approve', trustOnly: 'forbidden', at: '/agreements/starters', fields: APPROVAL },
  'GET /agreements/school-parts': { needs: 'agreements.view', at: '/agreements/school-parts' },
  'GET /agreements/:key': text('agreements.view', ''),
  'POST /agreements/:key/begin': text('agreements.edit', '/begin', { fields: { change: 'minor' } }),
  'POST /agreements/:key/care': text('agreements.edit', '/care', { fields: { months: '12' } }),
  'GET /agreements/:key/changes': text('agreements.view', '/changes'),
  'GET /agreements/:key/draft': text('agreements.view', '/draft'),
  'GET /agreements/:key/draft/approve': text('agreements.approve', '/draft/approve'),
  'POST /agreements/:key/draft/approve': text('agreements.approve', '/draft/approve', { fields: APPROVAL }),
  'GET /agreements/:key/draft/clause/:clause': text('agreements.edit', '/draft/clause/new'),
  'POST /agreements/:key/draft/clause/:clause': text('agreements.edit', '/draft/clause/new', { fields: CLAUSE }),
  'POST /agreements/:key/draft/clause/:clause/preview': text('agreements.edit', '/draft/clause/new/preview', { fields: CLAUSE }),
  'POST /agreements/:key/draft/kind': text('agreements.edit', '/draft/kind', { fields: { change: 'major', changeNote: 'x', seen: SEEN } }),
  'POST /agreements/:key/draft/order': text('agreements.edit', '/draft/order', { fields: { clause: 'none', act: 'up', seen: SEEN } }),
  // Not approved, so nothing is published.
  'POST /agreements/:key/draft/publish': text('agreements.publish', '/draft/publish'),
  'GET /agreements/:key/draft/questions': text('agreements.edit', '/draft/questions'),
  'POST /agreements/:key/draft/questions': text('agreements.edit', '/draft/questions', { fields: { seen: SEEN } }),
  'GET /agreements/:key/draft/school-part': text('agreements.edit', '/draft/school-part'),
  'POST /agreements/:key/draft/school-part': text('agreements.edit', '/draft/school-part', { fields: { seen: SEEN } }),
  'POST /agreements/:key/draft/step': text('agreements.edit', '/draft/step', { fields: { act: 'back' } }),
  'GET /agreements/:key/draft/texts': text('agreements.edit', '/draft/texts'),
  'POST /agreements/:key/draft/texts': text('agreements.edit', '/draft/texts', { fields: { language: 'en-GB', variant: 'standard' } }),
  'POST /agreements/:key/draft/texts/remove': text('agreements.edit', '/draft/texts/remove'),
  'GET /agreements/:key/draft/words': text('agreements.edit', '/draft/words'),
  'POST /agreements/:key/draft/words': text('agreements.edit', '/draft/words', { fields: { title: 'x', opening: '', seen: SEEN } }),
  'GET /agreements/:key/preview': text('agreements.view', '/preview'),
  'POST /agreements/:key/review': text('agreements.edit', '/review', { fields: { act: 'done', reason: 'x' } }),
  'GET /agreements/:key/school-part/:schoolId': { needs: 'agreements.view', at: places('parts', (id) => `/agreements/${id}`, SCHOOLS) },
  'POST /agreements/:key/school-part/:schoolId': { needs: 'agreements.fill', at: places('parts', (id) => `/agreements/${id}`, SCHOOLS), fields: { revision: '99' } },
  // A draft is not in force, so nothing is taken back.
  'POST /agreements/:key/withdraw': text('agreements.publish', '/withdraw', { fields: { number: '1', reason: 'x' } }),

  'GET /requirements': { needs: 'agreements.view', at: '/requirements' },
  'GET /requirements/new': { needs: 'requirements.edit', at: '/requirements/new' },
  'POST /requirements/new': { needs: 'requirements.edit', at: same('/requirements/new'), fields: asking },
  'GET /requirements/preview': { needs: 'requirements.edit', at: '/requirements/preview' },
  'POST /requirements/preview': { needs: 'requirements.edit', at: '/requirements/preview' },
  'GET /requirements/:id': { needs: 'agreements.view', at: places('requirements', (id) => `/requirements/${id}`, SCHOOLS) },
  'GET /requirements/:id/edit': { needs: 'requirements.edit', at: places('requirements', (id) => `/requirements/${id}/edit`, SCHOOLS) },
  'POST /requirements/:id/edit': { needs: 'requirements.edit', at: places('requirements', (id) => `/requirements/${id}/edit`, SCHOOLS), fields: asking },
  'POST /requirements/:id/end': {
    needs: 'requirements.edit', at: places('requirements', (id) => `/requirements/${id}/end`, SCHOOLS), before: ({ app }) => app.db.sql('requirements').update({ active: 1 }),
  },
  'GET /requirements/trainings/:id/certificate': { needs: 'trainings.manage', at: places('trainings', (id) => `/requirements/trainings/${id}/certificate`, SCHOOLS) },
}
