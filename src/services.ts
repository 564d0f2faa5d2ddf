import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Clock } from './adapters/clock.ts'
import type { Ids } from './adapters/ids.ts'
import type { MailTransport } from './adapters/mail/mail-transport.ts'
import type { PdfRecords, Sealer } from './adapters/pdf/pdf-records.ts'
import type { TimeStampingAuthority } from './adapters/time-stamping/http-authority.ts'
import { createWords } from './adapters/words/words.ts'
import type { Config } from './config.ts'
import type { Database } from './db/database.ts'
import { Outbox } from './db/outbox.ts'
import { PlanStore } from './db/plan-store.ts'
import { Schedules } from './db/schedules.ts'
import { AccessJobs } from './features/accounts/access-jobs.ts'
import { AccessPageQueries } from './features/accounts/access-page-queries.ts'
import { createAccessFeature } from './features/accounts/access-feature.ts'
import { bulkPauseBy } from './features/accounts/bulk-pause.ts'
import type { DirectoryTargets } from './features/accounts/directory-store.ts'
import type { AuditKey } from './features/audit/audit-key.ts'
import { createAgreementsFeature } from './features/agreements/agreements-feature.ts'
import { ConsentQuestionStore } from './features/agreements/consent-question-store.ts'
import { AuditLog } from './features/audit/audit-log.ts'
import { AuditQueries } from './features/audit/audit-queries.ts'
import { HeadStamps } from './features/audit/head-stamps.ts'
import { AuditSequencer } from './features/audit/audit-sequencer.ts'
import { GuestService } from './features/guests/guest-service.ts'
import { createClassFeature } from './features/classes/class-feature.ts'
import { createProofs } from './features/identity/create-proofs.ts'
import { ActorService } from './features/identity/actor-service.ts'
import { LetterCodes } from './features/identity/letter-codes.ts'
import { LinkProofs } from './features/identity/link-proofs.ts'
import { LinkStore } from './features/identity/link-store.ts'
import { PersonalLinks } from './features/identity/personal-links.ts'
import { RoleService } from './features/identity/role-service.ts'
import { protectedPeopleBy } from './features/identity/protected-people.ts'
import { RoleStore } from './features/identity/role-store.ts'
import { createSignInFeature } from './features/identity/sign-in-feature.ts'
import type { KeptSecrets } from './features/identity/provider-service.ts'
import { createSecretBox } from './features/identity/secret-box.ts'
import { SetupLink } from './features/identity/setup-link.ts'
import { IssueService } from './features/issuing/issue-service.ts'
import { JoinersWait } from './features/issuing/joiners-wait.ts'
import { UnsignedService } from './features/issuing/unsigned-service.ts'
import { CIRCLE_NOTICE, CircleNotice } from './features/messages/circle-notice.ts'
import { PROOF_NOTICE, ProofNotice } from './features/messages/proof-notice.ts'
import { ReissueService } from './features/issuing/reissue-service.ts'
import { AttestedImport } from './features/issuing/attested-import.ts'
import { TrainingService } from './features/issuing/training-service.ts'
import { RequirementService } from './features/issuing/requirement-service.ts'
import { MailRenderer } from './features/messages/mail-renderer.ts'
import { ProviderNotices } from './features/messages/provider-notices.ts'
import { MailService } from './features/messages/mail-service.ts'
import { createPaperFeature } from './features/paper/paper-feature.ts'
import { identityPorts } from './features/people/people-ports.ts'
import { createPeopleFeature } from './features/people/people-feature.ts'
import { peopleWith } from './features/roster/register-lookup.ts'
import { sourceKeys } from './features/roster/source-keys.ts'
import { createRosterFeature } from './features/roster/roster-feature.ts'
import { BoardQueries } from './features/reports/board-queries.ts'
import { createMachinesFeature } from './features/machines/machines-feature.ts'
import { createQueues } from './features/reports/queue-feature.ts'
import { ChaseService } from './features/reports/chase-service.ts'
import { CalendarStore } from './features/schools/calendar-store.ts'
import { SchoolStore } from './features/schools/school-store.ts'
import { TrustSettings } from './features/schools/trust-settings.ts'
import { AskedLinks } from './features/signing/asked-links.ts'
import { ConsentService } from './features/signing/consent-service.ts'
import { ConsentStore } from './features/signing/consent-store.ts'
import { DeclineStore } from './features/signing/decline-store.ts'
import { CertificateNotices } from './features/signing/certificate-notices.ts'
import { LinkCodeMails } from './features/signing/link-code-mails.ts'
import { Invitations } from './features/signing/invitations.ts'
import { createOutcomesFeature } from './features/signing/outcomes-feature.ts'
import { Receipts } from './features/signing/receipts.ts'
import { RecordsQueries } from './features/signing/records-queries.ts'
import { Reminders } from './features/signing/reminders.ts'
import { SealingService } from './features/signing/sealing-service.ts'
import { SigningQueries } from './features/signing/signing-queries.ts'
import { SigningService } from './features/signing/signing-service.ts'
import { SigningStore } from './features/signing/signing-store.ts'
import { TemplateStore } from './features/signing/template-store.ts'
import { VerifyService } from './features/signing/verify-service.ts'
import { createVisitFeature } from './features/visits/visit-feature.ts'
import { templateFolder } from './http/assets.ts'
import { today } from './shared/dates.ts'
import { createSessions } from './http/sessions.ts'
import { createSharedLimits } from './http/shared-limiter.ts'
import { type JobParts, jobHandlers, jobSchedules } from './jobs.ts'
import { brakeSettings } from './replay/replay-settings.ts'
import { readInstallation } from './replay/replay-installation.ts'
import { Replays } from './replay/replays.ts'
import type { Logger } from './shared/logger.ts'
import { whatHangs } from './what-hangs.ts'
import { createWorker } from './worker.ts'
import { sessionLimits } from './session-limits.ts'

/** The outside world as this process has it. */
export interface Adapters {
  clock: Clock
  ids: Ids
  logger: Logger
  mail: MailTransport
  pdf: PdfRecords
  sealer: Sealer
  auditKey: AuditKey
  /** Null: no time-stamping authority is configured. */
  timeStamping: TimeStampingAuthority | null
  directories: DirectoryTargets
  /** At least 32 bytes; the first signs. */
  sessionSecrets: string[]
  /** Where secrets typed in by administrators are kept. */
  secrets: KeptSecrets
}

/** Where templates lie, in the clone and in a release. */
export const templatesDir = templateFolder()

/** The one place where things are put together, in dependency order. */
export function createServices(config: Config, db: Database, adapters: Adapters) {
  const { clock, ids, logger } = adapters
  const words = createWords(templatesDir)
  const holder = `${hostname()} (${process.pid})`
  const outbox = new Outbox(db, clock, ids)
  const audit = new AuditLog(db, clock, ids)
  const auditQueries = new AuditQueries(db)
  const sequencer = new AuditSequencer({ db, clock, key: adapters.auditKey, holder })
  const headStamps = new HeadStamps({ db, clock, ids, outbox, authority: adapters.timeStamping })

  const trust = new TrustSettings(db, config.trust.name)
  const schools = new SchoolStore(db, clock, ids)
  const calendar = new CalendarStore(db, clock, ids)
  const { peopleStore, people, ...peopleFeature } = createPeopleFeature({
    db, clock, ids, audit, boxFor: (keys) => createSecretBox(keys === 'all' ? adapters.sessionSecrets : adapters.sessionSecrets.slice(0, 1), ids, 'dates of birth'),
  })
  const ports = identityPorts({ db, clock, queries: people, store: peopleStore, renameTrust: (name) => trust.rename(name) })

  const sessions = createSessions({ db, clock, ids, secrets: adapters.sessionSecrets, https: config.https, limits: sessionLimits(config) })
  const sharedLimits = createSharedLimits({ db, clock, key: sessions.countKey })
  const roleStore = new RoleStore(db)
  const roles = new RoleService({
    db, store: roleStore, clock, ids, audit, endSessionsOf: (personId) => sessions.endSessionsOf(personId),
    tellCircle: async (grant) => { await outbox.put(CIRCLE_NOTICE, { grantId: grant.id }, { dedupeKey: `circle:${grant.id}` }) },
  })
  const { proofs, administratorSignIn } = createProofs({
    db, clock, ids, audit, sharedLimits, roles: roleStore, secrets: adapters.sessionSecrets, origin: new URL(config.baseUrl).origin, siteName: () => trust.name, withEmail: (norm) => people.withEmail(norm),
    tellOwner: async (personId, what) => {
      const key = ids.next()
      await outbox.put(PROOF_NOTICE, { personId, what, at: clock.now(), key }, { dedupeKey: `proof:${key}` })
    },
  })
  const links = new PersonalLinks({ db, store: new LinkStore(db), clock, ids, endSessionsOf: (personId) => sessions.endSessionsOf(personId) })
  const letterCodes = new LetterCodes({ db, clock, ids, links })
  const linkProofs = config.families.secondProof === 'none' ? null : new LinkProofs({ db, clock, ids, putJob: async (kind, payload, dedupeKey) => { await outbox.put(kind, payload, { dedupeKey }) } })
  const setup = new SetupLink({ db, links, roles, people: ports })
  const actors = new ActorService({ roles: roleStore, people: ports, clock, demo: config.demo, isSuspended: (personId) => accounts.access.isSuspended(personId) })
  const protectedPeople = protectedPeopleBy(roleStore, clock)

  const { host, origin } = new URL(config.baseUrl)
  const mail = new MailService({
    db, clock, ids, transport: adapters.mail, renderer: new MailRenderer(templatesDir, words), host: host.replace(/:.*/, ''),
    common: async () => ({ trustName: trust.name, serviceOrigin: origin, officeEmail: config.mail?.from ?? '' }),
    languageOf: config.languages.welsh ? async (personId) => (await people.person(personId))?.language ?? null : null,
  })

  const proofNotice = new ProofNotice({ people, mail, baseUrl: config.baseUrl, trustName: () => trust.name })
  const circleNotice = new CircleNotice({ clock, roles: roleStore, people, schools, mail, baseUrl: config.baseUrl, trustName: () => trust.name })

  const brake = brakeSettings(config)
  const bulkPause = bulkPauseBy({ db, calendar, schools })
  const accounts = createAccessFeature({
    db, clock, ids, audit, outbox, people, schools, targets: adapters.directories, protectedPeople, sourceKeys: () => sourceKeys(db),
    bulkPause, schoolDaysAfter: async (schoolId, from, days) => (await calendar.around(from, await schools.all()))(schoolId).addSchoolDays(from, days),
    stillDue: (keys) => unsigned.stillDue(keys), expectedLeavers: (personIds, on) => rosters.expectedLeavers.inWindow(personIds, on),
    settings: { brake, startsWithinDays: config.leaverStartsWithinDays, grace: config.leaverGraceDays, retention: config.accountRetention, unusedDays: config.assurance.unusedDays },
  })

  const plans = new PlanStore(db)
  const accessJobs = new AccessJobs({ db, clock, ids, outbox, plans, reconcile: accounts.reconcile, bulkPause })
  const accessPageQueries = new AccessPageQueries({ db, clock, plans, people })

  const rosters = createRosterFeature({
    db, clock, ids, audit, outbox, schools, calendar, people, peopleStore, protectedPeople, brake, uploadFolder: join(config.dataDir, 'uploads'),
    startsWithinDays: config.leaverStartsWithinDays, mayAddSchools: config.schools.length === 0,
    birthDates: peopleFeature.birthDatesFrom(config.sources), claims: config.sources.map(({ name, owns }) => ({ source: name, owns })),
    whenEnded: (actor) => accessJobs.requestPlan(actor), whatHangs: (personIds, since) => whatHangs(db, personIds, since),
  })
  const replays = new Replays({ db, clock, ids, audit, outbox, schools, installation: () => readInstallation({ db, clock, ids, protectedPeople }), settings: { brake, startsWithinDays: config.leaverStartsWithinDays, grace: config.leaverGraceDays }, folder: join(config.dataDir, 'replays'), keepDays: config.replay.keepDays })

  const texts = createAgreementsFeature({
    db, clock, ids, audit, outbox, people, schools, mail, baseUrl: config.baseUrl, trustName: () => trust.name, words,
    fallbackOwners: async () => (await Promise.all((['trust-safeguarding-lead', 'dsl', 'trust-admin'] as const).map((role) => roleStore.holdersOf(role, clock.now()))))
      .find((holders) => holders.length > 0)?.map(({ personId }) => personId) ?? [],
  })
  const { agreements } = texts
  const agreementStore = agreements.store
  const issuing = new IssueService({ db, clock, ids, audit, outbox, agreements: agreementStore, schools })
  const reissue = new ReissueService({ db, clock, ids, audit, outbox, agreements: agreementStore, schools, requests: issuing.store })
  const attestedImport = new AttestedImport({ db, clock, ids, audit, agreements: agreementStore, schools, store: issuing.attested })
  const trainings = new TrainingService({ db, clock, audit, store: issuing.trainings })
  const requirements = new RequirementService({ db, ids, audit, agreements: agreementStore })

  const signIn = createSignInFeature({
    config, db, clock, ids, logger, audit, people: ports, schools, roles, roleStore, sessions, secrets: adapters.secrets,
    register: {
      peopleWith: (field, value, schoolId) => peopleWith(db, { field, value, schoolId, on: today(clock.now()) }),
      isAwaited: async (personId) => (await issuing.store.ofPeople([personId])).some((request) => request.state === 'open'),
    },
  })

  const signingStore = new SigningStore(db)
  const declines = new DeclineStore(db)
  const signingQueries = new SigningQueries({ clock, people, requests: issuing.store, agreements, schools, store: signingStore, declines })
  const consentQuestions = new ConsentQuestionStore(db, clock, ids)
  const consentStore = new ConsentStore(db)
  const consents = new ConsentService({ db, clock, ids, audit, outbox, people, schools, adults: issuing.adults, questions: consentQuestions, store: consentStore, welsh: config.languages.welsh })
  const signing = new SigningService({
    db, clock, ids, audit, outbox, store: signingStore, requests: issuing.store, queries: signingQueries, people, declines, consents, verifyAt: `${config.baseUrl}/verify`,
    release: async (ended) => { await accounts.access.releaseByKeys(ended); await issuing.gates.release(ended.map(({ key }) => key)) },
  })
  const classFeature = createClassFeature({ db, clock, ids, audit, schools, people, roles, roleStore, requests: issuing.store, signing, signingQueries })
  const paperFeature = createPaperFeature({ db, clock, ids, audit, people, requests: issuing.store, signing, signingQueries, letterCodes, classQueries: classFeature.classQueries, welsh: config.languages.welsh })
  const visitFeature = createVisitFeature({
    db, clock, ids, audit, outbox, schools, people, peopleStore, agreements, requests: issuing.store, signing, links, mail, baseUrl: config.baseUrl, keepPlainRecord: config.visits.keepPlainRecord,
  })
  const recordTemplates = new TemplateStore({ db, clock, pdf: adapters.pdf, agreements: agreementStore, say: agreements.say })
  const sealing = new SealingService({ db, clock, audit, outbox, store: signingStore, templates: recordTemplates, agreements: agreementStore, pdf: adapters.pdf, sealer: adapters.sealer, say: agreements.say })
  const verify = new VerifyService({ db, pdf: adapters.pdf, store: signingStore, agreements: agreementStore })
  const ledgerHead = async () => {
    const head = await auditQueries.head()
    return head ? { size: head.size, root: head.root } : null
  }
  const receipts = new Receipts({
    store: signingStore, people, sealing, mail, agreements: agreementStore, baseUrl: config.baseUrl, ledgerHead,
  })
  const linkCodes = new LinkCodeMails({ proofs: linkProofs, people, mail, trustName: () => trust.name })
  const certificateNotices = new CertificateNotices({ clock, sealer: adapters.sealer, roles: roleStore, people, mail, pkcs12: config.sealing.pkcs12File !== undefined, trustName: () => trust.name })
  const outcomes = createOutcomesFeature({
    db, clock, ids, audit, outbox, people, schools, issuing, mail, links, store: signingStore, queries: signingQueries, declines, consents, consentStore, consentQuestions,
    responsibility: peopleFeature.responsibility, birthDates: peopleFeature.birthDates, baseUrl: config.baseUrl, ledgerHead,
  })
  const invitations = new Invitations({ db, clock, outbox, links, mail, people, queries: signingQueries, protection: outcomes.protection, baseUrl: config.baseUrl })
  const askedLinks = new AskedLinks({ db, clock, ids, outbox, people, invitations })

  const reminders = new Reminders({ clock, links, mail, people, queries: signingQueries, protection: outcomes.protection, calendar, baseUrl: config.baseUrl })
  const board = new BoardQueries(db)
  const chase = new ChaseService({ db, clock, outbox, audit, board, calendar })
  const { queues, queueMarks } = createQueues({ db, clock, audit, people, declines, consentStore, consentQuestions, board, agreements: agreementStore })

  const machines = createMachinesFeature({
    config, db, clock, ids, audit, outbox, people, schools, access: accounts.access, requests: issuing.store, chase, board, agreements: agreementStore,
    secrets: adapters.sessionSecrets, actorFor: (personId) => actors.actorFor(personId, null), mail, roles: roleStore, trustName: () => trust.name,
  })
  const unsigned = new UnsignedService({ db, clock, calendar, schools, plans: accounts.wishes })
  const joiners = new JoinersWait({ db, clock, access: accounts.access, plans: accounts.wishes, roles: config.joinersWait.roles })
  const notices = accounts.notices({ mail, baseUrl: config.baseUrl })
  const guests = new GuestService({ db, clock, ids, audit, outbox, people: peopleStore, access: accounts.access, tasks: accounts.tasks, issuing })

  const providerNotices = new ProviderNotices({ clock, mail, people, providers: signIn.providers.store, roles: roleStore, trustName: () => trust.name, baseUrl: config.baseUrl })

  const jobs: JobParts = {
    clock, outbox, sessions, sharedLimits, peopleStore, accounts, accessJobs, notices, joiners, guests, texts, reissue, outcomes, rosters, replays, sealing, headStamps, receipts, certificateNotices, links, letterCodes,
    linkProofs, linkCodes, signIn, invitations, askedLinks, reminders, proofNotice, circleNotice, providerNotices, classFeature, paperFeature, visitFeature, machines,
  }
  const worker = createWorker({
    name: holder, outbox, sequencer, clock, logger, handlers: jobHandlers(jobs), schedules: new Schedules({ db, clock, holder, schedules: jobSchedules(jobs) }),
  })

  return {
    config, db, clock, ids, logger, words, trust, outbox, audit, auditQueries, sequencer, auditKey: adapters.auditKey, headStamps, providerNotices, schools, calendar,
    people, peopleStore, ...peopleFeature, sessions, sharedLimits, roles, roleStore, proofs, administratorSignIn, links, setup, actors, signIn, certificateNotices, mail, accounts,
    agreements, texts, issuing, reissue, requirements, trainings, attestedImport, signing, signingStore, signingQueries, consents, consentStore,
    consentQuestions, declines, outcomes: outcomes.outcomes, comingOfAge: outcomes.comingOfAge, protection: outcomes.protection,
    consentLists: outcomes.consentLists, consentCatalogue: outcomes.consentCatalogue, responsibilityImport: outcomes.responsibilityImport, starters: outcomes.starters, sealing, verify, receipts, invitations,
    askedLinks, worker, protectedPeople, sealer: adapters.sealer, pdf: adapters.pdf, directories: adapters.directories, replays, reminders, records: new RecordsQueries(db), board, chase, queues, queueMarks, plans, accessJobs, accessPageQueries, guests,
    /** Closes what is kept closed under the newest secret. */
    reclose: async () => { await proofs.totp.reclose(); await machines.webhooks.reclose(); await peopleFeature.birthDates.reclose() },
    notices, unsigned, machines, ...rosters, ...classFeature, ...paperFeature, ...visitFeature, letterCodes, linkProofs,
  }
}

/** Derived, never hand-kept. */
export type Services = ReturnType<typeof createServices>
