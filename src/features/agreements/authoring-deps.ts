import { z } from 'zod'
import type { Actor } from '../../http/actor.ts'
import { Forbidden, NotFound } from '../../shared/errors.ts'
import type { GrantedRole } from '../identity/permissions.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import type { School, SchoolStore } from '../schools/school-store.ts'
import { type AgreementText, type AgreementVersion, governingText } from './agreement.ts'
import type { Agreement, StoredVersion } from './agreement-store.ts'
import type { AgreementsFeature } from './agreements-feature.ts'
import { textKey } from './shown-as.ts'

/** What the authors' pages stand on. */
export interface AuthoringPagesDeps {
  texts: AgreementsFeature
  schools: SchoolStore
  people: PeopleQueries
  trust: { readonly name: string }
  clock: { now(): number }
  roleStore: { holdersOf(role: GrantedRole, now: number): Promise<{ personId: string }[]> }
}

export const keyParams = z.strictObject({ key: z.string().regex(/^[a-z][a-z0-9-]{1,59}$/) })
/** Which text of a version: `en-GB/standard`. */
export const textQuery = z.string().regex(/^[A-Za-z0-9-]{2,35}\/[a-z-]{3,20}$/).optional()
export const seenField = z.string().regex(/^[0-9a-f]{32}$/)
export const wordsField = (most: number) => z.string().max(most, `Use at most ${most.toLocaleString('en-GB')} characters.`)

export const AGREEMENTS_PATH = '/agreements'
export const at = {
  show: (key: string) => `${AGREEMENTS_PATH}/${key}`,
  draft: (key: string, text?: string) => `${AGREEMENTS_PATH}/${key}/draft${text ? `?text=${text}` : ''}`,
  clause: (key: string, id: string, text: string) => `${AGREEMENTS_PATH}/${key}/draft/clause/${id}?text=${text}`,
  words: (key: string, text: string) => `${AGREEMENTS_PATH}/${key}/draft/words?text=${text}`,
  questions: (key: string, text: string) => `${AGREEMENTS_PATH}/${key}/draft/questions?text=${text}`,
  preview: (key: string, query = '') => `${AGREEMENTS_PATH}/${key}/preview${query}`,
  changes: (key: string, query = '') => `${AGREEMENTS_PATH}/${key}/changes${query}`,
  part: (key: string, schoolId: string) => `${AGREEMENTS_PATH}/${key}/school-part/${schoolId}`,
}

export const crumbsOf = ({ key, title }: { key: string; title: string }) => [{ text: 'Agreement texts', href: AGREEMENTS_PATH }, { text: title, href: at.show(key) }]

/** May they do this to an agreement: one of a school at that school, one of the trust everywhere. */
export function mayFor(actor: Actor, permission: string, agreement: Pick<Agreement, 'schoolId'>, schools: readonly School[]): boolean {
  const scope = actor.schools(permission)
  if (scope === 'all') return true
  return agreement.schoolId === null ? schools.length > 0 && schools.every(({ id }) => scope.includes(id)) : scope.includes(agreement.schoolId)
}

export interface Opened { agreement: Agreement; schools: School[]; current: StoredVersion | null; open: StoredVersion | null }

/** The agreement with what is in force and what is being written. @throws NotFound for one of a school that is not theirs. */
export async function openAgreement(deps: AuthoringPagesDeps, actor: Actor, key: string): Promise<Opened> {
  const { agreements, drafts } = deps.texts
  const agreement = await agreements.store.byKey(key)
  if (!agreement || (agreement.schoolId !== null && !actor.can('agreements.view', agreement.schoolId))) throw new NotFound()
  const [schools, current, open] = await Promise.all([deps.schools.all(), agreements.store.current(agreement.id), drafts.openVersion(agreement.id)])
  return { agreement, schools, current, open }
}

/** @throws Forbidden when they may not do this to the agreement. */
export async function openFor(deps: AuthoringPagesDeps, actor: Actor, key: string, permission: string): Promise<Opened> {
  const opened = await openAgreement(deps, actor, key)
  if (!mayFor(actor, permission, opened.agreement, opened.schools)) throw new Forbidden('This text belongs to the whole trust. Somebody who looks after it for the trust has to do this.')
  return opened
}

/** The open draft, for writing. @throws NotFound when there is none. */
export async function openDraft(deps: AuthoringPagesDeps, actor: Actor, key: string): Promise<Opened & { version: AgreementVersion }> {
  const opened = await openFor(deps, actor, key, 'agreements.edit')
  if (!opened.open) throw new NotFound('There is no draft of this agreement any more.')
  return { ...opened, version: opened.open.version }
}

/** The text of a version that the address names; the governing one where it names none. @throws NotFound. */
export function textOf(version: AgreementVersion, key: string | undefined): AgreementText {
  const text = key === undefined ? governingText(version) : version.texts.find((one) => textKey(one) === key)
  if (!text) throw new NotFound('There is no such text in this version.')
  return text
}
