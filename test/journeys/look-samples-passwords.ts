import type { Sample } from '../support/sample.ts'
import { itAdmin, trust } from '../support/sample.ts'

const PASSWORDS = [{ text: 'Passwords', href: '/access/passwords' }]
const pupil = (n: number, name: string, more: object = {}) => ({ value: `01K${n}`, text: name, href: `/access/passwords/people/${n}`, usernames: `${n}pupil@larkmoor.school.example`, given: null, unknown: false, ...more })
const rule = { words: 3, list: 'plain', capitals: false, figures: 1, mustChange: false }

/** Temporary passwords, and accounts that Assent makes. */
export const passwordSamples: Sample[] = [
  { name: 'passwords', template: 'pages/access/passwords.njk', brand: trust, actor: itAdmin, path: '/access/passwords', mainAction: 'Slips for the ticked', data: {
    action: '/access/passwords/slips', noClass: false, chosen: { name: 'Class 4K', value: '01K.group.4K' },
    filters: { action: '/access/passwords', label: 'Choose a class', fields: [{ id: 'group', label: 'Class or year', value: '01K.group.4K', options: [{ value: '', text: 'Choose' }, { value: '01K.group.4K', text: 'Class 4K' }] }] },
    pupils: [pupil(1, 'Adam Crow'), pupil(2, 'Olive Finch', { given: 'Given on a slip, 7 September 2026 at 08:31, by Ofelia Grant' }), pupil(3, 'Jędrzej Świętosławski-Kowalczyk', { unknown: true, given: 'Begun, and not known how it ended, 7 September 2026 at 08:31, by Ofelia Grant' })] } },
  { name: 'passwords-none', template: 'pages/access/passwords.njk', brand: trust, actor: itAdmin, path: '/access/passwords', data: { action: '/access/passwords/slips', noClass: true, chosen: null, filters: { fields: [] }, pupils: [] } },
  { name: 'password', template: 'pages/access/password.njk', brand: trust, actor: itAdmin, path: '/access/passwords/people/1', mainAction: 'Set it and show it here', data: {
    crumbs: PASSWORDS, name: 'Olive Finch', usernames: ['o.finch@larkmoor.school.example'], unknown: true, given: ['Begun, and not known how it ended, 7 September 2026 at 08:31, by Ofelia Grant'] } },
  { name: 'password-shown', template: 'pages/access/password-shown.njk', brand: trust, actor: itAdmin, path: '/access/passwords/people/1', mainAction: 'Done', data: {
    crumbs: PASSWORDS, name: 'Tess Teacher', password: 'Lighthouses-Windmill-Harbours-47', usernames: [{ username: 't.teacher@larkmoor.school.example', signIn: 'Any school computer; Google Classroom' }], young: false, staff: true,
    note: 'You choose a new one when you first sign in: three words that have nothing to do with each other, and not one you use elsewhere.', problems: ['library: This system takes no passwords from Assent: a task for a person was put on the list.'], back: '/access/passwords/people/1' } },
  { name: 'password-settings', template: 'pages/access/password-settings.njk', brand: trust, actor: itAdmin, path: '/settings/passwords', mainAction: 'Keep this', data: {
    crumbs: [{ text: 'Settings', href: '/settings' }], values: ['01S1'], schools: [{ value: '01S1', text: 'Larkmoor Primary School' }, { value: '01S2', text: 'Ashbeck High School' }],
    bands: [{ band: 'KS1', title: 'Years 1 and 2', ...rule, example: 'camel-camel-camel-7', bits: 27 }, { band: 'adult', title: 'Staff and other adults', ...rule, list: 'longer', capitals: true, figures: 2, mustChange: true, example: 'Camel-Camel-Camel-77', bits: 35 }] } },
  { name: 'new-accounts', template: 'pages/access/new-accounts.njk', brand: trust, actor: itAdmin, path: '/access/new-accounts', mainAction: 'Look who has no account', data: {
    crumbs: [{ text: 'Access', href: '/access' }], may: true, first: [{ name: 'Olive Finch', href: '/access/passwords/people/1', username: '26finchol' }], directories: [{ name: 'school-network', roles: 'pupil, teacher', username: '{yy}{surname}{f}', domain: 'larkmoor.school.example', homes: [{ who: 'pupil; 7, 8, 9', container: 'OU=Lower school,OU=Pupils,DC=larkmoor,DC=school,DC=example' }, { who: 'Everybody', container: '' }] }] } },
]
