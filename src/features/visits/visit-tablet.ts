import { z } from 'zod'
import type { RequestParts } from '../../http/page-context.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import type { School } from '../schools/school-store.ts'
import type { DeskTablet } from './visit.ts'
import type { VisitPagesDeps } from './visit-page-deps.ts'

const TABLET = 'reception-tablet'
const DRAFT = 'visit'
const draftSchema = z.object({ name: z.string(), organisation: z.string().nullable(), host: z.string().nullable(), kind: z.enum(['visitor', 'contractor']), formKey: z.string() })

/** What the visitor at the tablet has said so far. */
export type VisitDraft = z.infer<typeof draftSchema>

export function readVisit(session: SessionHandle): VisitDraft | null {
  const found = draftSchema.safeParse(session.get(DRAFT))
  return found.success ? found.data : null
}

export const keepVisit = (session: SessionHandle, draft: VisitDraft): void => session.set(DRAFT, draft)
/** For the next visitor nothing of this one is left on the tablet. */
export const dropVisit = (session: SessionHandle): void => session.delete(DRAFT)
export const keepTablet = (session: SessionHandle, tablet: DeskTablet): void => session.set(TABLET, tablet.id)

/** The running tablet of this browser and its school; nobody is signed in on it. */
export async function tabletOf(deps: Pick<VisitPagesDeps, 'visits' | 'schools'>, ctx: RequestParts): Promise<{ tablet: DeskTablet; school: School } | null> {
  const id = ctx.session.get(TABLET)
  const tablet = typeof id === 'string' && ctx.actor.personId === null ? await deps.visits.tablet(id) : null
  const school = tablet ? await deps.schools.get(tablet.schoolId) : null
  return tablet && school ? { tablet, school } : null
}
