import type { Express } from 'express'
import { permissions } from './features/identity/permissions.ts'
import { accessAfter } from './features/accounts/access-after.ts'
import { accessPages } from './features/accounts/access-routes.ts'
import type { BuiltDemo } from './demo/build-demo.ts'
import { personaPages } from './features/identity/persona-pages.ts'
import { letterPages } from './features/identity/letter-pages.ts'
import { deskAndPaperPages } from './features/paper/paper-feature.ts'
import { linkPages } from './features/identity/link-pages.ts'
import { guestPages } from './features/guests/guest-routes.ts'
import { unsignedPages } from './features/issuing/unsigned-routes.ts'
import { findPeople } from './features/people/find-people.ts'
import { languagePages } from './features/people/language-page.ts'
import { placedAt } from './features/people/placed-at.ts'
import { replayPages } from './replay/replay-pages.ts'
import { rosterPages } from './features/roster/roster-routes.ts'
import { administratorPages } from './features/identity/administrator-pages.ts'
import { rolePages } from './features/identity/role-pages.ts'
import { securityPages } from './features/identity/security-pages.ts'
import { settingsHomePages } from './features/identity/settings-home.ts'
import { schoolConfirmationPages } from './features/identity/confirm-at-school-pages.ts'
import { stepUpPages } from './features/identity/step-up-pages.ts'
import { setupPages } from './features/identity/setup-pages.ts'
import { crossSiteForms, signInPages } from './features/identity/sign-in-routes.ts'
import { signInSettingsPages } from './features/identity/sign-in-settings-routes.ts'
import { unknownLoginPages } from './features/identity/unknown-login-routes.ts'
import { signOutPages } from './features/identity/sign-out-page.ts'
import { assetFolders } from './http/assets.ts'
import { createHttpApp } from './http/create-http-app.ts'
import type { Actor } from './http/actor.ts'
import type { Page } from './http/define-page.ts'
import { createViews } from './http/views.ts'
import { auditPage } from './features/identity/audit-page.ts'
import { agreementsPages } from './features/agreements/authoring-pages.ts'
import { signingPages } from './features/signing/signing-pages.ts'
import { mayLead } from './features/classes/class-group.ts'
import { classPages } from './features/classes/class-feature.ts'
import { receptionPages } from './features/visits/visit-feature.ts'
import { brandOf, layoutOf, worksInOffice } from './layout.ts'
import { auditPages } from './features/audit/audit-routes.ts'
import { mailboxPages } from './features/messages/mailbox-routes.ts'
import { calendarPages } from './features/schools/calendar-routes.ts'
import { homePages } from './features/reports/home-routes.ts'
import { recordsPages } from './features/signing/records-routes.ts'
import { verifyPages } from './features/signing/verify-routes.ts'
import { boardPages } from './features/reports/board-routes.ts'
import { looksPages } from './features/reports/looks-routes.ts'
import { registersPages } from './features/reports/registers-routes.ts'
import { trainingBoardPages } from './features/reports/training-board-routes.ts'
import { figuresPages } from './features/reports/figures-routes.ts'
import type { RequestParts } from './http/page-context.ts'
import type { StepUp } from './http/page-deps.ts'
import { requirementPages } from './features/issuing/requirement-routes.ts'
import { consentListPages } from './features/signing/consent-list-routes.ts'
import { consentQuestionPages } from './features/signing/consent-question-routes.ts'
import { peopleSettingsPages } from './features/people/people-settings-routes.ts'
import { responsibilityPages } from './features/signing/responsibility-routes.ts'
import { personSigningPages } from './features/signing/person-signing-routes.ts'
import { queuePages } from './features/reports/queue-routes.ts'
import { attestedPages } from './features/issuing/attested-routes.ts'
import { starterPages } from './features/signing/starter-routes.ts'
import { machinePages } from './features/machines/machines-feature.ts'
import type { Services } from './services.ts'
import { settingsSections } from './settings-sections.ts'

/** Every page of the product: the route table in one place. */
export function allPages(services: Services, demo?: BuiltDemo): Page[] {
  const { config, links, setup } = services
  return [
    ...linkPages({ links, startPath: { sign: '/me', administrator: '/security/start' }, againPath: '/ask', proofs: services.linkProofs }),
    ...letterPages(services),
    ...setupPages({ setup, startPath: '/security/start', againPath: '/' }),
    ...signInPages(services),
    ...signInSettingsPages(services),
    ...unknownLoginPages(services),
    ...personaPages({ demo: config.demo, personas: async () => demo?.personas ?? [], mailboxHref: '/demo/mail' }),
    ...rosterPages({
      ...services, queries: services.rosterQueries, uploads: services.rosterUploads, samples: config.demo ? demo?.samples ?? [] : [],
      accessAfter: accessAfter(services), whenEnded: (actor) => services.accessJobs.requestPlan(actor.label),
    }),
    ...replayPages(services),
    ...accessPages({
      ...services.accounts, db: services.db, pdf: services.pdf, pages: services.accessPageQueries, jobs: services.accessJobs, plans: services.plans, people: services.people, schools: services.schools, auditQueries: services.auditQueries,
      find: (text, schools, on) => findPeople(services, text, schools, on), rolesOf: (ids) => services.roleStore.grantsOfMany(ids, services.clock.now()),
      sampleList: config.demo ? demo?.leaverList ?? null : null,
    }),
    ...guestPages(services),
    ...unsignedPages(services),
    ...staffPages(services),
    ...languagePages(services),
    ...signOutPages({ afterwards: config.demo ? '/demo' : '/' }),
    ...agreementsPages({ ...services, brandOf: (school) => brandOf(services, school) }),
    ...signingPages({
      ...services, brandOf: (school) => brandOf(services, school), workLinks,
    }),
    ...classPages({ ...services, brandOf: (school) => brandOf(services, school) }),
    ...deskAndPaperPages({ ...services, requests: services.issuing.store, brandOf: (school) => brandOf(services, school) }),
    ...receptionPages({ ...services, requests: services.issuing.store, brandOf: (school) => brandOf(services, school) }),
    ...homePages({ ...services, rosters: services.rosterQueries }),
    ...boardPages({ ...services, agreements: services.agreements.store }),
    ...trainingBoardPages(services),
    ...figuresPages({ ...services, agreements: services.agreements.store }),
    ...registersPages({ ...services, reviews: services.texts.reviews }),
    ...recordsPages({ ...services, requests: services.issuing.store }),
    ...verifyPages(services),
    ...looksPages(services),
    ...auditPages({ ...services, placedAt }),
    ...calendarPages(services),
    ...mailboxPages(services),
    ...queuePages({ ...services, brandOf: (school) => brandOf(services, school) }),
    ...starterPages(services),
    ...attestedPages(services),
    ...personSigningPages(services),
    ...responsibilityPages(services),
    ...peopleSettingsPages(services),
    ...consentQuestionPages(services),
    ...consentListPages(services),
    ...machinePages(services),
    ...requirementPages({ ...services, agreements: services.agreements.store }),
  ]
}

/** From one's own agreements back to work: that page has no navigation of its own. */
function workLinks(actor: Actor): { text: string; href: string }[] {
  return [
    ...(mayLead(actor) ? [{ text: 'Class sessions: let a class read and sign', href: '/class' }] : []),
    ...(!worksInOffice(actor) && actor.can('registers.view') ? [{ text: 'Registers and figures', href: '/office/registers' }] : []),
    ...(worksInOffice(actor) ? [{ text: 'Back to the office pages', href: '/office' }] : []),
  ]
}

/** Signing in locally, proving who one is, one's own sign-in, settings and roles. */
function staffPages(services: Services): Page[] {
  const { config, db, audit, proofs, administratorSignIn, sessions, sharedLimits, trust, signIn } = services
  const stepUp = stepUpOf(config)
  const others = ({ session }: RequestParts) => signIn.confirmation.ways(session)
  return [
    ...administratorPages({ signIn: administratorSignIn, passkeys: proofs.passkeys, startPath: '/office' }),
    ...stepUpPages({ proofs, db, sharedLimits, audit, stepUp, demo: config.demo, others }),
    ...schoolConfirmationPages(services),
    ...securityPages({ proofs, sessions, others, stepUp, demo: config.demo, siteName: () => trust.name, startPath: '/office', signedOutPath: config.demo ? '/demo' : '/' }),
    ...settingsHomePages(settingsSections, (actor) => services.machines.settingsNotes(actor)),
    ...rolePages(services),
  ]
}

const stepUpOf = (config: Services['config']): StepUp => ({ path: '/confirm', windowMs: config.security.stepUpMinutes * 60_000 })

/** What only some processes have: the demo's people, and the ways in that tests need. */
export interface AppExtras {
  demo?: BuiltDemo | undefined
  pages?: readonly Page[]
}

/** The web server without its socket. */
export function createApp(services: Services, extras: AppExtras = {}): Express {
  const { config, clock, ids, logger, sessions, actors, db, audit } = services
  return createHttpApp({
    config: { baseUrl: config.baseUrl, trustProxy: config.trustProxy },
    clock, ids, logger, sessions, sharedLimits: services.sharedLimits,
    views: createViews(services.words),
    pages: [...allPages(services, extras.demo), ...extras.pages ?? []],
    permissions,
    assets: assetFolders(),
    health: { problems: () => readiness(services) },
    actorFor: (personId, session) => actors.actorFor(personId, session.via),
    auditPage: auditPage(db, audit),
    layout: layoutOf(services),
    languages: config.languages.welsh ? ['en-GB', 'cy'] : ['en-GB'],
    crossSiteForms,
    machines: [{ path: '/api', router: services.machines.router }],
    stepUp: stepUpOf(config),
    signInPath: config.demo ? '/demo' : '/sign-in',
  })
}

/** Names of what is not ready. */
async function readiness({ db }: Services): Promise<string[]> {
  try {
    await db.read.raw('select 1')
    return []
  } catch {
    return ['database']
  }
}
