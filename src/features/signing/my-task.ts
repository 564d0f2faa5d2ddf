import { z } from 'zod'
import type { RequestParts } from '../../http/page-context.ts'
import { NotFound } from '../../shared/errors.ts'
import type { Evidence } from './signature.ts'
import type { SigningPagesDeps } from './signing-deps.ts'
import type { Choice } from '../agreements/chosen-text.ts'
import type { SigningPage } from './signing-queries.ts'

/** A text that is no identifier of ours is answered like an unknown one. */
export const slotParams = z.strictObject({ signatoryId: z.string().regex(/^[0-9A-Z]{26}$/) })
export const signatureParams = z.strictObject({ signatureId: z.string().regex(/^[0-9A-Z]{26}$/) })
/** SHA-256 of a rendition, as it travels from page to page. */
export const textHash = z.string().regex(/^[0-9a-f]{64}$/)

/** Session value beside a sign-in by link: which way the link reached its holder. */
const LINK_ROUTE = 'link-route'

/** The signed-in person's id; the pages are behind sign-in, so there is one. */
export function whoIs(ctx: RequestParts): string {
  if (ctx.actor.personId === null) throw new NotFound()
  return ctx.actor.personId
}

/** The task of this slot for the person who asks. @throws NotFound when it is not theirs: unknown and forbidden look alike. */
export async function myTask(deps: SigningPagesDeps, ctx: RequestParts & { params: { signatoryId: string } }, chosen: Choice = {}): Promise<SigningPage> {
  const page = await deps.signingQueries.page(ctx.params.signatoryId, whoIs(ctx), chosen)
  if (!page) throw new NotFound()
  return page
}

/** How sure we are who it was, from the way they came in. */
export async function assuranceOf(deps: SigningPagesDeps, ctx: RequestParts): Promise<Evidence['assurance']> {
  if (ctx.session.via !== 'link') return 'session'
  if (ctx.session.get(LINK_ROUTE) === 'letter') return 'letter'
  return await deps.people.sharesAddress(whoIs(ctx)) ? 'shared-address-link' : 'mailed-link'
}

/** Where reading and answering take place: one's own list, or a class session. */
export interface TaskPaths {
  /** The page before the first step. */
  start: string
  read(signatoryId: string): string
  step(signatoryId: string, step: number, text: string): string
  sign(signatoryId: string, text: string): string
}

/** Addresses of one task's pages. */
export const at = {
  start: '/me',
  read: (signatoryId: string) => `/me/sign/${signatoryId}`,
  step: (signatoryId: string, step: number, text: string) => `/me/sign/${signatoryId}?step=${step}&text=${text}`,
  sign: (signatoryId: string, text: string) => `/me/sign/${signatoryId}/sign?text=${text}`,
  check: (signatoryId: string) => `/me/sign/${signatoryId}/check`,
  readAs: (signatoryId: string, language: string, variant: string) => `/me/sign/${signatoryId}?lang=${encodeURIComponent(language)}&as=${encodeURIComponent(variant)}`,
  since: (signatoryId: string, text: string) => `/me/sign/${signatoryId}/changed?text=${text}&since=signed`,
  changed: (signatoryId: string, text: string) => `/me/sign/${signatoryId}/changed?text=${text}`,
  done: (signatoryId: string) => `/me/sign/${signatoryId}/done`,
  again: (signatoryId: string) => `/me/sign/${signatoryId}/again`,
  record: (signatureId: string) => `/me/records/${signatureId}`,
  withdraw: (signatureId: string) => `/me/records/${signatureId}/withdraw`,
}
