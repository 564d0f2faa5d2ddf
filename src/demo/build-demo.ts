import { join } from 'node:path'
import type { Services } from '../services.ts'
import type { GrantedRole } from '../features/identity/permissions.ts'
import type { PersonaGroup } from '../features/identity/persona-pages.ts'
import { academicYear, today } from '../shared/dates.ts'
import type { DirectorySettings } from '../config.ts'
import { ACCESS_GROUPS, makeDemoDirectory, SUSPENDED_CONTAINER } from './demo-directory.ts'
import { demoLeaverList } from './demo-leaver-list.ts'
import { DEMO_SOURCE, type DemoSample, writeSamples } from './demo-samples.ts'
import { makeDemoTrust } from './demo-trust.ts'
import type { DemoTrust } from './model.ts'
import { askForConsents } from './ask-for-consents.ts'
import { signSome } from './sign-some.ts'
import { stateResponsibility } from './state-responsibility.ts'

export interface BuiltDemo {
  trust: DemoTrust
  samples: DemoSample[]
  /** External id of the pupil who leaves in the sample of one leaver. */
  leaverId: string
  personas: PersonaGroup[]
  /** A list of leavers as an office might send it, to paste. */
  leaverList: string
}

const SEED = 2026
const ACTOR = 'os:demo'
const COLOURS = ['#1f5f5b', '#7a2e4d']

/** Makes the demo's people as files (before the services are opened: the trust's name is a setting). */
export function inventDemo(now: number, people: number): DemoTrust {
  const on = today(now)
  return makeDemoTrust({ seed: SEED, people, year: academicYear(on), today: on })
}

/** The demo's directory, as a school would configure its own. */
export function demoDirectorySettings(trust: DemoTrust): DirectorySettings {
  const { containers, groups } = makeDemoDirectory(trust)
  return {
    name: 'school-network', kind: 'simulated', signIn: 'School computers and Chromebooks', containers, groups: [...groups, 'Limited internet'], mode: 'propose',
    mapping: {
      suspendedContainer: SUSPENDED_CONTAINER, restrictedGroups: ['Limited internet'], restrictedWithoutGroups: [ACCESS_GROUPS.internet],
      profiles: { 'no-mail': { groups: [], withoutGroups: [ACCESS_GROUPS.mail] } },
    },
  }
}

/** The configuration file of the same trust, so that the command line can be tried on the demo's data. */
export function demoConfigFile(trust: DemoTrust, { samples }: Pick<BuiltDemo, 'samples'>): object {
  return {
    trust: { name: trust.trust.name }, sources: [{ name: DEMO_SOURCE, format: 'oneroster-csv', path: samples[0]?.path ?? '', mode: 'enforce' }], directories: [demoDirectorySettings(trust)],
  }
}

/**
 * Takes the empty demo along the real road: roster in, accounts observed, roles given, agreements issued, and a part of the
 * school signed. `say` tells whoever waits.
 */
export async function buildDemo(services: Services, trust: DemoTrust, dataDir: string, say: (text: string) => void): Promise<BuiltDemo> {
  const { samples, leaverId } = await writeSamples(trust, join(dataDir, 'samples'))
  say(`Reading the roster of ${trust.trust.name} ...`)
  await services.roster.sync({ name: DEMO_SOURCE, format: 'oneroster-csv', path: samples[0]?.path ?? '', mode: 'enforce', planOnly: false, actor: ACTOR })
  for (const [at, school] of (await services.schools.all()).entries()) await services.schools.update(school.id, { ...school, brandColour: COLOURS[at % COLOURS.length] ?? null })
  const people = await personIds(services)
  const [directory] = services.config.directories
  if (directory?.kind === 'simulated') await fillDirectory(services, trust)
  await giveRoles(services, trust, people)
  if (directory) await services.accounts.reconcile.observe(directory.name, ACTOR)
  say('Putting the agreements of this school year ...')
  await services.issuing.issue({ actor: ACTOR, planOnly: false })
  const personas = new Set(trust.personas.map((persona) => people.get(persona.id) ?? ''))
  await stateResponsibility(services, personas, ACTOR)
  await askForConsents(services)
  say('Letting a part of the school sign ...')
  await signSome(services, personas)
  return { trust, samples, leaverId, personas: await personaGroups(services, trust, people), leaverList: demoLeaverList(trust) }
}

async function personIds({ db, roster }: Services): Promise<Map<string, string>> {
  const source = await roster.sources.byName(DEMO_SOURCE)
  const rows = await db.read('source_people').where({ source_id: source?.id ?? '' }).select('external_id', 'person_id')
  return new Map(rows.map((row) => [row.external_id, row.person_id]))
}

async function fillDirectory({ db }: Services, trust: DemoTrust): Promise<void> {
  const { accounts } = makeDemoDirectory(trust)
  await db.transaction(() => db.insertNew('simulated_accounts', accounts.map((account) => ({ immutable_id: account.immutableId, account: JSON.stringify(account) }))))
}

const ROLES: Record<string, { role: GrantedRole; atSchool: boolean }> = {
  'trust-admin': { role: 'trust-admin', atSchool: false },
  'it-admin': { role: 'it-admin', atSchool: false },
  office: { role: 'office', atSchool: true },
  dsl: { role: 'dsl', atSchool: true },
  head: { role: 'headteacher', atSchool: true },
  'class-teacher': { role: 'class-teacher', atSchool: true },
  governor: { role: 'governor', atSchool: true },
}

async function giveRoles(services: Services, trust: DemoTrust, people: Map<string, string>): Promise<void> {
  for (const persona of trust.personas) {
    const wanted = ROLES[persona.key]
    const personId = people.get(persona.id)
    if (!wanted || !personId) continue
    const home = ((await services.people.affiliationsOf([personId])).get(personId) ?? []).find((affiliation) => affiliation.role !== 'guardian')
    await services.roles.grant({
      personId, role: wanted.role, schoolId: wanted.atSchool ? home?.schoolId ?? null : null, groupName: null, until: null, grantedBy: ACTOR,
    })
  }
}

const START: Record<string, string> = { 'trust-admin': '/office', 'it-admin': '/rosters', office: '/office/board', dsl: '/office', head: '/office', 'class-teacher': '/office/board', governor: '/office/figures' }
const WORKERS = new Set(['trust-admin', 'it-admin', 'office', 'dsl', 'head', 'class-teacher', 'governor'])

async function personaGroups(services: Services, trust: DemoTrust, people: Map<string, string>): Promise<PersonaGroup[]> {
  const found = await services.people.people(trust.personas.map((persona) => people.get(persona.id) ?? ''))
  const cards = trust.personas.flatMap((persona) => {
    const person = found.get(people.get(persona.id) ?? '')
    if (!person) return []
    return [{
      key: persona.key,
      card: {
        id: person.id, name: person.name, shortName: person.preferredForename, role: persona.label, story: persona.story,
        initials: `${person.preferredForename[0] ?? ''}${person.surname[0] ?? ''}`, startPath: START[persona.key] ?? '/me',
      },
    }]
  })
  return [
    { title: 'People who sign', people: cards.filter(({ key }) => !WORKERS.has(key)).map(({ card }) => card) },
    { title: 'People who work with Assent', people: cards.filter(({ key }) => WORKERS.has(key)).map(({ card }) => card) },
  ]
}
