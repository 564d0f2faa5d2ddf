import type { MatrixWorld } from './world.ts'
import type { Things } from './things.ts'

export type Fields = Record<string, string>
export type Target = keyof Things
export type Outcome = 'allowed' | 'forbidden' | 'absent' | 'sign in' | 'said on the form'

/** What a route must answer to whom. Every route has one, or the build fails. */
export interface Expectation {
  /** `public`, `signed-in`, `a given role` (any), or a permission of the role table. `any-of`: the office's home, for whoever may see one part of it. */
  needs: string | { anyOf: string[] }
  /** Where the handler asks for `needs` and the route itself lets more people through. */
  declares?: string
  /** What those without it read; forbidden unless told. */
  otherwise?: 'absent'
  /** What the act asks for besides, and what those without it read. */
  also?: { anyOf: string[]; otherwise: Outcome }
  /** Roles whose answer about their own school is another one: of a year or group, or alone with their own things. */
  by?: Partial<Record<string, Outcome>>
  /** Only for roles of the whole trust; what the others read. */
  trustOnly?: 'forbidden' | 'absent'
  /** Addresses by what they are about; one address where that makes no difference. */
  at: string | ((world: MatrixWorld) => Partial<Record<Target, string>>)
  /** Fields of a POST: right in form, and doing nothing that the other tests would notice. */
  fields?: Fields | ((world: MatrixWorld, target: Target) => Fields)
  /** Before each try: what an earlier one has used up is there again. */
  before?: (world: MatrixWorld) => Promise<unknown>
  /** P7: what becomes of it where it is about a child of whoever asks. */
  conflict?: 'allowed' | 'forbidden' | 'absent' | 'said on the form'
  /** Of a signatory: only the person of `mine` gets it, whatever anybody's role. */
  mine?: { role: string; address: (world: MatrixWorld) => string }
  /** Refused whoever asks: it proves itself by what an identity provider signed. */
  unproven?: true
  /** The session ends by it, so every try takes one of its own. */
  endsSession?: true
  /** The address names nothing that exists: who may, reads so. What exists at another school is looked at in the feature's own tests. */
  names?: 'nothing'
  /** Asked by a few only: a limit per address stands before it. */
  few?: true
}

export const TEXT = 'a'.repeat(64)
export const KEY = 'a'.repeat(32)
export const NOTHING = '0'.repeat(26)
export const NOBODY = { role: 'none of the askers', address: () => '' }

export const pub = (at: string, more: Partial<Expectation> = {}): Expectation => ({ needs: 'public', at, ...more })
export const none = (needs: string, at: string, more: Partial<Expectation> = {}): Expectation => ({ needs, at, names: 'nothing', ...more })
export const slot = (tail: string, more: Partial<Expectation> = {}): Expectation => ({
  needs: 'signed-in', at: (world) => ({ own: `/me/sign/${world.othersSlot}${tail}` }), mine: { role: 'pupil', address: (world) => `/me/sign/${world.mySlot}${tail}` }, ...more,
})
export const signed = (path: (id: string) => string, more: Partial<Expectation> = {}): Expectation => ({
  needs: 'signed-in', at: (world) => ({ own: path(world.othersSignature) }), mine: { role: 'staff', address: (world) => path(world.mySignature) }, ...more,
})

type Kind = { [K in keyof MatrixWorld]: MatrixWorld[K] extends Things ? K : never }[keyof MatrixWorld]
/** One address for each target, with the id of such a thing. */
export const places = (what: Kind, path: (id: string) => string, targets: readonly Target[] = ['own', 'otherSchool', 'conflict']) =>
  (world: MatrixWorld): Partial<Record<Target, string>> => Object.fromEntries(targets.map((target) => [target, path(world[what][target])]))
export const SCHOOLS = ['own', 'otherSchool'] as const
/** The same address for each target: the fields say what it is about. */
export const same = (path: string, targets: readonly Target[] = SCHOOLS) => () => Object.fromEntries(targets.map((target) => [target, path]))
export const filtered = (path: string) => (world: MatrixWorld) => ({ own: `${path}?school=${world.schools.own}`, otherSchool: `${path}?school=${world.schools.otherSchool}` })
