import { itAdmin, trust } from '../support/sample.ts'
import type { Sample } from '../support/sample.ts'

const people = [
  { who: 'Tobi Adeyemi', whoHref: '/access/people/1', sub: 'S-1204, Pupil, Year 11, Ashbeck', whats: ['Has left Ashbeck; last day 31 August 2026'], why: '', rows: [{ file: 'users.csv', line: 1204 }], status: 'held', statusText: 'Waits' },
  { who: 'Nasreen Begum', whoHref: '/access/people/2', sub: 'S-1877, Pupil, Year 11, Ashbeck', whats: ['Has left Ashbeck; last day 31 August 2026', 'Registration group 11B: last day not stated becomes 31 August 2026'], more: 3, why: 'Inferred: every class at this school has ended.', rows: [{ file: 'enrollments.csv', line: 18221 }, { file: 'enrollments.csv', line: 18222 }], status: 'held', statusText: 'Waits' },
  { who: 'S-20418', sub: 'Teacher, Ashbeck', whats: ['Is not in the file any more. Nothing happens to them now.'], noRow: 'No row: this is about what the file does not say any more.' },
]
const rosterCrumbs = [{ text: 'Rosters', href: '/rosters' }, { text: 'mis', href: '/rosters?source=1' }]
const run = { name: 'Reading of 1 September 2026 at 02:31', status: 'held', statusText: 'Partly held', sentence: 'Joiners and changes are in. What would take something away from 31 people waits for an approval.', detail: 'Source “mis”, OneRoster files; read by Idris Bello' }
const tabs = { label: 'Kinds of change', items: [{ text: 'Held', href: '?kind=held', current: true, count: 31 }, { text: 'Leavers', href: '?kind=leavers', count: 31 }, { text: 'Joiners', href: '?kind=joiners', count: 184 }, { text: 'Movers', href: '?kind=movers', count: 889 }, { text: 'Changed', href: '?kind=changed', count: 12 }, { text: 'Newly missing', href: '?kind=missing', count: 4 }, { text: 'Rows we could not use', href: '?kind=rejected', count: 2 }] }
const accessCrumbs = [{ text: 'Access', href: '/access' }]
const accounts = [
  { who: 'Tobi Adeyemi', whoHref: '/access/people/1', sub: 'tadeyemi, Active Directory', whats: ['Full access becomes suspended', 'Moves to OU=Suspended,DC=ashbeck'], why: 'Left Ashbeck on 31 August 2026 (source mis)', row: { file: 'users.csv', line: 1204 }, link: { href: '/rosters/runs/1', text: 'The reading that says so' }, status: 'suspended', statusText: 'Suspend' },
  { who: 'Callum Reid', whoHref: '/access/people/3', sub: 'creid, Active Directory', whats: ['Suspended becomes full access'], why: 'Has a place in the trust again', status: 'signed', statusText: 'Give back' },
  { who: 'Nasreen Begum', whoHref: '/access/people/2', sub: 'nbegum, Active Directory', whats: ['Full access becomes suspended'], why: 'Left Ashbeck on 31 August 2026', error: 'The directory did not answer within 10 seconds.', status: 'attention', statusText: 'Failed' },
]

/** Pages of the IT admin: rosters and access. */
export const itSamples: Sample[] = [
  { name: 'roster-runs', template: 'pages/roster/runs.njk', brand: trust, actor: itAdmin, path: '/rosters', mainAction: 'Read a file', data: {
    uploadHref: '/rosters/upload', missing: { proposed: 2, newly: 1, href: '/rosters/missing' },
    samples: [{ name: 'one-left', title: 'One pupil has left', text: 'Every class of one pupil has ended.' }],
    sources: [{ title: 'mis (OneRoster files)', href: '/rosters/runs/1', hint: 'Last read on 1 September 2026 at 02:31.', status: 'held', statusText: 'Partly held: 31 wait' }, { title: 'larkmoor (CSV)', hint: 'No file of this source has been read.', status: 'outstanding', statusText: 'Nothing read yet' }],
    filters: { action: '/rosters', fields: [{ id: 'source', label: 'Source', value: '', options: [{ value: '', text: 'All sources' }] }, { id: 'state', label: 'State', value: '', options: [{ value: '', text: 'All states' }] }] },
    table: { caption: 'Readings', captionHidden: true, columns: [{ text: 'Read' }, { text: 'Source' }, { text: 'State' }, { text: 'Joiners', numeric: true }, { text: 'Rejected rows', numeric: true }], rows: [
      [{ text: '1 September 2026 at 02:31', href: '/rosters/runs/1', sub: 'by Idris Bello' }, { text: 'mis' }, { tag: { status: 'held', text: 'Partly held' } }, { text: '184' }, { text: '2' }],
      [{ text: '30 August 2026 at 02:30', href: '/rosters/runs/3', sub: 'by the command line (root)' }, { text: 'mis' }, { tag: { status: 'suspended', text: 'Refused' } }, { text: '–' }, { text: '–' }]] },
    pages: { from: 1, to: 2, total: 2, what: 'reading' } } },
  { name: 'roster-run', template: 'pages/roster/run.njk', brand: trust, actor: itAdmin, path: '/rosters/runs/1', mainAction: 'Approve what is held', data: {
    crumbs: rosterCrumbs, run, heldCount: 31, tabs, tab: { title: 'Held', nothing: '', csvHref: '/rosters/runs/1/people.csv' }, refused: [], warnings: ['Column “Sex” was ignored.'], lines: people,
    tiles: [{ figure: 31, text: 'leavers', status: 'held' }, { figure: 184, text: 'joiners' }, { figure: 889, text: 'movers' }, { figure: 12, text: 'with other changes' }, { figure: 4, text: 'missing for the first time', status: 'attention' }, { figure: 2, text: 'rows we could not use', status: 'attention' }],
    held: [{ title: 'More people than usual', texts: ['Ashbeck, pupil: 31 of 1,061 people would be ended within 7 days; up to 53 pass without asking.'], rule: 'B1: above the limit a person decides.', next: 'Compare the list with what the school knows.' }],
    approve: { action: '/rosters/runs/1', typed: true, count: 31, second: 'You are the second person: read the list as if you had never seen it.' }, pages: { from: 1, to: 3, total: 31, what: 'person', whatMany: 'people', nextHref: '?page=2' } } },
  { name: 'roster-run-refused', template: 'pages/roster/run.njk', brand: trust, actor: itAdmin, path: '/rosters/runs/2', mainAction: 'Choose another file', data: {
    crumbs: rosterCrumbs, run: { ...run, status: 'suspended', statusText: 'Refused', sentence: 'Nothing was applied, and nobody was marked as missing.' }, held: [], lines: [], tiles: [], warnings: [],
    refused: [{ title: 'The file is not whole', rule: 'R2', text: 'The input holds 312 people; the last good run held 1,061.' }], next: { text: 'When the file has been put right, read it again.', href: '/rosters/upload', linkText: 'Choose another file' },
    tabs: { ...tabs, items: tabs.items.slice(1, 3) }, tab: { title: 'Leavers', nothing: 'Nobody leaves.' }, pages: { from: 0, to: 0, total: 0, what: 'leaver' } } },
  { name: 'roster-upload', template: 'pages/roster/upload.njk', brand: trust, actor: itAdmin, path: '/rosters/upload', mainAction: 'Look first', data: {
    crumbs: rosterCrumbs.slice(0, 1), action: '/rosters/upload', limit: '50 MB', values: { format: 'auto', source: 'mis' }, sources: [{ value: 'mis', text: 'mis (OneRoster files)' }, { value: '', text: 'A new source' }], schools: [{ value: '', text: 'The file says it itself' }],
    formats: [{ value: 'auto', text: 'Work it out', hint: 'By the names and headings of the files.' }, { value: 'csv', text: 'One CSV' }], errors: [{ field: 'file', text: 'This is a workbook. Open it and save it as “CSV UTF-8”, then choose that file.' }] } },
  { name: 'roster-reading', template: 'pages/roster/reading.njk', brand: trust, actor: itAdmin, path: '/rosters/runs/1', mainAction: 'Look again', data: { crumbs: rosterCrumbs, title: run.name, source: 'mis', file: { name: 'roster.zip', bytes: 1 }, planOnly: true, lookHref: '/rosters/runs/1', refresh: false, stillHref: '?refresh=off' } },
  { name: 'roster-missing', template: 'pages/roster/missing.njk', brand: trust, actor: itAdmin, path: '/rosters/missing', mainAction: 'Still here', data: {
    crumbs: rosterCrumbs.slice(0, 1), action: '/rosters/missing', total: 2, pages: { from: 1, to: 2, total: 2, what: 'person', whatMany: 'people' },
    proposed: [
      { id: '1', name: 'Tobi Adeyemi', href: '/access/people/1', place: 'Pupil, Year 11, Ashbeck', identifier: 'S-1204, admission number 4711', since: 'Missing from “mis” since 28 August 2026 at 02:31, in 4 complete readings.', asked: 'The MIS was asked on 31 August 2026 at 09:12 by Gwen Hughes: rang twice', may: 'yes' },
      { id: '2', name: 'Featherstonehaugh-Cholmondeley, Maximilian', place: 'Pupil, Year 7, Ashbeck', identifier: 'S-1', since: 'Missing from “mis” since 28 August 2026 at 02:31, in 2 complete readings.', may: 'family' }],
    newly: { total: 1, table: { caption: 'Newly missing', captionHidden: true, columns: [{ text: 'Name' }, { text: 'Place' }], rows: [[{ text: 'Rhys Davies', sub: 'S-77' }, { text: 'Pupil, Year 7' }]] } } } },
  { name: 'access-plan', template: 'pages/access/plan.njk', brand: trust, actor: itAdmin, path: '/access/plans/1', mainAction: 'Approve this plan', data: {
    crumbs: accessCrumbs, plan: { title: 'Leavers, 1 September 2026 at 07:04', status: 'held', statusText: 'Waits for you', sentence: 'If you approve, 31 accounts lose access and 2 get it back. Nobody else is touched.', detail: 'Asked for by Gwen Hughes' },
    tiles: [{ figure: 31, text: 'accounts lose access', status: 'suspended' }, { figure: 2, text: 'accounts get access back', status: 'signed' }, { figure: 1, text: 'left out, with the reason' }],
    brakeTitle: 'Why this waits for you', brake: [{ title: 'More people than usual', texts: ['Ashbeck, pupil: 31 of 1,061 people would lose access.'], rule: 'B1: above the limit a person decides.', next: 'Read the list, then approve.' }],
    filter: { label: 'Which accounts', items: [{ text: 'All', href: '?', count: 34, current: true }, { text: 'Lose access', href: '?kind=losing', count: 31 }, { text: 'Get it back', href: '?kind=giving', count: 2 }] },
    lines: accounts.slice(0, 2), pages: { from: 1, to: 2, total: 34, what: 'account', nextHref: '?page=2' },
    approve: { action: '/access/plans/1', typed: true, count: 31, setAside: true, warning: 'A suspended person cannot sign in to computers, mail or files.', second: 'You are the second person.', note: 'The first three accounts are changed and read back before the rest is begun.' } } },
  { name: 'access-plan-running', template: 'pages/access/plan.njk', brand: trust, actor: itAdmin, path: '/access/plans/1', mainAction: 'Look again', data: {
    crumbs: accessCrumbs, plan: { title: 'Leavers, 1 September 2026 at 07:04', status: 'outstanding', statusText: 'Running', sentence: 'The accounts are being changed and read back, one after the other.', detail: 'Approved by Idris Bello' }, running: true, refresh: false, brake: [],
    tiles: [{ figure: 31, text: 'accounts lose access', status: 'suspended' }], lookHref: '/access/plans/1', stillHref: '?refresh=off', progress: { label: 'Accounts changed and checked', done: 18, total: 33, failed: 1, stopAction: '/access/directories' },
    lines: accounts, pages: { from: 1, to: 3, total: 33, what: 'account' } } },
  { name: 'access-plan-done', template: 'pages/access/plan.njk', brand: trust, actor: itAdmin, path: '/access/plans/1', mainAction: 'Undo this plan', data: {
    crumbs: accessCrumbs, plan: { title: 'Leavers, 1 September 2026 at 07:04', status: 'signed', statusText: 'Done', sentence: '31 accounts were changed and read back.', detail: 'Approved by Idris Bello' }, brake: [], tiles: [{ figure: 31, text: 'accounts lose access', status: 'suspended' }],
    lines: accounts.slice(0, 1), pages: { from: 1, to: 1, total: 1, what: 'account' }, undo: { action: '/access/plans/1/undo', text: 'Lifts what this plan placed, and nothing else.' } } },
]
