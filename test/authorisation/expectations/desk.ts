import { type Expectation, KEY, NOTHING, places, same, SCHOOLS, TEXT } from '../expectation.ts'

/** Judged about the one class: the others read that there is none. */
const leading = { needs: 'class.lead', declares: 'signed-in', otherwise: 'absent' } as const
/** Somebody covering a lesson has their own session only. */
const session = (tail: string, more: Partial<Expectation> = {}): Expectation => ({ ...leading, at: places('sessions', (id) => `/class/sessions/${id}${tail}`, SCHOOLS), by: { cover: 'absent' }, ...more })

/** Class sessions, paper, the desk, letters and visits. */
export const DESK: Record<string, Expectation> = {
  'GET /class/cover': { ...leading, at: (world) => ({ own: `/class/cover?schoolId=${world.schools.own}&kind=group&name=4K`, otherSchool: `/class/cover?schoolId=${world.schools.otherSchool}&kind=group&name=8B` }), by: { cover: 'absent' } },
  'POST /class/cover/give': { ...leading, at: same('/class/cover/give'), fields: (world, target) => ({ schoolId: world.schools[target], kind: 'group', name: target === 'own' ? '4K' : '8B', personId: '' }), by: { cover: 'absent' } },
  'POST /class/cover/search': { needs: 'signed-in', at: '/class/cover/search', fields: { name: 'x', back: '/class/cover' } },
  'POST /class/cover/take': { ...leading, at: same('/class/cover/take'), fields: (world, target) => ({ schoolId: world.schools[target], kind: 'group', name: target === 'own' ? '4K' : '8B', grant: NOTHING }), names: 'nothing', by: { cover: 'absent' } },
  'POST /class/sessions': { ...leading, at: same('/class/sessions'), fields: (world, target) => ({ schoolId: world.schools[target], kind: 'group', name: target === 'own' ? '4K' : '8B' }) },
  'GET /class/sessions/:id': session(''),
  'POST /class/sessions/:id/witness': session('/witness'),
  'POST /class/sessions/:id/discussion': session('/discussion', { fields: { ledBy: 'x', on: '2026-09-08' } }),
  'GET /class/sessions/:id/agree': session('/agree'),
  'POST /class/sessions/:id/agree': session('/agree', { fields: { ledBy: 'x', text: TEXT } }),
  'POST /class/sessions/:id/end': session('/end'),

  'GET /paper': { needs: 'paper.enter', at: (world) => ({ own: `/paper?group=${world.groups.own}`, otherSchool: `/paper?group=${world.groups.otherSchool}` }) },
  'POST /paper/enter': { needs: 'paper.enter', at: same('/paper/enter'), fields: (world, target) => ({ group: world.groups[target], formKey: KEY }) },
  'POST /paper/print': { needs: 'paper.enter', at: same('/paper/print'), fields: (world, target) => ({ group: world.groups[target] }) },
  'GET /paper/prints/:id': { needs: 'paper.enter', at: places('prints', (id) => `/paper/prints/${id}`, SCHOOLS) },
  'GET /paper/batches/:id': { needs: 'paper.enter', at: places('batches', (id) => `/paper/batches/${id}`, SCHOOLS) },
  'POST /paper/batches/:id/undo': { needs: 'paper.enter', at: places('batches', (id) => `/paper/batches/${id}/undo`), conflict: 'forbidden' },
  'GET /paper/code': { needs: 'paper.enter', at: '/paper/code' },
  'POST /paper/code': { needs: 'paper.enter', at: '/paper/code', fields: { typed: 'x' } },
  'GET /paper/scan': { needs: 'paper.enter', at: '/paper/scan' },
  'POST /paper/scan': { needs: 'paper.enter', at: '/paper/scan' },
  'GET /paper/slips/:code': { needs: 'paper.enter', at: places('slips', (id) => `/paper/slips/${id}`), conflict: 'allowed' },
  'POST /paper/slips/:code': { needs: 'paper.enter', at: places('slips', (id) => `/paper/slips/${id}`), fields: { formKey: KEY }, conflict: 'forbidden' },
  'GET /paper/scans/:sha': { needs: 'paper.enter', at: places('scans', (id) => `/paper/scans/${id}`, SCHOOLS) },
  'GET /desk': { needs: 'behalf.sign', at: '/desk' },
  'POST /desk/search': { needs: 'behalf.sign', at: '/desk/search', fields: { name: 'Rowan' } },
  'GET /desk/people/:id': { needs: 'behalf.sign', at: places('people', (id) => `/desk/people/${id}`), conflict: 'allowed' },
  'POST /desk/people/:id/print': { needs: 'paper.enter', at: places('people', (id) => `/desk/people/${id}/print`, SCHOOLS) },
  'GET /desk/people/:id/:signatoryId': { needs: 'behalf.sign', at: places('behalfs', (id) => `/desk/people/${id}`), conflict: 'allowed' },
  'POST /desk/people/:id/:signatoryId': { needs: 'behalf.sign', at: places('behalfs', (id) => `/desk/people/${id}`), fields: { text: TEXT, formKey: KEY }, conflict: 'forbidden' },
  'GET /letters': { needs: 'letters.print', at: (world) => ({ own: `/letters?group=${world.groups.own}`, otherSchool: `/letters?group=${world.groups.otherSchool}` }) },
  // For people of another school no letter is made; the answer is the same as for those who have nothing open.
  'POST /letters/print': { needs: 'letters.print', at: same('/letters/print', ['own', 'conflict']), fields: (world, target) => ({ people: world.parents[target] }), conflict: 'forbidden' },
  'POST /letters/people/:id': { needs: 'letters.print', at: places('parents', (id) => `/letters/people/${id}`, ['own', 'conflict']), conflict: 'forbidden' },

  'GET /visits': { needs: 'visits.manage', at: '/visits' },
  'GET /visits/new': { needs: 'visits.manage', at: '/visits/new' },
  'POST /visits/new': { needs: 'visits.manage', at: same('/visits/new'), fields: (world, target) => ({ schoolId: world.schools[target], formKey: KEY }) },
  'POST /visits/tablets': { needs: 'visits.manage', at: same('/visits/tablets'), fields: (world, target) => ({ schoolId: world.schools[target] }) },
  'POST /visits/tablets/:id/end': { needs: 'visits.manage', at: places('tablets', (id) => `/visits/tablets/${id}/end`, SCHOOLS) },
  'POST /visits/:id/arrived': { needs: 'visits.manage', at: places('visits', (id) => `/visits/${id}/arrived`, SCHOOLS) },
}
