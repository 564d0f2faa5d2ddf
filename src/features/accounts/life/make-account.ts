import { NameTaken } from '../../../adapters/directories/account-life.ts'
import { DirectoryRefusal } from '../../../adapters/directories/directory.ts'
import type { PlanItem } from '../../../db/plan-store.ts'
import { isCurrent } from '../../people/affiliation.ts'
import type { AccessDeps } from '../access-deps.ts'
import { afterOf } from '../access-item.ts'
import { dateOf } from '../access-plans.ts'
import { EMPTY_DELTA } from '../account-delta.ts'
import type { Account } from '../account-store.ts'
import { bringAbout, type Brought } from '../bring-about.ts'
import { unknownPassword } from '../passwords/temporary-password.ts'
import { desiredOf, type NamedTarget } from '../stage-items.ts'
import { usernameCandidates } from './username-rule.ts'

/** Why no account may be made for this person now; null where one may. */
export async function notMakeable(deps: AccessDeps, item: PlanItem, target: NamedTarget): Promise<string | null> {
  const { make } = afterOf(item)
  if (!make || !target.life?.create || !target.directory.life?.create) return `The directory "${target.name}" is not set to make accounts any more.`
  const places = (await deps.people.affiliationsOf([item.subject])).get(item.subject) ?? []
  if (!places.some((place) => place.role === make.role && place.schoolId === make.schoolId && (place.endDate === null || place.endDate >= dateOf(deps)))) return 'R9: has no such place any more.'
  const has = ((await deps.accounts.ofPeople([item.subject])).get(item.subject) ?? []).some(({ directoryId }) => directoryId === target.id)
  return has ? 'Has an account there already.' : null
}

/**
 * Makes the account of one line: switched off, with a password nobody knows, and known to belong to its person from the start. Then it follows what its person should
 * have: it opens at once, or waits for the agreement. Its name is kept before the directory is asked, so that a run that died makes none twice.
 */
export async function makeAccount(deps: AccessDeps, target: NamedTarget, item: PlanItem): Promise<Brought> {
  const { db, ids, people } = deps
  const { make } = afterOf(item)
  const rule = target.life?.create
  const create = target.directory.life?.create
  const person = await people.person(item.subject)
  if (!make || !rule || !create || !person) return { kind: 'gone' }
  const on = dateOf(deps)
  const place = ((await people.affiliationsOf([item.subject])).get(item.subject) ?? []).find((each) => each.role === make.role && each.schoolId === make.schoolId && (isCurrent(each, on) || each.endDate === null))
  const asked = await db.sql('account_creations').where({ directory_id: target.id, person_id: person.id }).first('id', 'username') as { id: string; username: string } | undefined
  const names = usernameCandidates(rule.username, { forename: person.preferredForename, surname: person.surname, employeeId: make.employeeId, startDate: place?.startDate ?? null })
  // What was asked before a crash is asked again first: the directory gives the account that it made then.
  for (const username of new Set([...asked ? [asked.username] : [], ...names])) {
    const row = await keepName(deps, { targetId: target.id, personId: person.id, planId: item.planId, username })
    if (row === null) continue
    try {
      const observed = await create.make({
        username, domain: rule.domain, forename: person.preferredForename, surname: person.surname, employeeId: make.employeeId, container: make.container, password: unknownPassword((bytes) => ids.random(bytes)),
      })
      const account = await adopt(deps, target, person.id, observed, row)
      await db.transaction(() => deps.audit.record({ actor: 'system', event: 'access.account-made', subject: `person:${person.id}`, payload: { account: account.id, directory: target.name, plan: item.planId } }))
      const desired = (await desiredOf(deps, [person.id], on))(person.id)
      const brought = await bringAbout(deps, target, account, { desired, planId: item.planId })
      return brought.kind === 'waits' || brought.kind === 'gone' ? brought : { kind: 'as-wanted' }
    } catch (error) {
      if (!(error instanceof NameTaken)) throw error
      await db.sql('account_creations').where({ id: row }).del()
    }
  }
  throw new DirectoryRefusal('Every name that the rule gives is in use.', 'Make this account by hand, with another name.')
}

/** Keeps the name for this person; null where another person was given it. */
async function keepName({ db, ids, clock }: AccessDeps, wish: { targetId: string; personId: string; planId: string; username: string }): Promise<string | null> {
  return db.transaction(async () => {
    const own = await db.sql('account_creations').where({ directory_id: wish.targetId, person_id: wish.personId }).first('id', 'username') as { id: string; username: string } | undefined
    if (own?.username === wish.username) return own.id
    const other = await db.sql('account_creations').where({ directory_id: wish.targetId, username: wish.username }).first('id')
    if (other) return null
    if (own) await db.sql('account_creations').where({ id: own.id }).del()
    const id = ids.next()
    await db.sql('account_creations').insert({ id, directory_id: wish.targetId, person_id: wish.personId, plan_id: wish.planId, username: wish.username, asked_at: clock.now(), account_id: null, made_at: null })
    return id
  })
}

/** The new account as one of ours: switched off by Assent, so that it opens when its person's access does (A4). */
async function adopt({ db, ids, clock, accounts }: AccessDeps, target: NamedTarget, personId: string, observed: Account['observed'], creation: string): Promise<Account> {
  const now = clock.now()
  return db.transaction(async () => {
    const known = (await accounts.byImmutableIds(target.id, [observed.immutableId])).get(observed.immutableId)
    const id = known?.id ?? ids.next()
    if (!known) await accounts.insert([{ id, directoryId: target.id, observed, observedAt: now }])
    await accounts.setPeople([[id, personId]])
    if (!known?.delta) await accounts.settle(id, { observed, observedAt: now, delta: observed.enabled ? null : { ...EMPTY_DELTA, groupsAdded: [], groupsRemoved: [], disabledByUs: true }, drift: [] })
    await db.sql('account_creations').where({ id: creation }).update({ account_id: id, made_at: now })
    return await accounts.get(id) as Account
  })
}
