import { type Expectation, places, same, SCHOOLS } from '../expectation.ts'

const ALL = ['own', 'otherSchool', 'conflict'] as const
/** Whether somebody may is judged about the one person, so the others read that there is nobody. */
const restricting = { needs: 'restriction.place', declares: 'signed-in', otherwise: 'absent', conflict: 'absent' } as const
const FROM = { directory: 'matrix', show: 'all' }
const account = (name: string): Expectation => ({ needs: 'access.approve', trustOnly: 'forbidden', at: places('accounts', (id) => `/access/accounts/${id}/${name}`, ['own', 'conflict']), conflict: 'forbidden' })

/** Plans and tasks of access, one person’s access, directories and accounts. */
export const ACCESS: Record<string, Expectation> = {
  'GET /access': { needs: 'access.view', at: '/access' },
  'POST /access/search': { needs: 'person.view', at: '/access/search', fields: { name: 'Rowan' } },
  'POST /access/look': { needs: 'access.plan', at: '/access/look' },
  'POST /access/directories': { needs: 'access.approve', trustOnly: 'forbidden', at: '/access/directories', fields: { paused: 'no' } },
  'GET /access/directories': { needs: 'access.view', at: '/access/directories' },
  'GET /access/tasks': { needs: 'access.view', at: '/access/tasks' },
  'GET /access/plans/:id': { needs: 'access.view', at: places('accessPlans', (id) => `/access/plans/${id}`), conflict: 'allowed' },
  'POST /access/plans/:id': { needs: 'access.approve', at: places('accessPlans', (id) => `/access/plans/${id}`), fields: { decision: 'approve', count: 'none' }, conflict: 'said on the form' },
  'POST /access/plans/:id/undo': { needs: 'access.undo', at: places('accessPlans', (id) => `/access/plans/${id}/undo`), conflict: 'said on the form' },
  // The page may be read; the true cause is held back on it (A5), which a test of its own looks at.
  'GET /access/people/:id': { needs: 'person.view', at: places('people', (id) => `/access/people/${id}`), conflict: 'allowed' },
  'POST /access/tasks': { needs: 'access.tasks', at: same('/access/tasks', ALL), fields: (world, target) => ({ task: world.handovers[target], note: 'x' }), conflict: 'forbidden' },
  'POST /access/plans/:id/leave-out': {
    needs: 'access.view', also: { anyOf: ['access.plan', 'access.approve'], otherwise: 'forbidden' }, at: places('accessPlans', (id) => `/access/plans/${id}/leave-out`),
    fields: (world, target) => ({ people: world.people[target], do: 'leave' }), conflict: 'said on the form',
  },
  'POST /access/plans/:id/give-back': { needs: 'access.undo', at: places('accessPlans', (id) => `/access/plans/${id}/give-back`), fields: (world, target) => ({ person: world.people[target] }), conflict: 'said on the form' },
  // Stopping only ever leaves access as it is.
  'POST /access/plans/:id/stop': { needs: 'access.approve', at: places('accessPlans', (id) => `/access/plans/${id}/stop`), conflict: 'allowed' },
  'GET /access/plans/:id/report': { needs: 'access.view', at: places('accessPlans', (id) => `/access/plans/${id}/report`), conflict: 'allowed' },
  'GET /access/plans/:id/report.csv': { needs: 'access.view', at: places('accessPlans', (id) => `/access/plans/${id}/report.csv`), conflict: 'allowed' },
  'GET /access/people/:id/restrict': { ...restricting, at: places('people', (id) => `/access/people/${id}/restrict`), by: { 'head-of-year': 'allowed' } },
  // Nothing is chosen in the form, so it comes back.
  'POST /access/people/:id/restrict': { ...restricting, at: places('people', (id) => `/access/people/${id}/restrict`), by: { 'head-of-year': 'allowed' }, fields: { reason: '', until: '', review: '' } },
  'GET /access/restrictions/:id': { ...restricting, at: places('restrictions', (id) => `/access/restrictions/${id}`) },
  'POST /access/restrictions/:id': { ...restricting, at: places('restrictions', (id) => `/access/restrictions/${id}`), fields: { decision: 'stands' } },
  'GET /access/reviews': { needs: 'restriction.place', at: '/access/reviews' },
  'GET /access/people/:id/exempt': { needs: 'access.approve', at: places('people', (id) => `/access/people/${id}/exempt`), conflict: 'absent' },
  'POST /access/people/:id/exempt': { needs: 'access.approve', at: places('people', (id) => `/access/people/${id}/exempt`), conflict: 'absent' },
  'GET /access/people/:id/level': { needs: 'access.approve', at: places('people', (id) => `/access/people/${id}/level`), conflict: 'absent' },
  // I7: who may not approve a level proposes one, which a test of its own looks at.
  'POST /access/people/:id/level': { needs: 'access.approve', also: { anyOf: ['access.level'], otherwise: 'forbidden' }, at: places('people', (id) => `/access/people/${id}/level`), fields: { do: 'approve' }, conflict: 'absent' },
  'GET /access/exemptions': { needs: 'access.approve', at: '/access/exemptions' },
  'POST /access/exemptions': {
    needs: 'access.approve', at: same('/access/exemptions', ALL), fields: (world, target) => ({ hold: world.holds[target] }), conflict: 'absent',
    before: ({ app }) => app.db.sql('legal_holds').update({ ended_at: null, ended_by: null }),
  },
  'GET /access/retention': { needs: 'access.approve', at: '/access/retention' },
  'POST /access/retention': { needs: 'access.approve', at: '/access/retention', fields: { do: 'propose' } },
  'GET /access/new-accounts': { needs: 'access.plan', at: '/access/new-accounts' },
  'POST /access/new-accounts': { needs: 'access.plan', trustOnly: 'forbidden', at: '/access/new-accounts' },
  'GET /access/passwords': { needs: 'passwords.set', at: '/access/passwords' },
  // Nobody is ticked, so the form comes back. Class teachers only where their school lets them; a test of its own looks at that.
  'POST /access/passwords/slips': {
    needs: 'passwords.set', at: same('/access/passwords/slips', SCHOOLS), fields: (world, target) => ({ group: `${world.schools[target]}.group.${target === 'own' ? '4K' : '8B'}`, who: 'ticked' }), by: { 'class-teacher': 'absent' },
  },
  'GET /access/passwords/people/:id': { needs: 'passwords.set', declares: 'signed-in', otherwise: 'absent', at: places('people', (id) => `/access/passwords/people/${id}`), conflict: 'absent', by: { 'class-teacher': 'absent' } },
  'POST /access/passwords/people/:id': { needs: 'passwords.set', declares: 'signed-in', otherwise: 'absent', at: places('people', (id) => `/access/passwords/people/${id}`), fields: { as: 'screen' }, conflict: 'absent', by: { 'class-teacher': 'absent' } },
  'GET /access/unsigned': { needs: 'access.plan', at: '/access/unsigned' },
  'POST /access/unsigned': { needs: 'access.plan', trustOnly: 'forbidden', at: '/access/unsigned' },
  'GET /access/leavers': { needs: 'access.plan', at: '/access/leavers' },
  'POST /access/leavers': { needs: 'access.plan', at: '/access/leavers', fields: { school: '', 'last-day': '' } },
  'GET /access/leavers/:id': { needs: 'access.plan', at: places('lists', (id) => `/access/leavers/${id}`, SCHOOLS) },
  'POST /access/leavers/:id': { needs: 'access.plan', at: places('lists', (id) => `/access/leavers/${id}`, SCHOOLS) },
  'GET /access/leavers/:id/plan': { needs: 'access.plan', at: places('lists', (id) => `/access/leavers/${id}/plan`, SCHOOLS) },
  'POST /access/leavers/:id/plan': { needs: 'access.plan', at: places('lists', (id) => `/access/leavers/${id}/plan`, SCHOOLS) },
  'GET /access/assurance': { needs: 'access.view', at: '/access/assurance' },
  'GET /access/assurance.csv': { needs: 'access.view', at: '/access/assurance.csv' },
  'GET /access/directories/:name': { needs: 'access.view', trustOnly: 'forbidden', at: '/access/directories/matrix' },
  'GET /access/directories/:name/accounts.csv': { needs: 'access.approve', trustOnly: 'forbidden', at: '/access/directories/matrix/accounts.csv' },
  'POST /access/directories/:name/look': { needs: 'access.plan', trustOnly: 'forbidden', at: '/access/directories/matrix/look' },
  'GET /access/directory-tasks': { needs: 'access.tasks', at: '/access/directory-tasks' },
  'GET /access/directory-tasks/:id': { needs: 'access.tasks', at: places('directoryTasks', (id) => `/access/directory-tasks/${id}`), conflict: 'allowed' },
  'POST /access/directory-tasks/:id': { needs: 'access.tasks', at: places('directoryTasks', (id) => `/access/directory-tasks/${id}`), fields: { outcome: 'could-not', remark: '' }, conflict: 'forbidden' },
  'POST /access/directory-tasks/:id/again': { needs: 'access.tasks', at: places('directoryTasks', (id) => `/access/directory-tasks/${id}/again`), conflict: 'forbidden', before: ({ app }) => app.db.sql('directory_tasks').update({ state: 'could-not', open_key: null }) },
  'POST /access/accounts/:id/drift': { ...account('drift'), fields: { ...FROM, decision: 'take-over' }, before: ({ app }) => app.db.sql('accounts').update({ drift: '[{"kind":"protected","target":null,"text":"x","waits":false}]' }) },
  'POST /access/accounts/:id/person': { ...account('person'), fields: (world, target) => ({ ...FROM, decision: 'link', person: world.people[target] }) },
  'POST /access/accounts/:id/shared': { ...account('shared'), fields: { ...FROM, decision: 'register' } },
}
