import { createHash } from 'node:crypto'
import type { Actor } from './http/actor.ts'
import type { Layout } from './http/common-data.ts'
import type { RequestParts } from './http/page-context.ts'
import type { ActorView, Brand, NavItem } from './http/views.ts'
import { mayLead } from './features/classes/class-group.ts'
import type { School } from './features/schools/school-store.ts'
import { openSections } from './features/identity/settings-home.ts'
import { sessionLimits } from './session-limits.ts'
import { settingsSections } from './settings-sections.ts'
import type { Services } from './services.ts'

const DEFAULT_COLOUR = '#1f5f5b'

/** What leads every page: the trust or school, who is looking, and the office's navigation as far as they may go. */
export function layoutOf(services: Services): Layout {
  return async (parts: RequestParts | null) => ({
    brand: brandOf(services, null),
    actor: parts?.actor.personId ? actorView(services, parts) : null,
    leftOpen: parts?.actor.personId ? leftOpen(services, parts) : null,
    nav: parts ? navigation(parts, await givesPasswords(services, parts.actor)) : [],
  })
}

/** When a page that is left open has to close (ASVS 14.3.1): seconds, and by what pages of one session know each other. */
function leftOpen({ config }: Services, { session, now }: RequestParts): { idle: number; left: number; session: string } {
  const limits = sessionLimits(config)[session.shared ? 'shared' : 'own']
  const left = (session.startedAt ?? now) + limits.absoluteMs - now
  return { idle: limits.idleMs / 1000, left: Math.max(0, Math.floor(left / 1000)), session: createHash('sha256').update(`left open ${session.mark ?? ''}`).digest('hex').slice(0, 12) }
}

/** The brand of one school, or of the whole trust. */
export function brandOf({ config, trust }: Services, school: School | null): Brand {
  const name = school?.name ?? trust.name
  return {
    schoolName: name,
    trustName: trust.name,
    initials: name.split(/\s+/).filter((word) => /^\p{Lu}/u.test(word)).map((word) => word[0]).join('').slice(0, 3),
    colour: school?.brandColour ?? DEFAULT_COLOUR,
    address: new URL(config.baseUrl).host,
    timeZone: school?.timezone ?? 'Europe/London',
  }
}

function actorView({ config }: Services, { actor }: RequestParts): ActorView {
  return { name: actor.name, role: roleWords(actor.roles.map(({ role }) => role)), signOutUrl: '/sign-out', ...(config.demo ? { switchUrl: '/demo' } : {}) }
}

const WORDS: Record<string, string> = {
  'trust-admin': 'Trust administrator', 'trust-safeguarding-lead': 'Trust safeguarding lead', 'it-admin': 'IT administrator', office: 'School office', dsl: 'Designated safeguarding lead',
  headteacher: 'Headteacher', 'head-of-year': 'Head of year', 'class-teacher': 'Class teacher', dpo: 'Data protection officer', 'link-governor': 'Link governor', governor: 'Governor', cover: 'Cover today', staff: 'Staff', pupil: 'Pupil', guardian: 'Parent or carer',
  visitor: 'Visitor',
}

function roleWords(roles: string[]): string {
  return WORDS[Object.keys(WORDS).find((role) => roles.includes(role)) ?? ''] ?? ''
}

/** From here on the entries stand under headings; below it the headings would be more than what they order. */
const MANY_ENTRIES = 8

const ENTRIES: readonly [permission: string, item: Required<Pick<NavItem, 'text' | 'href' | 'group'>>][] = [
  ['office.board.view', { text: 'Who has signed', href: '/office/board', group: 'Signing' }],
  ['queues.view', { text: 'Queues', href: '/office/queues', group: 'Signing' }],
  ['consents.view', { text: 'Consents', href: '/consents', group: 'Signing' }],
  ['records.view', { text: 'Signed records', href: '/records', group: 'Signing' }],
  ['figures.view', { text: 'Figures', href: '/office/figures', group: 'Signing' }],
  ['registers.view', { text: 'Registers', href: '/office/registers', group: 'Signing' }],
  ['behalf.sign', { text: 'At the desk', href: '/desk', group: 'Helping people sign' }],
  ['paper.enter', { text: 'Paper', href: '/paper', group: 'Helping people sign' }],
  ['letters.print', { text: 'Letters', href: '/letters', group: 'Helping people sign' }],
  ['visits.manage', { text: 'Visits', href: '/visits', group: 'Helping people sign' }],
  ['starters.manage', { text: 'New staff', href: '/office/starters', group: 'Helping people sign' }],
  ['roster.view', { text: 'Rosters', href: '/rosters', group: 'People and accounts' }],
  ['access.view', { text: 'Access', href: '/access', group: 'People and accounts' }],
  ['access.tasks', { text: 'Directory tasks', href: '/access/directory-tasks', group: 'People and accounts' }],
  ['guest.view', { text: 'Guests', href: '/guests', group: 'People and accounts' }],
  ['agreements.view', { text: 'Agreement texts', href: '/agreements', group: 'Rules and settings' }],
  ['agreements.view', { text: 'Requirements', href: '/requirements', group: 'Rules and settings' }],
  ['audit.view', { text: 'Audit log', href: '/audit', group: 'Rules and settings' }],
]

/** Has the office's home page something for this person? */
export const worksInOffice = (actor: Actor): boolean => ['office.board.view', 'roster.view', 'access.view'].some((permission) => actor.can(permission))

/** Whether there is anybody whom this person may give a password: class teachers only where their school lets them. */
async function givesPasswords({ accounts }: Services, actor: Actor): Promise<boolean> {
  if (!actor.can('passwords.set')) return false
  const scope = actor.scope('passwords.set')
  if (scope === 'all' || scope.some(({ yearCode, groupName }) => yearCode === null && groupName === null)) return true
  const { teacherSchools } = await accounts.passwordRules.rules()
  return scope.some(({ schoolId }) => teacherSchools.includes(schoolId))
}

function navigation({ actor }: RequestParts, passwords: boolean): NavItem[] {
  const open: NavItem[] = ENTRIES.filter(([permission]) => actor.can(permission)).map(([, item]) => item)
  if (passwords) {
    const people = open.findLastIndex(({ group }) => group !== 'Rules and settings')
    open.splice(people + 1, 0, { text: 'Passwords', href: '/access/passwords', group: 'People and accounts' })
  }
  if (mayLead(actor)) {
    const desk = open.findLastIndex(({ group }) => group === 'Signing' || group === 'Helping people sign')
    open.splice(desk + 1, 0, { text: 'Class sessions', href: '/class', group: 'Helping people sign' })
  }
  if (openSections(settingsSections, actor).length > 0) open.push({ text: 'Settings', href: '/settings', group: 'Rules and settings' })
  if (open.length === 0) return []
  const all: NavItem[] = [
    ...(worksInOffice(actor) ? [{ text: 'Home', href: '/office' }] : []), ...open,
    // Whoever works here signs too, and is a person with a sign-in of their own.
    { text: 'My agreements', href: '/me', group: 'You' }, { text: 'My sign-in', href: '/security', group: 'You' },
  ]
  return all.length > MANY_ENTRIES ? all : all.map(({ text, href }) => ({ text, href }))
}
