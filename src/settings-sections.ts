import type { SettingsSection } from './features/identity/settings-home.ts'

/** Every section of `/settings`; a feature that has something to set adds a line. */
export const settingsSections: readonly SettingsSection[] = [
  { title: 'Roles', text: 'Who holds which role, where and until when; giving and taking them.', href: '/settings/roles', permission: 'settings.manage' },
  { title: 'Sign-in', text: 'School accounts with which people sign in; logins that nobody recognised.', href: '/settings/sign-in', permission: 'settings.manage' },
  { title: 'Passwords', text: 'How temporary passwords are made, by age, and whether class teachers may give them.', href: '/settings/passwords', permission: 'settings.manage' },
  { title: 'Other systems', text: 'Tokens with which other systems ask Assent.', href: '/settings/api', permission: 'settings.manage' },
  { title: 'Webhooks', text: 'Systems that Assent tells when something has changed.', href: '/settings/webhooks', permission: 'settings.manage' },
  { title: 'Calendar', text: 'Holidays, closed days, exams and the roll-over window.', href: '/settings/calendar', permission: 'calendar.edit' },
  { title: 'Families', text: 'Whether parents and carers may state parental responsibility themselves.', href: '/settings/families', permission: 'settings.manage' },
  { title: 'Dates of birth', text: 'Whether they may be kept at all. Off unless the data protection officer allows it.', href: '/settings/birth-dates', permission: 'birth-dates.decide' },
  { title: 'Who looked at whom', text: 'Every look at a person’s record.', href: '/audit/looks', permission: 'looks.view' },
]
