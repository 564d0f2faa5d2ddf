import type { Plan, PlanItem } from '../../db/plan-store.ts'
import { longDate, longInstant } from '../../shared/dates.ts'
import { afterOf, type ItemBefore } from './access-item.ts'
import type { AccessLevel } from './desired-access.ts'
import type { AccessOf } from './access-service.ts'

/** A status of the tag component with its words. */
export interface StatusWords {
  status: 'outstanding' | 'signed' | 'attention' | 'held' | 'suspended' | 'quiet'
  text: string
}

export const levelWords: Record<AccessLevel, StatusWords & { sentence: string }> = {
  'none-yet': { status: 'outstanding', text: 'No access yet', sentence: 'Access has not been opened yet.' },
  suspended: { status: 'suspended', text: 'Suspended', sentence: 'They cannot sign in. Their work stays where it is.' },
  restricted: { status: 'held', text: 'Restricted', sentence: 'They can sign in, with less than usual.' },
  full: { status: 'signed', text: 'Full access', sentence: 'Nothing limits their access.' },
}

const PLANS: Record<string, string> = { leavers: 'Leavers', undo: 'Undo', reconcile: 'Bring directories up to date', unsigned: 'Limit access of who has not signed', retention: 'Archive and delete', 'new-accounts': 'New accounts' }

/** "Leavers, 1 September 2026 at 07:04". */
export function planTitle({ about, createdAt }: Pick<Plan, 'about' | 'createdAt'>): string {
  const what = PLANS[about ?? ''] ?? (about?.startsWith('leavers-list:') ? 'Leavers from a list' : null) ?? (about?.startsWith('reconcile ') ? `Bring ${about.slice('reconcile '.length)} up to date` : 'Access of one person')
  return `${what}, ${longInstant(createdAt)}`
}

export function stateOfPlan(plan: Plan, now: number): StatusWords {
  switch (plan.state) {
    case 'planning': return { status: 'outstanding', text: 'Being made' }
    case 'planned': case 'held':
      if (plan.expiresAt !== null && now > plan.expiresAt) return { status: 'quiet', text: 'Lapsed' }
      return plan.approvedBy === null ? { status: 'held', text: 'Waits for you' } : { status: 'attention', text: 'Not finished' }
    case 'applying': return { status: 'outstanding', text: 'Running' }
    case 'applied': return { status: 'signed', text: 'Done' }
    case 'undone': return { status: 'quiet', text: 'Undone' }
    case 'refused': return { status: 'quiet', text: 'Nothing to do' }
    case 'lapsed': return { status: 'quiet', text: 'Lapsed' }
    case 'superseded': return { status: 'quiet', text: 'Set aside' }
  }
}

const RULES: Record<string, { title: string; rule: string; next: string }> = {
  A1: { title: 'Archive and delete', rule: 'A1: archiving and deleting are plans of their own, approved by a second person.', next: 'Read the list, then approve. Archiving can be undone; for what is deleted, read what can be brought back.' },
  A4: { title: 'Some are left out', rule: 'A4: an account that may be somebody’s already is decided about by a person first.', next: 'Decide about those accounts under Directories, then look again.' },
  B1: { title: 'More people than usual', rule: 'B1: above the larger of a number and a share of one school’s people, a person decides.', next: 'Compare the list with what the school knows, then approve it or set it aside.' },
  B2: { title: 'Nearly a whole year or group', rule: 'B2: when at least 80 % of a year or group of five or more would lose access, a person decides.', next: 'Usual in July, unusual at any other time. Ask the school first.' },
  B4: { title: 'Protected people are left out', rule: 'B4: administrators, heads, safeguarding leads and service accounts are never changed automatically.', next: 'If one of them has left, change the account by hand in the directory.' },
  B5: { title: 'A person looks first', rule: 'B5: the first run that would take access away always waits; very large ones need a second person and the typed count.', next: 'Read the list, then approve.' },
  B6: { title: 'It stopped', rule: 'B6: a run begins with three accounts, checks them, and stops when too many go wrong or somebody pauses the directory.', next: 'Look at the accounts that failed, then let it go on.' },
  R10: { title: 'Access is only proposed', rule: 'R10: this directory proposes; a person approves before access is taken away.', next: 'Read the list, then approve.' },
  U1: { title: 'The undo did not run', rule: 'U1: an undo lifts only what the plan placed and still stands.', next: 'Look at the people concerned.' },
}

/** Reasons of the brake in plain words, those of one rule together. */
export function brakeWords(reasons: readonly { rule: string; text: string }[]): { title: string; texts: string[]; rule: string; next: string }[] {
  return [...Map.groupBy(reasons, ({ rule }) => rule)].map(([rule, list]) => {
    const known = RULES[rule]
    return { title: known?.title ?? 'Waits', texts: [...new Set(list.map(({ text }) => text))], rule: known?.rule ?? rule, next: known?.next ?? 'Read the list, then decide.' }
  })
}

const UNDER_WAY = { off: 'Being switched off', on: 'Being switched on again', change: 'Being changed' } as const
const STILL_TO_BE = { off: 'To be switched off', on: 'To be switched on again', change: 'To be changed' } as const
const WAITS = { paused: 'this directory is paused, so nothing is changed there', person: 'somebody does it by hand, from the list of tasks' } as const

/** What an account is, as last seen, or what is being done to it until that is seen; the same words for every reader (A5). */
export function accountWords({ enabled, observedAt, underWay }: Pick<AccessOf['accounts'][number], 'enabled' | 'observedAt' | 'underWay'>): StatusWords & { sub: string } {
  const seen = enabled ? 'Switched on' : 'Switched off'
  if (underWay === null) return { status: enabled ? 'signed' : 'suspended', text: seen, sub: `looked at on ${longInstant(observedAt)}` }
  const { does, askedAt, waitsFor } = underWay
  return {
    status: 'held', text: (waitsFor === null ? UNDER_WAY : STILL_TO_BE)[does],
    sub: `asked on ${longInstant(askedAt)}${waitsFor === null ? '' : `; ${WAITS[waitsFor]}`}; ${seen.toLowerCase()} when last looked at, on ${longInstant(observedAt)}`,
  }
}

/** A stored reason in words, and the roster run it names. */
export function reasonWords(reason: string): { text: string; run: string | null } {
  const run = /roster run ([0-9A-HJKMNP-TV-Z]{26})/.exec(reason)?.[1] ?? null
  const text = reason.replace(/, roster run [0-9A-HJKMNP-TV-Z]{26}/, '').replace(/\bundo of plan [0-9A-HJKMNP-TV-Z]{26}/, 'undo of an earlier plan')
    .replace(/\b\d{4}-\d{2}-\d{2}\b/g, (date) => longDate(date).replace(/^\S+ /, '')).replace(/; ([a-z0-9-]{1,60})$/i, ' (source $1)')
  return { text: text.charAt(0).toUpperCase() + text.slice(1), run }
}

/** What a line does to its account, in the tense of the plan. */
export function actionWords(item: PlanItem): string[] {
  const { change, level } = afterOf(item)
  const before = item.before as ItemBefore | null
  const from = before?.enabled === false ? 'Switched off' : 'Full access'
  const lines: string[] = []
  if (item.action === 'suspend') lines.push(`${from} becomes suspended`)
  else if (item.action === 'archive') lines.push('Suspended becomes archived')
  else if (item.action === 'unarchive') lines.push('Archived becomes suspended again')
  else if (item.action === 'delete') lines.push('The account is deleted')
  else if (item.action === 'create') lines.push('An account is made, switched off until it may open')
  else if (item.action === 'restrict') lines.push(`${from} becomes restricted`)
  else if (item.action === 'school-move') lines.push('Moves between schools of the trust; the account stays')
  else lines.push(`${before?.enabled === false ? 'Suspended' : 'Restricted'} becomes ${levelWords[level].text.toLowerCase()}`)
  if (change?.moveTo) lines.push(item.action === 'create' ? `In ${change.moveTo}` : `Moves to ${change.moveTo}`)
  if (change?.removeGroups?.length) lines.push(`Leaves ${change.removeGroups.length === 1 ? 'the group' : 'the groups'} ${change.removeGroups.join(', ')}`)
  if (change?.addGroups?.length) lines.push(`Joins ${change.addGroups.length === 1 ? 'the group' : 'the groups'} ${change.addGroups.join(', ')}`)
  return lines
}

/** How far a line is. */
export function stateOfItem(item: PlanItem): StatusWords {
  switch (item.state) {
    case 'planned': case 'held': return item.action === 'restore' || item.action === 'unarchive' ? { status: 'signed', text: 'Give back' } : item.action === 'create' ? { status: 'signed', text: 'Make' } : item.action === 'archive' ? { status: 'held', text: 'Archive' } : item.action === 'delete' ? { status: 'attention', text: 'Delete' } : item.action === 'suspend' ? { status: 'suspended', text: 'Suspend' } : { status: 'held', text: 'Change' }
    case 'applied': return { status: 'outstanding', text: 'Being checked' }
    case 'verified': return { status: 'signed', text: 'Done and checked' }
    case 'failed': return { status: 'attention', text: 'Failed' }
    case 'reverted': return { status: 'quiet', text: 'Undone' }
    case 'skipped': return { status: 'quiet', text: 'Left out' }
  }
}
