import { high as brand, instant, office } from '../support/sample.ts'
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
]
