import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { longInstant } from '../../shared/dates.ts'
import { NotFound, Refused } from '../../shared/errors.ts'
import { keptSearch, nameSearchPage } from '../people/name-search.ts'
import { groupWords, type KnownGroup } from './class-group.ts'
import type { ClassPagesDeps } from './class-page-deps.ts'
import { CLASS_PATH, COVER_PATH, coverAt } from './class-paths.ts'

const LIST = 'cover'
const groupShape = { schoolId: ulid, kind: z.enum(['group', 'year']), name: z.string().min(1).max(60) }

/** `/class/cover`: whoever leads a class asks a colleague to take one session of it today. Judged about the one class; the others read that there is none. */
export function classCoverPages({ classes, classCover, schools }: ClassPagesDeps): Page[] {
  const groupFor = async (actor: Actor, wanted: z.output<z.ZodObject<typeof groupShape>>): Promise<KnownGroup> => {
    const { group, lead } = await classes.groupFor(actor, wanted)
    // Who covers passes it on to nobody.
    if (lead === 'cover') throw new NotFound()
    return group
  }
  return [
    definePage({
      name: 'class cover', path: COVER_PATH, permission: 'signed-in', query: z.object({ ...groupShape, named: z.literal('1').optional().catch(undefined) }),
      get: async ({ actor, query, session }) => {
        const group = await groupFor(actor, query)
        const name = query.named ? keptSearch(session, LIST) : ''
        const timeZone = (await schools.get(group.schoolId))?.timezone
        return view('pages/class/cover.njk', {
          crumbs: [{ text: 'Class sessions', href: CLASS_PATH }], group: { ...groupFields(group), words: groupWords(group) },
          search: { action: `${COVER_PATH}/search`, name, back: coverAt(group) }, searched: name !== '', action: `${COVER_PATH}/give`, takeAction: `${COVER_PATH}/take`,
          found: (await classCover.candidates(actor, group, name)).map((person) => ({ id: person.id, name: person.name })),
          covering: (await classCover.of(group)).map(({ grant, person }) => ({ id: grant.id, name: person?.name ?? 'Somebody', until: longInstant(grant.until ?? 0, timeZone) })),
        })
      },
    }),
    definePage({
      name: 'give cover', path: `${COVER_PATH}/give`, permission: 'signed-in',
      post: {
        body: z.strictObject({ ...groupShape, personId: z.union([ulid, z.literal('')]).default('') }), audit: 'class-cover.asked',
        handle: async (ctx) => {
          const group = await groupFor(ctx.actor, ctx.body)
          if (ctx.body.personId === '') return backToForm(ctx, 'personId', 'Choose a colleague', coverAt(group))
          try {
            await classCover.give(ctx.actor, group, ctx.body.personId)
          } catch (error) {
            if (!(error instanceof Refused)) throw error
            return backToForm(ctx, 'personId', `${error.what} ${error.remedy}`, coverAt(group))
          }
          return redirect(coverAt(group), 'They may lead one session of this class today. They find it under Class sessions.')
        },
      },
    }),
    nameSearchPage({ list: LIST, path: `${COVER_PATH}/search`, permission: 'signed-in', listPath: COVER_PATH }),
    definePage({
      name: 'take cover back', path: `${COVER_PATH}/take`, permission: 'signed-in',
      post: {
        body: z.strictObject({ ...groupShape, grant: ulid }), audit: 'class-cover.end-asked',
        handle: async ({ actor, body }) => {
          const group = await groupFor(actor, body)
          await classCover.take(actor, group, body.grant)
          return redirect(coverAt(group), 'Taken back.')
        },
      },
    }),
  ]
}

const groupFields = ({ schoolId, kind, name }: KnownGroup) => ({ schoolId, kind, name })
