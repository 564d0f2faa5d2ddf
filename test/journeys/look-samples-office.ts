import { high as brand, instant, itAdmin, office, trust } from '../support/sample.ts'
import type { Sample } from '../support/sample.ts'

const years = [[7, 168, 180], [8, 171, 176], [9, 140, 178], [10, 159, 181], [11, 176, 176], [12, 61, 94], [13, 80, 88]] as const
const people = [
  ['Adeyemi, Tobi', '9C', 'Not yet', 'outstanding', 'Asked twice, last on 14 September 2026', 'The pupil'],
  ['Begum, Nasreen', '9A', 'Not yet', 'outstanding', 'Asked once, on 7 September 2026', 'The pupil'],
  ['Ceallaigh, Oisín', '12 Birch', 'No address', 'attention', 'The mail came back on 8 September 2026', 'The pupil'],
  ['Davies, Rhys', '7B', 'Signed', 'signed', 'On 4 September 2026', 'Nobody'],
  ['Echevarría, Lucía', '10D', 'Declined', 'held', 'On 9 September 2026; Mr Anand has taken it up', 'Nobody'],
  ['Featherstonehaugh, Maximilian', '12 Oak', 'Not yet', 'outstanding', 'Not asked: away until 28 September 2026', 'The pupil'],
] as const

export const officeSamples: Sample[] = [
  { name: 'board', template: 'pages/office/board.njk', brand, actor: office, path: '/office/board', mainAction: 'Chase the 115 who can answer', data: {
    heading: 'Who has signed', sentence: '955 of 1,073 pupils have signed for 2026/27. 118 have not yet, three of them need a person.', asOf: instant,
    chase: { action: '/office/chase', text: 'Chase the 115 who can answer' },
    tiles: [{ figure: 955, text: 'have signed', href: '?state=signed', status: 'signed' }, { figure: 115, text: 'not yet, and were asked', href: '?state=asked', status: 'outstanding' }, { figure: 3, text: 'need a person', href: '?state=odd', status: 'attention' }, { figure: 12, text: 'excused until a date', href: '?state=excused' }],
    oddCases: [{ title: 'No way to reach them', text: 'Oisín Ceallaigh, 12 Birch: the mail came back.', href: '/office/people/1', linkText: 'Print a letter' }, { title: 'Said no', text: 'Lucía Echevarría, 10D, on 9 September 2026.', href: '/office/people/2', linkText: 'See what to do' }, { title: 'Two parents answered differently', text: 'Photos for Sam Whitlock, 7A. No counts until you decide.', href: '/office/people/3', linkText: 'Look at both' }],
    coverage: { first: 'Year', rows: years.map(([year, signed, total]) => ({ label: `Year ${year}`, href: `?year=${year}`, signed, total })) },
    groups: { first: 'Registration group', rows: [{ label: '7B', href: '?group=7B', signed: 20, total: 30 }, { label: '9A', href: '?group=9A', signed: 0, total: 28 }] }, search: { action: '/office/board/search', name: '', back: '/office/board' },
    filters: { action: '/office/board', fields: [{ id: 'school', label: 'School', value: '', options: [{ value: '', text: 'Ashbeck High School' }] }, { id: 'year', label: 'Year', value: '', options: [{ value: '', text: 'All years' }, { value: '7', text: 'Year 7' }] }, { id: 'group', label: 'Registration group', value: '', options: [{ value: '', text: 'All groups' }, { value: '9A', text: '9A' }] }, { id: 'state', label: 'State', value: 'open', options: [{ value: '', text: 'Everyone' }, { value: 'open', text: 'Not yet signed' }] }], clearHref: '/office/board' },
    table: { caption: 'Pupils, 118 not yet signed', columns: [{ text: 'Name', sortHref: '?sort=-name', sorted: 'ascending' }, { text: 'Group', sortHref: '?sort=group' }, { text: 'State', sortHref: '?sort=state' }, { text: 'What happened' }, { text: 'Whose turn' }], rows: people.map(([name, group, text, status, what, turn]) => [{ text: name, href: '/office/people/1' }, { text: group }, { tag: { status, text } }, { text: what }, { text: turn }]) },
    pages: { from: 1, to: 50, total: 118, what: 'pupil', nextHref: '?after=50' }, csvHref: '/office/board.csv' } },
  { name: 'roster-runs', template: 'pages/roster/runs.njk', brand: trust, actor: itAdmin, path: '/rosters', data: {
    sources: [{ title: 'Ashbeck MIS (OneRoster files)', href: '/rosters/ashbeck', hint: 'Every night at 02:30. Last read on 1 September 2026 at 02:31.', status: 'held', statusText: 'Held: 31 endings' }, { title: 'Larkmoor MIS (CSV)', href: '/rosters/larkmoor', hint: 'By hand. Last read on 28 August 2026.', status: 'signed', statusText: 'Up to date' }],
    table: { caption: 'Latest readings', captionHidden: true, columns: [{ text: 'Read' }, { text: 'Source' }, { text: 'State' }, { text: 'Joiners', numeric: true }, { text: 'Movers', numeric: true }, { text: 'Leavers', numeric: true }, { text: 'Rejected rows', numeric: true }], rows: [
      [{ text: '1 September 2026 at 02:31', href: '/rosters/runs/1' }, { text: 'Ashbeck MIS' }, { tag: { status: 'held', text: 'Partly held' } }, { text: '184' }, { text: '889' }, { text: '31' }, { text: '2' }],
      [{ text: '31 August 2026 at 02:31', href: '/rosters/runs/2' }, { text: 'Ashbeck MIS' }, { tag: { status: 'signed', text: 'Applied' } }, { text: '3' }, { text: '0' }, { text: '1' }, { text: '0' }],
      [{ text: '30 August 2026 at 02:30', href: '/rosters/runs/3' }, { text: 'Ashbeck MIS' }, { tag: { status: 'suspended', text: 'Refused' }, sub: '' }, { text: '0' }, { text: '0' }, { text: '0' }, { text: '0' }]] },
    pages: { from: 1, to: 3, total: 3, what: 'reading' } } },
  { name: 'roster-run', template: 'pages/roster/run.njk', brand: trust, actor: itAdmin, path: '/rosters/runs/1', mainAction: 'Approve these endings', data: {
    crumbs: [{ text: 'Rosters', href: '/rosters' }, { text: 'Ashbeck MIS', href: '/rosters/ashbeck' }],
    run: { name: 'Reading of 1 September 2026', status: 'held', statusText: 'Partly held', sentence: 'Joiners and changes are in. 31 endings wait, because that is more than a usual night.' },
    tiles: [{ figure: 184, text: 'joiners, applied', status: 'signed' }, { figure: 889, text: 'movers, applied', status: 'signed' }, { figure: 31, text: 'leavers, held', status: 'held' }, { figure: 4, text: 'missing for the first time', status: 'attention' }, { figure: 2, text: 'rows we could not use', status: 'attention' }],
    held: [{ title: '31 of 1,061 pupils at Ashbeck would end', text: 'That is above the limit of 5 % of pupils in 24 hours, counted with yesterday’s 24. Nothing happens to these pupils until somebody decides.', rule: 'Brake: more than 5 % of one school’s pupils', source: 'Setting of the trust, changed on 3 March 2026 by I. Bello', next: 'Approve, keep everyone, or read the feed again. The plan lapses on 8 September 2026.' }],
    approve: { action: '/rosters/runs/1/approve', count: 31, what: 'leavers', second: 'A second person will be asked to confirm: this is above the second limit.' },
    tabs: { label: 'Kinds of change', items: [{ text: 'Leavers', href: '?kind=leavers', current: true, count: 31 }, { text: 'Joiners', href: '?kind=joiners', count: 184 }, { text: 'Movers', href: '?kind=movers', count: 889 }, { text: 'Missing', href: '?kind=missing', count: 4 }] },
    lines: [
      { who: 'Tobi Adeyemi', whoHref: '/office/people/1', sub: 'Year 11, Ashbeck', what: 'Leaves Ashbeck on 31 August 2026', why: 'The row gives 31 August 2026 as the last day', row: { file: 'users.csv', line: 1204 }, status: 'held', statusText: 'Held' },
      { who: 'Nasreen Begum', whoHref: '/office/people/2', sub: 'Year 11, Ashbeck', what: 'Leaves Ashbeck on 31 August 2026', why: 'Every class of hers ended before today; the feed has no leaving date of its own', row: { file: 'enrollments.csv', line: 18221 }, status: 'held', statusText: 'Held' },
      { who: 'Row S-20418', sub: 'Protected person', what: 'Nothing', why: 'Automation never acts on this person', row: { file: 'users.csv', line: 77 }, status: 'quiet', statusText: 'Kept' }],
    pages: { from: 1, to: 3, total: 31, what: 'leaver', nextHref: '?after=3' },
    rejected: { table: { caption: 'Rows we could not use', captionHidden: true, columns: [{ text: 'Row' }, { text: 'What is wrong, and what to do' }], rows: [[{ text: 'users.csv, line 310' }, { text: 'The year “13+” is not a year code. Write 13, or map “13+” in the column settings.' }], [{ text: 'users.csv, line 911' }, { text: 'This row has no sourcedId. Export it again from the MIS.' }]] } },
    undo: { action: '/rosters/runs/1/undo', text: 'Takes back what this reading changed, person by person. People who have signed since are kept, and what somebody changed by hand is listed, not overwritten.' } } },
  { name: 'access-plan', template: 'pages/access/plan.njk', brand: trust, actor: itAdmin, path: '/access/1', mainAction: 'Approve this plan', data: {
    crumbs: [{ text: 'Access', href: '/access' }], plan: { title: 'Leavers, 1 September 2026', status: 'held', statusText: 'Waits for you', sentence: 'If you approve, 31 accounts will be suspended. Nobody else is touched.' },
    tiles: [{ figure: 31, text: 'will be suspended', status: 'suspended' }, { figure: 0, text: 'will be restricted' }, { figure: 2, text: 'will get access back', status: 'signed' }, { figure: 1, text: 'protected, left alone' }],
    brake: [{ title: 'More than 5 accounts would lose access at once', text: '31 of 1,061 pupil accounts of Ashbeck, 2.9 %, and 5.2 % with the last seven days.', rule: 'Brake: above 5 % within seven days', source: 'Setting of the trust', next: 'Somebody types the number and approves.' }],
    lines: [
      { who: 'Tobi Adeyemi', whoHref: '/access/person/1', sub: 'tadeyemi, Active Directory', what: 'Full access becomes suspended', why: 'Left Ashbeck on 31 August 2026', row: { file: 'users.csv', line: 1204 }, status: 'suspended', statusText: 'Suspend' },
      { who: 'Nasreen Begum', whoHref: '/access/person/2', sub: 'nbegum, Active Directory', what: 'Full access becomes suspended', why: 'Every class ended, approved by G. Hughes on 1 September 2026', row: { file: 'enrollments.csv', line: 18221 }, status: 'suspended', statusText: 'Suspend' },
      { who: 'Callum Reid', whoHref: '/access/person/3', sub: 'creid, Active Directory', what: 'Suspended becomes full access', why: 'The restriction ended on 31 August 2026', status: 'signed', statusText: 'Give back' }],
    pages: { from: 1, to: 3, total: 33, what: 'account', nextHref: '?after=3' },
    approve: { action: '/access/1/approve', count: 33, warning: 'A suspended person cannot log in to computers, mail or files. Their work stays where it is.', second: 'The first three accounts are changed and checked before the rest.' } } },
  { name: 'access-plan-running', template: 'pages/access/plan.njk', brand: trust, actor: itAdmin, path: '/access/1', mainAction: 'Look again', data: {
    crumbs: [{ text: 'Access', href: '/access' }], plan: { title: 'Leavers, 1 September 2026', status: 'outstanding', statusText: 'Running', sentence: 'Approved by Idris Bello on 1 September 2026 at 07:10.' },
    tiles: [{ figure: 18, text: 'done and checked', status: 'signed' }, { figure: 1, text: 'failed, can be tried again', status: 'attention' }, { figure: 14, text: 'still to do', status: 'outstanding' }],
    progress: { label: 'Accounts changed and checked', done: 18, total: 33, failed: 1, refreshHref: '/access/1', stopAction: '/access/1/stop' },
    lines: [
      { who: 'Tobi Adeyemi', whoHref: '/access/person/1', sub: 'tadeyemi, Active Directory', what: 'Suspended at 07:11, read back', why: 'Left Ashbeck on 31 August 2026', row: { file: 'users.csv', line: 1204 }, status: 'signed', statusText: 'Done' },
      { who: 'Nasreen Begum', whoHref: '/access/person/2', sub: 'nbegum, Active Directory', what: 'Not changed', why: 'The directory did not answer within 10 seconds. Run the plan again to resume.', status: 'attention', statusText: 'Failed' }],
    pages: { from: 1, to: 2, total: 33, what: 'account' },
    undo: { action: '/access/1/undo', text: 'Gives back what this plan took, to everybody for whom no other reason stands.' } } },
]
