import type { SettingsSection } from './features/identity/settings-home.ts'

/** Every section of `/settings`; a feature that has something to set adds a line. */
export const settingsSections: readonly SettingsSection[] = [
  { title: 'Roles', text: 'Who holds which role, where and until when; giving and taking them.', href: '/settings/roles', permission: 'settings.manage' },
  { title: 'Sign-in', text: 'School accounts with which people sign in; logins that nobody recognised.', href: '/settings/sign-in', permission: 'settings.manage' },
  { title: 'Other systems', text: 'Tokens with which other systems ask Assent.', href: '/settings/api', permission: 'settings.manage' },
  { title: 'Calendar', text: 'Holidays, closed days, exams and the roll-over window.', href: '/settings/calendar', permission: 'calendar.edit' },
  { title: 'Who looked at whom', text: 'Every look at a person’s record.', href: '/audit/looks', permission: 'looks.view' },
]
