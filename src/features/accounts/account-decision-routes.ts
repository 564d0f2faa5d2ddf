import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { PageContext } from '../../http/page-context.ts'
import { type PageResult, redirect } from '../../http/page-result.ts'
import { Forbidden, Refused } from '../../shared/errors.ts'
import type { AccessPageDeps } from './access-page-deps.ts'
import { accountLists } from './directory-queries.ts'
import { ensureTrust } from './directory-routes.ts'

const params = z.strictObject({ id: z.string().length(26) })
/** Where the form stood, so that one goes on from there. */
const place = { directory: z.string().regex(/^[a-z0-9-]{1,60}$/), show: z.enum(accountLists) }

/** Decisions about one account: changes by hand, whose it is, who answers for a shared one. */
export function accountDecisionPages(deps: AccessPageDeps): Page[] {
  return [driftPage(deps), personPage(deps), sharedPage(deps)]
}

const back = ({ directory, show }: { directory: string; show: string }): string => `/access/directories/${directory}?show=${show}`

function driftPage({ directoryJobs, decisions, directoryQueries }: AccessPageDeps): Page {
  return definePage({
    name: 'decision about a change by hand', path: '/access/accounts/:id/drift', permission: 'access.approve', params,
    looksAt: ({ params: { id } }) => directoryQueries.personOf(id),
    post: {
      body: z.strictObject({ ...place, decision: z.enum(['confirm', 'take-over']) }), audit: 'access.drift-decided',
      handle: async (ctx) => refusing(ctx, `account-${ctx.params.id}`, async () => {
        await ensureMayDecide(ctx, await directoryQueries.personOf(ctx.params.id))
        if (ctx.body.decision === 'confirm') {
          await directoryJobs.requestConfirm(ctx.params.id, ctx.actor.label)
          return 'It is put back as Assent had it; this takes a moment.'
        }
        await decisions.takeOver(ctx.params.id, ctx.actor.label)
        return 'What was done by hand stays.'
      }),
    },
  })
}

function personPage({ decisions, people, directoryQueries }: AccessPageDeps): Page {
  return definePage({
    name: 'whose an account is', path: '/access/accounts/:id/person', permission: 'access.approve', params,
    looksAt: ({ params: { id } }) => directoryQueries.personOf(id),
    post: {
      body: z.strictObject({ ...place, decision: z.enum(['link', 'unlink']), person: z.string().max(26).default(''), find: z.string().trim().max(190).default('') }), audit: 'access.account-matched',
      handle: async (ctx) => refusing(ctx, `find-${ctx.params.id}`, async () => {
        const { body, actor } = ctx
        await ensureMayDecide(ctx, await directoryQueries.personOf(ctx.params.id))
        if (body.decision === 'unlink') {
          await decisions.unlink(ctx.params.id, actor.label)
          return 'The account is nobody’s now. It is listed and never touched.'
        }
        const personId = body.find === '' ? body.person : await theOne(people, body.find)
        if (personId === '') throw new Refused({ what: 'Choose a person, or type a name, login name or e-mail address.' })
        await ensureMayDecide(ctx, personId)
        await decisions.link(ctx.params.id, personId, actor.label)
        return 'The account belongs to that person now.'
      }),
    },
  })
}

function sharedPage({ access, people, directoryQueries }: AccessPageDeps): Page {
  return definePage({
    name: 'shared login', path: '/access/accounts/:id/shared', permission: 'access.approve', params,
    post: {
      body: z.strictObject({ ...place, decision: z.enum(['register', 'end']), owner: z.string().trim().max(190).default('') }), audit: 'access.shared-login-registered',
      handle: async (ctx) => refusing(ctx, `owner-${ctx.params.id}`, async () => {
        await ensureMayDecide(ctx, await directoryQueries.personOf(ctx.params.id))
        if (ctx.body.decision === 'register' && ctx.body.owner === '') throw new Refused({ what: 'Type the name, login name or e-mail address of the member of staff who answers for this login.' })
        await access.registerShared(ctx.params.id, ctx.body.decision === 'end' ? null : await theOne(people, ctx.body.owner), ctx.actor.label)
        return ctx.body.decision === 'end' ? 'The login is not registered as shared any more.' : 'Registered as a shared login.'
      }),
    },
  })
}

type Deciding = PageContext<{ id: string }, unknown, { directory: string; show: string }>

/** Says what was refused beside the form it was asked in. */
async function refusing(ctx: Deciding, field: string, work: () => Promise<string>): Promise<PageResult> {
  ensureTrust(ctx.actor, 'access.approve')
  const to = back(ctx.body)
  try {
    return redirect(to, await work())
  } catch (error) {
    if (!(error instanceof Refused)) throw error
    return backToForm(ctx, field, `${error.what} ${error.remedy}`.trim(), to)
  }
}

/** P7. */
async function ensureMayDecide({ actor }: Pick<Deciding, 'actor'>, personId: string | null): Promise<void> {
  if (personId !== null && actor.relatedTo?.includes(personId)) throw new Forbidden('You have a family link to this person, so a colleague must do this.')
}

/** Exactly one person by name, login name or address. @throws Refused for none, and for several. */
async function theOne(people: AccessPageDeps['people'], text: string): Promise<string> {
  const [person, second] = await people.exactly(text, 2)
  if (!person) throw new Refused({ what: 'Nobody has exactly that name, login name or e-mail address.', remedy: 'Check the spelling.' })
  if (second) throw new Refused({ what: 'Several people have that name.', remedy: 'Type the login name or e-mail address.' })
  return person.id
}
