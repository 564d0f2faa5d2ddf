import { z } from 'zod'
import { type Actor, ensureNotFamily } from '../../../http/actor.ts'
import { backToForm } from '../../../http/back-to-form.ts'
import { definePage, type Page } from '../../../http/define-page.ts'
import { redirect, view } from '../../../http/page-result.ts'
import { longDate, longInstant, today } from '../../../shared/dates.ts'
import { NotFound, Refused } from '../../../shared/errors.ts'
import { placesInCharge } from '../../people/affiliation.ts'
import type { AccessPageDeps } from '../access-page-deps.ts'
import { isOfFamilyOnly, mayReadFamilies } from '../family-names.ts'
import type { AccessTask, TaskKind } from './access-tasks.ts'

const KINDS: { kind: TaskKind; title: string; text: string }[] = [
  { kind: 'level', title: 'Access levels to approve', text: 'Proposed for somebody who works at the school; the head approves the least that the work needs.' },
  { kind: 'handover', title: 'Handover of staff who leave', text: 'Before the last day: who takes over mail, files and logins.' },
  { kind: 'guest-account', title: 'Accounts for guests', text: 'Approved guests who may need a dated account. Set the same last day in the directory.' },
  { kind: 'password', title: 'Passwords to set by hand', text: 'These systems take no passwords from Assent. Set one there and hand it over in person; never write it here.' },
  { kind: 'archive', title: 'Accounts to archive', text: 'Approved under the retention rules: take the licence away, keep the data.' },
  { kind: 'delete', title: 'Accounts to delete', text: 'Approved under the retention rules by two people. There is no way back.' },
]
const DONE_FOR_MS = 30 * 86_400_000

/** `/access/tasks`: what people do by hand, ticked off with a note. */
export function taskPages(deps: AccessPageDeps): Page[] {
  const { tasks, people, pages, holds } = deps
  return [definePage({
    name: 'access tasks', path: '/access/tasks', permission: 'access.view',
    get: async ({ actor, now }) => {
      const all = await mine(deps, actor, 'access.view', now, await tasks.list(KINDS.map(({ kind }) => kind), now - DONE_FOR_MS))
      const names = await people.people(all.map(({ personId }) => personId))
      const by = await pages.actorNames(all.flatMap(({ approvedBy, doneBy }) => [approvedBy, doneBy]))
      const held = await holds.standingOf(all.map(({ personId }) => personId))
      const on = today(now)
      const row = (task: AccessTask) => ({
        id: task.id, name: names.get(task.personId)?.name ?? '', href: `/access/people/${task.personId}`, what: task.what, due: longDate(task.dueOn), late: task.doneAt === null && task.dueOn < on,
        approved: task.approvedBy === null ? null : by(task.approvedBy), done: task.doneAt === null ? null : `${by(task.doneBy)}, ${longInstant(task.doneAt)}`, note: task.note,
        level: task.kind === 'level' ? `/access/people/${task.personId}/level` : null,
        held: held.has(task.personId) && (task.kind === 'archive' || task.kind === 'delete'),
      })
      return view('pages/access/tasks.njk', {
        crumbs: [{ text: 'Access', href: '/access' }], path: '/access/tasks',
        groups: KINDS.map((group) => ({ ...group, rows: all.filter(({ kind }) => kind === group.kind).map(row) })).filter(({ rows }) => rows.length > 0),
      })
    },
    post: {
      body: z.strictObject({ task: z.string().length(26), note: z.string().trim().max(500).default('') }), audit: 'access.task-ticked', permission: 'access.tasks',
      handle: async (ctx) => {
        const task = await tasks.get(ctx.body.task)
        if (!task || task.kind === 'level' || ((task.kind === 'archive' || task.kind === 'delete') && task.approvedBy === null) || (await mine(deps, ctx.actor, 'access.tasks', ctx.now, [task])).length === 0) throw new NotFound('There is no such task.')
        ensureNotFamily(ctx.actor, task.personId)
        if ((task.kind === 'archive' || task.kind === 'delete') && (await holds.standingOf([task.personId])).size > 0) return backToForm(ctx, `note-${task.id}`, 'A legal hold stands: nothing of this person may be archived or deleted')
        if ((task.kind === 'archive' || task.kind === 'delete') && ctx.body.note === '') return backToForm(ctx, `note-${task.id}`, 'Write where it can be seen that it was done, such as a ticket number')
        try {
          await tasks.done(task.id, ctx.actor.label, ctx.body.note)
        } catch (error) {
          if (!(error instanceof Refused)) throw error
          return backToForm(ctx, `note-${task.id}`, error.what)
        }
        return redirect('/access/tasks', 'Ticked off.')
      },
    },
  })]
}

/** Tasks about people of the reader's schools; without families for who may not read of them. */
async function mine({ people }: AccessPageDeps, actor: Actor, permission: string, now: number, tasks: readonly AccessTask[]): Promise<AccessTask[]> {
  const schools = actor.schools(permission)
  if (schools === 'all' && mayReadFamilies(actor)) return [...tasks]
  const places = await people.affiliationsOf(tasks.map(({ personId }) => personId))
  const known = mayReadFamilies(actor) ? tasks : tasks.filter(({ personId }) => !isOfFamilyOnly(places.get(personId)))
  return schools === 'all' ? [...known] : known.filter(({ personId }) => placesInCharge(places.get(personId) ?? [], today(now)).some(({ schoolId }) => schools.includes(schoolId)))
}
