import { itAdmin, trust } from '../support/sample.ts'
import type { Sample } from '../support/sample.ts'

const rosters = [{ text: 'Rosters', href: '/rosters' }]
const crumbs = [...rosters, { text: 'Replays', href: '/rosters/replays' }]
const files = [
  { id: '1', name: 'mis-export-2026-09-07.zip', day: 'Monday 7 September 2026', size: '1.2 MB' },
  { id: '2', name: 'an export with a long name that somebody gave it in the MIS of the trust.csv', day: 'Monday 5 October 2026', size: '640 KB' },
]
const base = { crumbs, title: 'Replay of 2 November 2026 at 09:00', path: '/rosters/replays/1', keepDays: 14, removeOn: 'Monday 16 November 2026', mostFiles: 20, done: 0, trouble: null, mayStart: true, full: false, still: true, values: {}, files }
const nobody = { count: 0, rows: [], more: 0 }

/** Replays of earlier exports, and tokens of one's own. */
export const replaySamples: Sample[] = [
  { name: 'replays', template: 'pages/replay/list.njk', brand: trust, actor: itAdmin, path: '/rosters/replays', mainAction: 'Begin a replay', data: {
    crumbs: rosters, action: '/rosters/replays', keepDays: 14, values: { format: 'auto' }, formats: [{ value: 'auto', text: 'Work it out' }, { value: 'csv', text: 'One CSV' }], schools: [{ value: '', text: 'The files say it themselves' }],
    replays: [{ title: '2 November 2026 at 09:00', href: '/rosters/replays/1', hint: '4 files, begun by Idris Bello; removed on Monday 16 November 2026', status: 'signed', statusText: 'Done' }] } },
  { name: 'replay-files', template: 'pages/replay/replay.njk', brand: trust, actor: itAdmin, path: '/rosters/replays/1', mainAction: 'Run the replay', data: {
    ...base, state: 'gathering', tag: { status: 'outstanding', text: 'Files wanted' }, errors: [{ field: 'day', text: 'There is a file of that day already. Give another day, or take the other file out.', href: '#day' }] } },
  { name: 'replay-running', template: 'pages/replay/replay.njk', brand: trust, actor: itAdmin, path: '/rosters/replays/1', mainAction: 'Look again', data: { ...base, state: 'waiting', done: 1, tag: { status: 'outstanding', text: 'Running' } } },
  { name: 'replay-failed', template: 'pages/replay/replay.njk', brand: trust, actor: itAdmin, path: '/rosters/replays/1', mainAction: 'Remove files and result', data: { ...base, state: 'failed', tag: { status: 'attention', text: 'Failed' }, trouble: 'The replay took longer than 30 minutes and was given up. Try fewer files, or use the command line: npx assent replay FOLDER.' } },
  { name: 'replay-result', template: 'pages/replay/replay.njk', brand: trust, actor: itAdmin, path: '/rosters/replays/1', mainAction: 'As CSV', data: {
    ...base, state: 'done', done: 2, tag: { status: 'signed', text: 'Done' }, csvHref: '/rosters/replays/1/people.csv', atOnce: 1, afterApproval: 212, left: 3,
    readings: [
      { title: 'Monday 7 September 2026', file: 'mis-export-2026-09-07.zip', counts: '812 people read: 812 new, 0 leaving, 0 missing', refused: [], held: [], atOnce: nobody, afterApproval: nobody },
      { title: 'Monday 5 October 2026', file: 'mis-export-2026-10-05.zip', counts: '600 people read: 0 new, 212 leaving, 0 missing', refused: ['Reading people: the input holds 312 people; the last good run held 1,061.'], held: ['Suspending: Ashbeck, pupil: 212 of 812 people would lose access in this run; up to 40 pass without asking.'],
        atOnce: { count: 1, rows: [{ name: 'Tobi Adeyemi', id: 'S-1204', why: 'Left Ashbeck on 31 August 2026', row: 'users.csv, line 1204' }], more: 0 },
        afterApproval: { count: 212, rows: [{ name: 'Featherstonehaugh-Cholmondeley, Maximilian', id: 'S-1', why: 'Left Ashbeck on 31 August 2026', row: '' }], more: 112 } },
    ] } },
  { name: 'own-tokens', template: 'pages/settings/own-tokens.njk', brand: trust, actor: itAdmin, path: '/security/tokens', mainAction: 'Make the token', data: {
    crumbs: [{ text: 'My sign-in', href: '/security' }], values: {}, action: '/security/tokens', revokeAction: '/security/tokens/revoke', chosen: ['access:approve'],
    scopes: [{ value: 'access:approve', text: 'Approve access', hint: 'Apply a plan as the second person, stop it, go on with it.' }, { value: 'access:undo', text: 'Undo access', hint: 'Give back what a run took.' }],
    lives: [{ value: '1', text: 'A day' }, { value: '7', text: 'A week' }], schools: [{ value: '', text: 'Choose' }, { value: 'trust', text: 'The whole trust' }],
    tokens: [{ id: '1', name: 'my-laptop', live: true, state: 'ends on Monday 9 November 2026', scopes: 'Approve access', place: 'the whole trust', given: 'given on 2 November 2026 at 09:00', used: 'never used' }] } },
]
