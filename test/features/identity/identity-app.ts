import { FixedClock } from '../../../src/adapters/clock.ts'
import type { Database } from '../../../src/db/database.ts'
import { ActorService } from '../../../src/features/identity/actor-service.ts'
import { linkPages } from '../../../src/features/identity/link-pages.ts'
import { LinkStore } from '../../../src/features/identity/link-store.ts'
import { permissions } from '../../../src/features/identity/permissions.ts'
import { PersonalLinks } from '../../../src/features/identity/personal-links.ts'
import type { AdministratorPort, PersonFacts } from '../../../src/features/identity/ports.ts'
import { RoleService } from '../../../src/features/identity/role-service.ts'
import { RoleStore } from '../../../src/features/identity/role-store.ts'
import { SetupLink } from '../../../src/features/identity/setup-link.ts'
import { setupPages } from '../../../src/features/identity/setup-pages.ts'
import { signOutPages } from '../../../src/features/identity/sign-out-page.ts'
import { definePage, type Page } from '../../../src/http/define-page.ts'
import { view } from '../../../src/http/page-result.ts'
import { createSessions } from '../../../src/http/sessions.ts'
import { seededIds, START, startApp, type TestApp } from '../../http/test-app.ts'

export interface Act { actor: string; event: string; subject?: string | null; payload: object }

export interface IdentityApp extends TestApp {
  links: PersonalLinks
  roles: RoleService
  setup: SetupLink
  facts: Map<string, PersonFacts>
  acts: Act[]
  administrators: unknown[]
}

/** Identity as services.ts composes it, over made-up people. */
export async function startIdentity(db: Database, options: { pages?: Page[]; people?: AdministratorPort } = {}): Promise<IdentityApp> {
  const clock = new FixedClock(START)
  const ids = seededIds(clock, `identity ${db.dialect.name}`)
  const sessions = createSessions({ db, clock, ids, secrets: ['a secret of the tests, long enough'], https: false })
  const facts = new Map<string, PersonFacts>()
  const acts: Act[] = []
  const administrators: unknown[] = []
  const audit = { record: async (act: Act) => { if (!db.inTransaction) throw new Error('outside'); acts.push(act) } }
  const store = new RoleStore(db)
  const roles = new RoleService({ db, store, clock, ids, audit, endSessionsOf: (id) => sessions.endSessionsOf(id), tellCircle: async () => undefined })
  const links = new PersonalLinks({ db, store: new LinkStore(db), clock, ids, endSessionsOf: (id) => sessions.endSessionsOf(id) })
  const people = options.people ?? {
    addAdministrator: async (administrator) => {
      const id = ids.next()
      administrators.push(administrator)
      facts.set(id, { name: administrator.name, affiliations: [], children: [] })
      return id
    },
  }
  const setup = new SetupLink({ db, links, roles, people })
  const actors = new ActorService({ roles: store, people: { factsOf: async (id) => facts.get(id) ?? null }, clock, demo: false, isSuspended: async () => false })
  const home = (path: string, permission: string) => definePage({
    name: `home ${path}`, path, permission,
    get: async (ctx) => view('pages/form.njk', { message: `${ctx.actor.label} ${ctx.actor.can('settings.manage') ? 'manages' : 'signs'}` }),
  })
  const app = await startApp(db, {
    clock, ids, sessions, permissions,
    pages: [
      ...linkPages({ links, startPath: { sign: '/me', administrator: '/office' }, againPath: '/link/again' }),
      ...setupPages({ setup, startPath: '/office', againPath: '/link/again' }),
      ...signOutPages({ afterwards: '/' }),
      home('/me', 'signed-in'), home('/office', 'settings.manage'),
      ...options.pages ?? [],
    ],
    actorFor: (personId, session) => actors.actorFor(personId, session.via),
  })
  return { ...app, links, roles, setup, facts, acts, administrators }
}
