import { z } from 'zod'
import { ensureCan } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { isCalendarDate, today } from '../../shared/dates.ts'
import { Forbidden, NotFound } from '../../shared/errors.ts'
import { groupWords } from '../classes/class-group.ts'
import { groupOf, groupValue, valueOf } from './group-choice.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'
import { readSlipCode as readSlip } from './slip-code.ts'
import type { Returned } from './paper-service.ts'
import { batchView, listView, PAPER, paperWords } from './paper-views.ts'
import { slipsView } from './slips-view.ts'

const PERMISSION = 'paper.enter'
const formKey = z.string().regex(/^[A-Za-z0-9_-]{32}$/)
/** A tick names the slot and who signed: with two parents there is one box for each. */
const tick = z.string().regex(/^[0-9A-Z]{26}:[0-9A-Z]{26}$/)
const ticks = z.union([tick, z.array(tick).max(800)]).default([]).transform((value) => [value].flat())
const day = z.string().default('').refine((text) => text === '' || isCalendarDate(text), 'Write a day, or leave it empty.')

/** `/paper`: agreements printed for a class, returned slips ticked with one confirm, and the undo of it (S7). */
export function paperPages(deps: PaperPagesDeps): Page[] {
  return [
    definePage({
      name: 'paper', path: PAPER, permission: PERMISSION, query: z.object({ group: z.union([z.literal(''), groupValue]).optional() }),
      get: async (ctx) => {
        const groups = await deps.classQueries.groups(ctx.actor.schools(PERMISSION))
        const chosen = ctx.query.group ? await groupOf(deps, ctx.actor, PERMISSION, ctx.query.group) : null
        const slots = chosen ? await deps.paperQueries.openSlotsOf(chosen) : []
        const printed = await deps.paperStore.newestSlips(slots.map((slot) => slot.signatory.id))
        return view('pages/paper/list.njk', listView({
          groups, schools: await deps.schools.all(), chosen, slots, printed, on: today(ctx.now), formKey: deps.ids.random(24).toString('base64url'), family: new Set(ctx.actor.relatedTo ?? []),
        }))
      },
    }),
    definePage({
      name: 'enter returned slips', path: `${PAPER}/enter`, permission: PERMISSION,
      post: {
        body: z.strictObject({ group: groupValue, returned: ticks, signedOn: day, formKey }), audit: 'paper.entered',
        handle: async (ctx) => {
          const { group: value, returned, signedOn } = ctx.body
          const group = await groupOf(deps, ctx.actor, PERMISSION, value)
          const back = `${PAPER}?group=${encodeURIComponent(value)}`
          if (returned.length === 0) return redirect(back, { kind: 'info', text: 'Nothing was ticked, so nothing was entered.' })
          if (signedOn > today(ctx.now)) return redirect(back, { kind: 'attention', text: 'That day has not come yet. Nothing was entered.' })
          const pupils = new Set((await deps.classQueries.pupils(group)).map((pupil) => pupil.person.id))
          const wanted: Returned[] = []
          for (const one of returned) {
            const [signatoryId = '', signerId = ''] = one.split(':')
            const slot = await deps.requests.signatory(signatoryId)
            const request = slot ? await deps.requests.get(slot.requestId) : null
            if (request && pupils.has(request.personId) && !wanted.some((other) => other.signatoryId === signatoryId)) wanted.push({ signatoryId, signerId })
          }
          const { batchId, outcomes } = await deps.paper.enter(ctx.actor, group.schoolId, wanted, { formKey: ctx.body.formKey, signedOn: signedOn || null })
          return redirect(batchId ? `${PAPER}/batches/${batchId}` : back, paperWords(outcomes))
        },
      },
    }),
    definePage({
      name: 'print for a class', path: `${PAPER}/print`, permission: PERMISSION,
      post: {
        body: z.strictObject({ group: groupValue }), audit: 'paper.print-asked',
        handle: async (ctx) => {
          const group = await groupOf(deps, ctx.actor, PERMISSION, ctx.body.group)
          const printId = await deps.paper.print(ctx.actor, await deps.paperQueries.openSlotsOf(group))
          return printId ? redirect(`${PAPER}/prints/${printId}`) : redirect(`${PAPER}?group=${encodeURIComponent(valueOf(group))}`, { kind: 'info', text: `${groupWords(group)} has nothing open that could be printed.` })
        },
      },
    }),
    definePage({
      name: 'printed agreements', path: `${PAPER}/prints/:id`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      get: async (ctx) => {
        const slips = await deps.paperStore.slipsOfPrint(ctx.params.id)
        const shown = []
        for (const slip of slips) {
          const slot = await deps.paperQueries.openSlot(slip.signatoryId)
          const found = await deps.agreements.store.rendition(slip.renditionHash)
          if (slot && found && ctx.actor.can(PERMISSION, slot.request.schoolId)) shown.push({ slip, slot, rendition: found.rendition })
        }
        const [first] = shown
        if (!first) throw new NotFound()
        const places = await deps.people.affiliationsOf(shown.map(({ slot }) => slot.subject.id))
        return view('pages/paper/slips.njk', { brand: deps.brandOf(await deps.schools.get(first.slot.request.schoolId)), ...slipsView(shown, { places, baseUrl: deps.config.baseUrl, words: deps.words }) })
      },
    }),
    definePage({
      name: 'entered from paper', path: `${PAPER}/batches/:id`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      get: async (ctx) => {
        const batch = await deps.paperStore.batch(ctx.params.id)
        if (!batch) throw new NotFound()
        ensureCan(ctx.actor, PERMISSION, batch.schoolId)
        const entries = await Promise.all((await deps.paperStore.entries(batch.id)).map(async (entry) => ({ entry, signature: await deps.signingStore.byId(entry.signatureId) })))
        const people = await deps.people.people(entries.flatMap(({ signature }) => (signature ? [signature.subjectId, signature.signerId] : [])).concat(batch.enteredBy))
        return view('pages/paper/batch.njk', batchView(batch, entries, people, ctx.actor.can('records.view')))
      },
    }),
    definePage({
      name: 'undo entered paper', path: `${PAPER}/batches/:id/undo`, permission: PERMISSION, params: z.strictObject({ id: ulid }),
      post: {
        body: z.strictObject({}), audit: 'paper.undone',
        handle: async (ctx) => {
          const batch = await deps.paperStore.batch(ctx.params.id)
          if (!batch) throw new NotFound()
          ensureCan(ctx.actor, PERMISSION, batch.schoolId)
          for (const entry of await deps.paperStore.entries(batch.id)) {
            const signature = await deps.signingStore.byId(entry.signatureId)
            if (signature && ctx.actor.relatedTo?.includes(signature.subjectId)) throw new Forbidden('One of these is a child of your family, so a colleague must do this.')
          }
          const ended = await deps.paper.undo(ctx.actor, batch.id)
          return redirect(`${PAPER}/batches/${batch.id}`, ended === null
            ? { kind: 'info', text: 'This was undone before.' }
            : `Undone. ${ended} ${ended === 1 ? 'signature counts' : 'signatures count'} no more, and what they answered is open again. The log keeps a note of both.`)
        },
      },
    }),
    definePage({
      name: 'find slip', path: `${PAPER}/code`, permission: PERMISSION,
      get: async (ctx) => view('pages/paper/code.njk', { typed: ctx.values['typed'], action: `${PAPER}/code`, crumbs: [{ text: 'Paper', href: PAPER }] }),
      post: {
        body: z.strictObject({ typed: z.string().max(120) }), audit: 'paper.code-typed',
        handle: async (ctx) => {
          const code = readSlip(ctx.body.typed)
          const slip = code ? await deps.paperStore.slip(code) : null
          return slip ? redirect(`${PAPER}/slips/${slip.code}`) : backToForm(ctx, 'typed', 'No printed agreement has this code. It stands under the picture, eight letters and numbers.')
        },
      },
    }),
  ]
}
