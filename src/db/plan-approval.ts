import type { Instant } from '../shared/dates.ts'
import { Refused } from '../shared/errors.ts'
import type { Plan } from './plan-store.ts'

/** Why this approval may not be given now, or null (B5, B8, R9). Pure. */
export function approvalProblem(plan: Plan, approval: { actor: string; count: number | null; now: Instant }): Refused | null {
  if (plan.expiresAt !== null && approval.now > plan.expiresAt) {
    return new Refused({ what: 'This plan has lapsed: it was made more than seven days ago.', remedy: 'Make it again and look at the new one.' })
  }
  if (plan.brake.secondPerson && approval.actor.startsWith('os:')) {
    // Whoever may start a process here is an operator, not a person who answers for it.
    return new Refused({
      what: 'B8: this plan needs a second person, and from the command line that person says so by their own token.',
      remedy: 'Let a colleague who may approve give a token of their own, made at /security/tokens (--token or ASSENT_TOKEN_FILE), and the count, or approve on the page.',
    })
  }
  if (plan.brake.secondPerson && approval.actor === plan.createdBy) {
    return new Refused({
      what: 'B5: a second person has to approve this plan, because it takes access from so many.',
      remedy: 'Ask a colleague who may approve to open it, read it and type the count.',
    })
  }
  if (approval.count !== null && approval.count !== plan.brake.count) {
    // The right number is not told: typing it is to prove that somebody looked.
    return new Refused({ what: `The count typed, ${approval.count}, is not the number of people this plan concerns.`, remedy: 'Look at the plan again, count whom it concerns, and type that number.' })
  }
  if (plan.brake.typedCount && approval.count === null) {
    return new Refused({ what: 'B5: type how many people the plan concerns.', remedy: 'Look at the plan and give their number (--count N).' })
  }
  return null
}
