import 'express-session'
import type { FieldError, Flash } from './view-types.ts'

/** How a person came in. A signing link (`link`) and a class session prove less than the others. */
export type SignInRoute = 'link' | 'administrator-link' | 'setup' | 'persona' | 'saml' | 'oidc' | 'class' | 'passkey' | 'totp'

/** A form, or the look at an export, that waits until its sender has proved once more who they are. */
export interface PendingForm {
  /** Name of the page, for showing. */
  page: string
  /** Address with its query. */
  path: string
  method: 'GET' | 'POST'
  fields: Record<string, string | string[]>
}

/** The refused form, kept for the one page view that follows. */
export interface RefusedForm {
  path: string
  errors: FieldError[]
  values: Record<string, string | string[]>
}

declare module 'express-session' {
  interface SessionData {
    /** Set by the store with the first write: absent means never stored. */
    startedAt: number
    personId: string
    via: SignInRoute
    /** Tells this session from others under whatever identifier: forms are bound to it. */
    mark: string
    /** What let the person in, such as the hash of a link. */
    ref: string
    /** On a tablet that is handed on: short limits. */
    shared: boolean
    /** When the person last proved who they are by passkey, code or the school's own sign-in. */
    provenAt: number
    pending: PendingForm
    flash: Flash
    form: RefusedForm
    /** Small values of features. */
    items: Record<string, unknown>
  }
}
