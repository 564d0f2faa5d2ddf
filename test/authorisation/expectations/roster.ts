import { type Expectation, places } from '../expectation.ts'

/** Readings of the roster, who is missing, the new year, and the calendar. */
const NO_REPLAY = '0'.repeat(26)

export const ROSTERS: Record<string, Expectation> = {
  'GET /rosters': { needs: 'roster.view', at: '/rosters' },
  'GET /rosters/missing': { needs: 'roster.view', at: '/rosters/missing' },
  'POST /rosters/missing': {
    needs: 'roster.approve', at: () => ({ own: '/rosters/missing', otherSchool: '/rosters/missing', conflict: '/rosters/missing' }),
    fields: (world, target) => ({ place: world.missing[target], answer: 'ask' }), conflict: 'forbidden',
  },
  'GET /rosters/upload': { needs: 'roster.run', at: '/rosters/upload' },
  'POST /rosters/upload': { needs: 'roster.run', at: '/rosters/upload', fields: { decision: 'look', format: 'auto' } },
  // Replays are about every school in the files.
  'GET /rosters/replays': { needs: 'roster.run', trustOnly: 'absent', at: '/rosters/replays' },
  'POST /rosters/replays': { needs: 'roster.run', trustOnly: 'absent', at: '/rosters/replays', fields: { format: 'auto', school: '' } },
  'GET /rosters/replays/:id': { needs: 'roster.run', at: `/rosters/replays/${NO_REPLAY}`, names: 'nothing' },
  'POST /rosters/replays/:id': { needs: 'roster.run', at: `/rosters/replays/${NO_REPLAY}`, names: 'nothing' },
  'POST /rosters/replays/:id/files': { needs: 'roster.run', trustOnly: 'absent', at: `/rosters/replays/${NO_REPLAY}/files`, fields: { day: '2026-09-01' } },
  'POST /rosters/replays/:id/take-out': { needs: 'roster.run', at: `/rosters/replays/${NO_REPLAY}/take-out`, fields: { file: NO_REPLAY }, names: 'nothing' },
  'POST /rosters/replays/:id/remove': { needs: 'roster.run', at: `/rosters/replays/${NO_REPLAY}/remove`, names: 'nothing' },
  'GET /rosters/replays/:id/people.csv': { needs: 'roster.run', at: `/rosters/replays/${NO_REPLAY}/people.csv`, names: 'nothing' },
  'GET /rosters/runs/:id': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}`), conflict: 'allowed' },
  'POST /rosters/runs/:id': { needs: 'roster.approve', at: places('rosterRuns', (id) => `/rosters/runs/${id}`), fields: { count: 'none' }, conflict: 'said on the form' },
  'GET /rosters/runs/:id/rejected.csv': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}/rejected.csv`), conflict: 'allowed' },
  'GET /rosters/runs/:id/people.csv': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}/people.csv?kind=held`), conflict: 'allowed' },
  'GET /rosters/runs/:id/undo': { needs: 'roster.view', at: places('rosterRuns', (id) => `/rosters/runs/${id}/undo`), conflict: 'allowed' },
  'POST /rosters/runs/:id/undo': { needs: 'roster.approve', at: places('rosterRuns', (id) => `/rosters/runs/${id}/undo`), fields: { decision: 'look' }, conflict: 'allowed' },
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

}
