import { z } from 'zod'
import type { PageContext } from '../../http/page-context.ts'
import { qrPicture } from '../../adapters/qr/qr-picture.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { type PageResult, redirect, view } from '../../http/page-result.ts'
import { addDays, longDate, today } from '../../shared/dates.ts'
import { groupWords, type KnownGroup } from '../classes/class-group.ts'
import { groupOf, groupValue, ulid, valueOf } from './group-choice.ts'
import type { PrintedLetter } from './letter-service.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'

const LETTERS = '/letters'
const PERMISSION = 'letters.print'
const many = z.union([ulid, z.array(ulid).max(400)]).default([]).transform((value) => [value].flat())

/** `/letters`: a letter with a picture and a code for those whom no mail reaches. */
export function letterPrintPages(deps: PaperPagesDeps): Page[] {
  /**
   * The letters themselves are the answer to the press, and not an address to come back to: nothing of them is kept. On the
   * screen the code is not there; it is on the paper only (S3).
   */
  const printed = async (ctx: PageContext, personIds: readonly string[], back: string): Promise<PageResult> => {
    const letters = await deps.letters.print(ctx.actor, personIds)
    if (letters.length === 0) return redirect(back, { kind: 'info', text: 'Nothing is open for them, so no letter was made.' })
    return view('pages/paper/letters.njk', { brand: deps.brandOf(letters[0]?.school ?? null), back: { href: back, text: 'Back' }, letters: letters.map((letter) => letterView(letter, deps.config.baseUrl, today(ctx.now))) })
  }
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
          return ctx.body.people.length === 0 ? redirect(back, { kind: 'info', text: 'Nobody was ticked, so no letter was made.' }) : printed(ctx, ctx.body.people, back)
        },
      },
    }),
    definePage({
      name: 'print letter for one', path: `${LETTERS}/people/:id`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      post: { body: z.strictObject({}), audit: 'letter.print-asked', handle: (ctx) => printed(ctx, [ctx.params.id], `/desk/people/${ctx.params.id}`) },
    }),
  ]
}

function letterView(letter: PrintedLetter, baseUrl: string, on: string): object {
  const children = [...new Set(letter.tasks.filter((task) => task.link).map((task) => task.subject.preferredForename))]
  const due = letter.tasks.map((task) => task.request.dueOn).filter((day): day is string => day !== null && day >= on).sort()[0]
  return {
    date: on, to: [letter.person.name, ...(children.length > 0 ? [`Parent or carer of ${children.join(', ')}`] : []), letter.school.name], greeting: `Dear ${letter.person.name}`,
    paragraphs: [
      children.length > 0 ? `We ask every family to read how computers and the internet are used at school, and to say yes or no. This letter is about ${children.join(' and ')}.` : 'We ask you to read how computers and the internet are used at school, and to say yes or no.',
      `${due ? `Please do this by ${longDate(due)}. ` : ''}It takes a few minutes on any phone or computer. You need no account and no app.`,
    ],
    way: { qr: qrPicture(`${baseUrl}${letter.path}`), address: `${baseUrl.replace(/^https?:\/\//, '')}/letter`, code: letter.code },
    paper: `The code is for you alone, works until ${longDate(addDays(today(letter.expiresAt), 0))} and for one device. We never ask for a password or a date of birth. You would rather sign on paper, or in another language? Ask at the school office.`,
    signedBy: ['The school office', letter.school.name],
  }
}
