import type { GrantedRole } from '../../src/features/identity/permissions.ts'

/**
 * Who may do what, written a second time and on purpose: a change in the product's table has to be made here too, by somebody
 * who means it. `group`: counts in their own year or groups only.
 */
export const ROLE_TABLE: Record<GrantedRole, { may: string; group?: true }> = {
  'trust-admin': { may: 'trainings board export chase figures registers roster-view roster-run roster-approve access-view access-plan access-approve access-undo level place lift person audit looks records agreements settings calendar paper behalf letters visits tasks texts-edit texts-fill texts-approve texts-publish guest-view guest-ask guest-approve requirements queues consents consents-edit starters attested invalidate excuse lead responsibility passwords passwords-staff' },
  'trust-safeguarding-lead': { may: 'board access-view place lift person audit records agreements texts-edit texts-fill texts-publish guest-view queues consents protect invalidate excuse responsibility' },
  'it-admin': { may: 'roster-view roster-run roster-approve access-view access-plan access-approve access-undo person agreements tasks guest-view guest-ask passwords passwords-staff' },
  'external-it': { may: 'roster-view roster-run access-view access-plan' },
  office: { may: 'board export chase roster-view roster-run roster-approve person records agreements calendar paper behalf letters visits tasks texts-fill guest-view guest-ask queues consents starters attested invalidate excuse lead responsibility trainings passwords' },
  hr: { may: 'board person agreements guest-view guest-ask guest-approve starters trainings' },
  headteacher: { may: 'board export chase figures registers roster-view access-view access-approve level place lift person audit records agreements calendar visits texts-edit texts-fill texts-approve texts-publish guest-view guest-ask guest-approve requirements queues consents consents-edit invalidate excuse lead responsibility trainings provisional' },
  'head-of-year': { may: 'board export chase lead', group: true },
  'class-teacher': { may: 'board export lead passwords', group: true },
  cover: { may: 'lead', group: true },
  dsl: { may: 'board access-view place lift person audit records agreements texts-edit texts-fill guest-view guest-ask guest-approve queues consents protect invalidate excuse responsibility' },
  'designated-teacher': { may: 'person agreements protect' },
  senco: { may: 'person agreements' },
  dpo: { may: 'board export person audit looks records agreements consents birth-dates' },
  governor: { may: 'figures' },
  'link-governor': { may: 'figures registers' },
}

const NAMES: Record<string, string> = {
  'office.board.view': 'board', 'office.board.export': 'export', 'requests.chase': 'chase', 'figures.view': 'figures', 'registers.view': 'registers', 'roster.view': 'roster-view', 'roster.run': 'roster-run',
  'roster.approve': 'roster-approve', 'access.view': 'access-view', 'access.plan': 'access-plan', 'access.approve': 'access-approve', 'access.undo': 'access-undo',
  'restriction.place': 'place', 'restriction.lift': 'lift', 'person.view': 'person', 'audit.view': 'audit', 'looks.view': 'looks', 'records.view': 'records',
  'agreements.view': 'agreements', 'settings.manage': 'settings', 'calendar.edit': 'calendar', 'paper.enter': 'paper', 'behalf.sign': 'behalf', 'letters.print': 'letters', 'visits.manage': 'visits',
  'access.tasks': 'tasks', 'agreements.edit': 'texts-edit', 'agreements.fill': 'texts-fill', 'agreements.approve': 'texts-approve', 'agreements.publish': 'texts-publish', 'guest.view': 'guest-view', 'guest.ask': 'guest-ask',
  'guest.approve': 'guest-approve', 'requirements.edit': 'requirements', 'queues.view': 'queues', 'consents.view': 'consents', 'consents.edit': 'consents-edit', 'protection.set': 'protect', 'starters.manage': 'starters',
  'attested.import': 'attested', 'signature.invalidate': 'invalidate', 'request.excuse': 'excuse',
  'passwords.set': 'passwords', 'passwords.staff': 'passwords-staff', 'responsibility.record': 'responsibility', 'birth-dates.decide': 'birth-dates',
  'trainings.manage': 'trainings', 'access.provisional': 'provisional', 'access.level': 'level',
  // Leading a class session is no permission: a role leads the classes it is for.
  'class.lead': 'lead',
}

/** True when the table above says so. @throws Error for a permission that the table does not know: it has to be added. */
export function may(role: string, permission: string): boolean {
  const name = NAMES[permission]
  if (name === undefined) throw new Error(`The permission ${permission} is in no row of the role table of the tests.`)
  return (ROLE_TABLE[role as GrantedRole]?.may ?? '').split(' ').includes(name)
}

export const isGroupRole = (role: string): boolean => ROLE_TABLE[role as GrantedRole]?.group === true
