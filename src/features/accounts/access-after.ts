import type { Actor } from '../../http/actor.ts'
import type { AccessJobs } from './access-jobs.ts'
import type { AccessPageQueries } from './access-page-queries.ts'

/** What a roster run's page says about access. */
export interface AccessAfterRun {
  text: string
  href: string | null
  linkText: string
}

/** For the page of an applied roster run: how many people would lose access by the leavers plan made since, and where it is. */
export function accessAfter({ accessJobs: jobs, accessPageQueries: pages }: { accessJobs: AccessJobs; accessPageQueries: AccessPageQueries }) {
  return async (run: { state: string; finishedAt: number | null; report: { leavers: number } }, actor: Actor): Promise<AccessAfterRun | null> => {
    if (!actor.can('access.view') || run.state !== 'applied' || run.report.leavers === 0 || run.finishedAt === null) return null
    const job = await jobs.waiting(null)
    if (job && !job.givenUp) return { text: 'Assent is working out who would lose access.', href: '/access', linkText: 'Open access' }
    const plan = await pages.newestLook(run.finishedAt)
    if (!plan) return { text: 'Nobody’s access has been changed by this.', href: '/access', linkText: 'Look for leavers' }
    const people = await pages.losingPeople(plan.id, actor.schools('access.view'))
    if (people === 0) return { text: 'Nobody loses access by this.', href: null, linkText: '' }
    const who = people === 1 ? '1 person' : `${people.toLocaleString('en-GB')} people`
    const open = ['planned', 'held'].includes(plan.state) && plan.approvedBy === null
    return { text: open ? `${who} would lose access.` : `The plan for the access of ${who} has been decided.`, href: `/access/plans/${plan.id}`, linkText: open ? 'Look who, and decide' : 'Look' }
  }
}
