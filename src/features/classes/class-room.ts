import { z } from 'zod'
import { RequestFault } from '../../http/error-facts.ts'
import type { RequestParts } from '../../http/page-context.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import type { SharedLimits } from '../../http/shared-limiter.ts'
import { readCode } from './class-code.ts'
import type { ClassSession } from './class-session.ts'
import type { ClassService } from './class-service.ts'

/** Wrong codes from one address: a school behind one address that mistypes has room, whoever tries 244 million through has none. */
const WRONG = { max: 200, windowMs: 10 * 60_000 }
/** Forms from one address: a whole school joins and answers in the same minutes, all from the school's own. */
export const CLASS_FORMS = { max: 5_000, windowMs: 60_000 }
const KEY = 'class'
const ticketSchema = z.object({ sessionId: z.string(), answers: z.array(z.string()) })

/** What a browser that joined a session keeps: nobody is signed in, and no pupil's own pages open by it. */
export type ClassTicket = z.infer<typeof ticketSchema>

function ticketOf(session: SessionHandle): ClassTicket | null {
  const found = ticketSchema.safeParse(session.get(KEY))
  return found.success ? found.data : null
}

export function keepTicket(session: SessionHandle, ticket: ClassTicket): void {
  session.set(KEY, ticket)
}

export type Room = { kind: 'in'; session: ClassSession; code: string; ticket: ClassTicket } | { kind: 'at-the-door'; session: ClassSession; code: string } | { kind: 'unknown' }

/** Finds the session of a code. Wrong, old and mistyped codes are answered alike, and counted. */
export function createRooms(deps: { sharedLimits: SharedLimits; classes: ClassService }): (ctx: RequestParts & { params: { code: string } }) => Promise<Room> {
  const wrong = deps.sharedLimits.limiter('wrong class codes', WRONG)
  return async (ctx) => {
    const code = readCode(ctx.params.code)
    const session = code ? await deps.classes.running(code) : null
    if (!code || !session) {
      if (!await wrong.take(deps.sharedLimits.addressKey(ctx.address))) throw new RequestFault(429)
      return { kind: 'unknown' }
    }
    const ticket = ticketOf(ctx.session)
    return ticket?.sessionId === session.id ? { kind: 'in', session, code, ticket } : { kind: 'at-the-door', session, code }
  }
}
