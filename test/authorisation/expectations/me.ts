import { type Expectation, KEY, NOBODY, signed, slot, TEXT } from '../expectation.ts'

const choice = (tail: string): Expectation => ({
  needs: 'signed-in', at: (world) => ({ own: `/me/choices/${world.people.otherSchool}${tail}` }), mine: { role: 'guardian', address: (world) => `/me/choices/${world.people.own}${tail}` },
})
const training = (fields?: Record<string, string>): Expectation => ({
  needs: 'signed-in', at: (world) => ({ own: `/me/trainings/${world.trainings.otherSchool}` }), mine: { role: 'staff', address: (world) => `/me/trainings/${world.trainings.own}` }, ...fields ? { fields } : {},
})

/** One’s own list, records, choices and trainings. */
export const MINE: Record<string, Expectation> = {
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
  'GET /me/records/:signatureId': signed((id) => `/me/records/${id}`),
  'GET /me/records/:signatureId/withdraw': signed((id) => `/me/records/${id}/withdraw`),
  'POST /me/records/:signatureId/withdraw': signed((id) => `/me/records/${id}/withdraw`, { mine: NOBODY }),
  'GET /me/together': { needs: 'signed-in', at: '/me/together' },
  'GET /me/together/sign': { needs: 'signed-in', at: '/me/together/sign' },
  'POST /me/together/sign': { needs: 'signed-in', at: '/me/together/sign' },
  'GET /me/together/check': { needs: 'signed-in', at: '/me/together/check' },
  'POST /me/together/check': { needs: 'signed-in', at: '/me/together/check', fields: { formKey: KEY, shown: 'x' } },
  'GET /me/together/done': { needs: 'signed-in', at: '/me/together/done' },
  'POST /me/sign/:signatoryId': slot('', { fields: { answer: '0' } }),
  'GET /me/history': { needs: 'signed-in', at: '/me/history' },
  'GET /me/history/:signatureId/text': signed((id) => `/me/history/${id}/text`),
  // Nobody is asked in this world: the trust does not let adults state it themselves.
  'GET /me/responsibility/:pupilId': { needs: 'signed-in', at: (world) => ({ own: `/me/responsibility/${world.people.own}` }), mine: NOBODY },
  'POST /me/responsibility/:pupilId': { needs: 'signed-in', at: (world) => ({ own: `/me/responsibility/${world.people.own}` }), mine: NOBODY, fields: { responsibility: 'yes' } },
  'GET /me/choices': { needs: 'signed-in', at: '/me/choices' },
  'GET /me/choices/:subjectId': choice(''),
  'POST /me/choices/:subjectId': choice(''),
  'GET /me/choices/:subjectId/kept': choice('/kept'),
  'POST /me/choices/answers/:answerId/withdraw': {
    needs: 'signed-in', at: (world) => ({ own: `/me/choices/answers/${world.answer}/withdraw` }), mine: { role: 'guardian', address: (world) => `/me/choices/answers/${world.answer}/withdraw` },
  },
  'GET /me/trainings/:trainingId': training(),
  'POST /me/trainings/:trainingId': training({ 'done-day': '', 'done-month': '', 'done-year': '' }),
}
