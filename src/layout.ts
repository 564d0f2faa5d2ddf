import type { Layout } from './http/common-data.ts'
import type { RequestParts } from './http/page-context.ts'
import type { ActorView, Brand, NavItem } from './http/views.ts'
import { mayLead } from './features/classes/class-group.ts'
import type { School } from './features/schools/school-store.ts'
import { openSections } from './features/identity/settings-home.ts'
import { settingsSections } from './settings-sections.ts'
import type { Services } from './services.ts'

const DEFAULT_COLOUR = '#1f5f5b'

/** What leads every page: the trust or school, who is looking, and the office's navigation as far as they may go. */
export function layoutOf(services: Services): Layout {
  return async (parts: RequestParts | null) => ({
    brand: brandOf(services, null),
    actor: parts?.actor.personId ? actorView(services, parts) : null,
    nav: parts ? navigation(parts) : [],
  })
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
  headteacher: 'Headteacher', 'head-of-year': 'Head of year', 'class-teacher': 'Class teacher', dpo: 'Data protection officer', governor: 'Governor', staff: 'Staff', pupil: 'Pupil', guardian: 'Parent or carer',
  visitor: 'Visitor',
}

function roleWords(roles: string[]): string {
  return WORDS[Object.keys(WORDS).find((role) => roles.includes(role)) ?? ''] ?? ''
}

function navigation({ actor }: RequestParts): NavItem[] {
  const items: [string, NavItem][] = [
    ['office.board.view', { text: 'Agreements', href: '/office/board' }],
    ['agreements.view', { text: 'Agreement texts', href: '/agreements' }],
    ['agreements.view', { text: 'Requirements', href: '/requirements' }],
    ['queues.view', { text: 'Queues', href: '/office/queues' }],
    ['consents.view', { text: 'Consents', href: '/consents' }],
    ['starters.manage', { text: 'New staff', href: '/office/starters' }],
    ['roster.view', { text: 'Rosters', href: '/rosters' }],
    ['access.view', { text: 'Access', href: '/access' }],
    ['guest.view', { text: 'Guests', href: '/guests' }],
    ['access.tasks', { text: 'Directory tasks', href: '/access/directory-tasks' }],
    ['records.view', { text: 'Records', href: '/records' }],
    ['behalf.sign', { text: 'At the desk', href: '/desk' }],
    ['paper.enter', { text: 'Paper', href: '/paper' }],
    ['letters.print', { text: 'Letters', href: '/letters' }],
    ['visits.manage', { text: 'Visits', href: '/visits' }],
    ['figures.view', { text: 'Figures', href: '/office/figures' }],
    ['audit.view', { text: 'Ledger', href: '/audit' }],
  ]
  const open = items.filter(([permission]) => actor.can(permission)).map(([, item]) => item)
  const home = ['office.board.view', 'roster.view', 'access.view'].some((permission) => actor.can(permission))
  if (mayLead(actor)) open.push({ text: 'Class sessions', href: '/class' })
  if (openSections(settingsSections, actor).length > 0) open.push({ text: 'Settings', href: '/settings' })
  return home ? [{ text: 'Home', href: '/office' }, ...open] : open
}
