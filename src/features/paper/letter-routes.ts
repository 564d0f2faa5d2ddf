import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { groupWords, type KnownGroup } from '../classes/class-group.ts'
import { groupOf, groupValue, valueOf } from './group-choice.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'
import { printLetters } from './print-letters.ts'

const LETTERS = '/letters'
const PERMISSION = 'letters.print'
const many = z.union([ulid, z.array(ulid).max(400)]).default([]).transform((value) => [value].flat())

/** `/letters`: a letter with a picture and a code for those whom no mail reaches. */
export function letterPrintPages(deps: PaperPagesDeps): Page[] {
  return [
    definePage({
      name: 'letters', path: LETTERS, permission: PERMISSION, query: z.object({ group: z.union([z.literal(''), groupValue]).optional() }),
      get: async (ctx) => {
        const groups = await deps.classQueries.groups(ctx.actor.schools(PERMISSION))
        const schools = new Map((await deps.schools.all()).map((school) => [school.id, school.shortName]))
        const several = new Set(groups.map((group) => group.schoolId)).size > 1
        const name = (group: KnownGroup) => [groupWords(group), several ? schools.get(group.schoolId) : null].filter(Boolean).join(', ')
        const chosen = ctx.query.group ? await groupOf(deps, ctx.actor, PERMISSION, ctx.query.group) : null
        const slots = chosen ? (await deps.paperQueries.openSlotsOf(chosen)).filter((slot) => slot.signatory.slot === 'guardian') : []
        const adults = await deps.people.people(slots.flatMap((slot) => slot.signers.map((signer) => signer.id)))
        const children = (id: string) => slots.filter((slot) => slot.signers.some((signer) => signer.id === id)).map((slot) => slot.subject.name).join(', ')
        const line = (adult: { id: string; name: string }) => ({ value: adult.id, text: adult.name, hint: `For ${children(adult.id)}` })
        const all = [...adults.values()].sort((a, b) => a.surname.localeCompare(b.surname, 'en'))
        return view('pages/paper/letter-list.njk', {
          action: `${LETTERS}/print`, chosen: chosen ? { name: name(chosen), value: valueOf(chosen) } : null,
          filters: { action: LETTERS, label: 'Choose a class', fields: [{ id: 'group', label: 'Class or year', value: chosen ? valueOf(chosen) : '', options: [{ value: '', text: 'Choose' }, ...groups.map((group) => ({ value: valueOf(group), text: name(group) }))] }] },
          without: all.filter((adult) => adult.email === null).map(line), withMail: all.filter((adult) => adult.email !== null).map(line),
        })
      },
    }),
    definePage({
      name: 'print letters', path: `${LETTERS}/print`, permission: PERMISSION,
      post: {
        body: z.strictObject({ people: many, group: z.union([z.literal(''), groupValue]).default('') }), audit: 'letter.print-asked',
        handle: async (ctx) => {
          const back = ctx.body.group ? `${LETTERS}?group=${encodeURIComponent(ctx.body.group)}` : LETTERS
          return ctx.body.people.length === 0 ? redirect(back, { kind: 'info', text: 'Nobody was ticked, so no letter was made.' }) : printLetters(deps, ctx, ctx.body.people, back)
        },
      },
    }),
    definePage({
      name: 'print letter for one', path: `${LETTERS}/people/:id`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      post: { body: z.strictObject({}), audit: 'letter.print-asked', handle: (ctx) => printLetters(deps, ctx, [ctx.params.id], `/desk/people/${ctx.params.id}`) },
    }),
  ]
}
