import { pagesOf } from '../../http/paging.ts'
import { longInstant } from '../../shared/dates.ts'
import { type AccessTask, taskWords } from './access-task.ts'

export const TASKS_PER_PAGE = 25

type ShownTask = AccessTask & { directory: string; personId: string | null }

/** The view model of `/access/directory-tasks`. */
export function tasksView(input: {
  tasks: ShownTask[]; total: number; show: 'open' | 'closed'; page: number; now: number
  nameOf: (personId: string) => string; actorNames: (label: string | null) => string
}): object {
  const { show, total, page, now } = input
  return {
    tabs: { label: 'Tasks', items: [{ text: 'To do', href: '/access/directory-tasks', current: show === 'open' }, { text: 'Answered', href: '/access/directory-tasks?show=closed', current: show === 'closed' }] },
    open: show === 'open', total,
    table: {
      caption: show === 'open' ? 'Tasks to do' : 'Answered tasks', captionHidden: true,
      columns: [{ text: 'Account' }, { text: 'What to do' }, { text: 'State' }, { text: show === 'open' ? 'Due' : 'Answered by' }],
      rows: input.tasks.map((task) => [
        { text: task.username, href: `/access/directory-tasks/${task.id}`, sub: [task.personId === null ? '' : input.nameOf(task.personId), task.directory].filter(Boolean).join(', ') },
        { text: taskWords(task).join('. '), sub: task.reverses === null ? '' : 'takes back an earlier task' },
        { tag: stateOf(task, now) },
        show === 'open' ? { text: longInstant(task.dueAt) } : { text: input.actorNames(task.decidedBy), sub: task.decidedAt === null ? '' : longInstant(task.decidedAt) },
      ]),
    },
    pages: pagesOf({ page, size: TASKS_PER_PAGE, shown: input.tasks.length, total, what: 'task', path: '/access/directory-tasks', keep: { show: show === 'closed' ? show : undefined } }),
  }
}

/** The view model of one task. */
export function taskView({ task, now, person, own, actorNames }: { task: ShownTask; now: number; person: string | null; own: boolean; actorNames: (label: string | null) => string }): object {
  const state = stateOf(task, now)
  return {
    crumbs: [{ text: 'Tasks', href: '/access/directory-tasks' }],
    task: { title: `${task.directory}: ${task.username}`, person, words: taskWords(task), status: state.status, statusText: state.text, reverses: task.reverses !== null },
    facts: [
      { key: 'Asked for', value: longInstant(task.createdAt) }, { key: 'Due', value: longInstant(task.dueAt) },
      ...(task.decidedAt === null || task.decidedBy === null ? [] : [{ key: 'Answered', value: `${longInstant(task.decidedAt)} by ${actorNames(task.decidedBy)}` }]),
      ...(task.remark === null ? [] : [{ key: 'Remark', value: task.remark }]),
      ...(task.proofSha256 === null ? [] : [{ key: 'Picture of the screen (SHA-256)', value: task.proofSha256 }]),
    ],
    action: task.state === 'open' && !own ? `/access/directory-tasks/${task.id}` : null,
    again: task.state === 'could-not' && !own ? `/access/directory-tasks/${task.id}/again` : null,
    blocked: own ? 'You have a family link to this person, so a colleague must do this.' : null,
  }
}

function stateOf({ state, dueAt }: AccessTask, now: number): { status: string; text: string } {
  switch (state) {
    case 'open': return dueAt < now ? { status: 'attention', text: 'Overdue' } : { status: 'outstanding', text: 'To do' }
    case 'done': return { status: 'signed', text: 'Done' }
    case 'could-not': return { status: 'attention', text: 'Could not be done' }
    case 'withdrawn': return { status: 'quiet', text: 'Withdrawn' }
  }
}
