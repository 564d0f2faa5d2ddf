import type { Clock } from './adapters/clock.ts'
import type { JobHandlers, Outbox } from './db/outbox.ts'
import type { Schedule } from './db/schedules.ts'
import type { AccessFeature } from './features/accounts/access-feature.ts'
import type { AccessJobs } from './features/accounts/access-jobs.ts'
import type { AgreementsFeature } from './features/agreements/agreements-feature.ts'
import { MAJOR_IN_FORCE } from './features/agreements/put-in-force.ts'
import { type HeadStamps, STAMP_JOB } from './features/audit/head-stamps.ts'
import type { ClassFeature } from './features/classes/class-feature.ts'
import type { GuestService } from './features/guests/guest-service.ts'
import type { MachinesFeature } from './features/machines/machines-feature.ts'
import type { LetterCodes } from './features/identity/letter-codes.ts'
import { LINK_CODE, type LinkProofs } from './features/identity/link-proofs.ts'
import type { PersonalLinks } from './features/identity/personal-links.ts'
import type { createSignInFeature } from './features/identity/sign-in-feature.ts'
import type { JoinersWait } from './features/issuing/joiners-wait.ts'
import type { ReissueService } from './features/issuing/reissue-service.ts'
import { CIRCLE_NOTICE, type CircleNotice } from './features/messages/circle-notice.ts'
import { PROOF_NOTICE, type ProofNotice } from './features/messages/proof-notice.ts'
import type { ProviderNotices } from './features/messages/provider-notices.ts'
import type { PeopleStore } from './features/people/people-store.ts'
import type { PaperFeature } from './features/paper/paper-feature.ts'
import type { RosterFeature } from './features/roster/roster-feature.ts'
import { ROSTER_SYNC } from './features/roster/roster-uploads.ts'
import type { AskedLinks } from './features/signing/asked-links.ts'
import type { CertificateNotices } from './features/signing/certificate-notices.ts'
import type { Invitations } from './features/signing/invitations.ts'
import type { LinkCodeMails } from './features/signing/link-code-mails.ts'
import type { createOutcomesFeature } from './features/signing/outcomes-feature.ts'
import type { Receipts } from './features/signing/receipts.ts'
import type { Reminders } from './features/signing/reminders.ts'
import type { SealingService } from './features/signing/sealing-service.ts'
import type { VisitFeature } from './features/visits/visit-feature.ts'
import { REPLAY_RUN, type Replays } from './replay/replays.ts'
import type { Sessions } from './http/sessions.ts'
import type { SharedLimits } from './http/shared-limiter.ts'
import { DAY_MS, today } from './shared/dates.ts'


/** Whoever does something beside the requests. */
export interface JobParts {
  clock: Clock; outbox: Outbox; sessions: Sessions; sharedLimits: SharedLimits; peopleStore: PeopleStore
  accounts: AccessFeature; accessJobs: AccessJobs; notices: ReturnType<AccessFeature['notices']>; joiners: JoinersWait; guests: GuestService
  texts: AgreementsFeature; reissue: ReissueService; outcomes: ReturnType<typeof createOutcomesFeature>
  rosters: RosterFeature; replays: Replays
  sealing: SealingService; headStamps: HeadStamps; receipts: Receipts; certificateNotices: CertificateNotices
  links: PersonalLinks; letterCodes: LetterCodes; linkProofs: LinkProofs | null; linkCodes: LinkCodeMails; signIn: ReturnType<typeof createSignInFeature>
  invitations: Invitations; askedLinks: AskedLinks; reminders: Reminders; proofNotice: ProofNotice; circleNotice: CircleNotice; providerNotices: ProviderNotices
  classFeature: ClassFeature; paperFeature: PaperFeature; visitFeature: VisitFeature; machines: MachinesFeature
}

/** What the outbox's jobs do, by kind. Each may run more than once. */
export function jobHandlers(parts: JobParts): JobHandlers {
  const { accounts, accessJobs, texts, reissue, outcomes, guests, notices, visitFeature, rosters, sealing, headStamps, receipts, invitations, linkCodes, askedLinks, reminders, joiners, links } = parts
  return {
    ...accounts.handlers,
    ...accessJobs.handlers,
    ...texts.handlers,
    [MAJOR_IN_FORCE]: async (payload) => { await reissue.reissue(text(payload['versionId'])) },
    ...outcomes.handlers,
    ...guests.handlers,
    ...notices.handlers,
    ...visitFeature.visitHandlers,
    ...parts.machines.handlers,
    [ROSTER_SYNC]: rosters.rosterUploads.handler,
    ...rosters.undoJobs.handlers,
    [REPLAY_RUN]: parts.replays.handler,
    'signing.seal': sealing.handler,
    [STAMP_JOB]: () => headStamps.stamp(),
    'messages.receipt': async (payload) => receipts.send(text(payload['signatureId'])),
    'messages.sign-link': async (payload) => invitations.invite(text(payload['personId']), text(payload['planId'])),
    [LINK_CODE]: async (payload, job) => linkCodes.send(text(payload['tokenHash']), job.dedupeKey),
    'messages.ask-link': async (payload) => askedLinks.send(payload),
    [PROOF_NOTICE]: async (payload) => parts.proofNotice.send({ personId: text(payload['personId']), what: text(payload['what']), at: Number(payload['at']), key: text(payload['key']) }),
    [CIRCLE_NOTICE]: async (payload) => parts.circleNotice.send(text(payload['grantId'])),
    'messages.remind': async (payload) => reminders.remind(text(payload['personId'])),
    'issuing.invite': async (payload) => { await invitations.fanOut(text(payload['planId'])); await joiners.run(text(payload['planId'])) },
    'identity.end-sessions': async (payload) => { await links.endLinksOf(text(payload['personId'])) },
  }
}

/** What happens by the clock. */
export function jobSchedules(parts: JobParts): Schedule[] {
  return [
    { name: 'agreement-reviews', cron: '10 6 * * *', run: async () => { await parts.texts.reviews.remind() } },
    ...parts.outcomes.schedules,
    ...parts.machines.schedules,
    { name: 'seal-sweep', cron: '* * * * *', run: async () => { await parts.sealing.sweep() } },
    { name: 'school-years', cron: '1 0 * * *', run: async () => { await parts.peopleStore.beginYears(today(parts.clock.now())) } },
    { name: 'leaver-notices', cron: '10 7 * * *', run: async () => { await parts.notices.run() } },
    { name: 'certificate-expiry', cron: '15 7 * * *', run: () => parts.certificateNotices.send() },
    { name: 'provider-certificates', cron: '10 7 * * *', run: () => parts.providerNotices.send() },
    { name: 'ledger-time-stamp', cron: '40 2 * * *', run: (dueAt) => parts.headStamps.request(dueAt) },
    { name: 'sign-in-tidy', cron: '*/10 * * * *', run: async () => { await parts.signIn.tidy(); await parts.sharedLimits.removeOver() } },
    { name: 'tidy', cron: '20 3 * * *', run: () => tidy(parts) },
  ]
}

async function tidy({ clock, classFeature, sessions, links, letterCodes, linkProofs, paperFeature, rosters, replays, outbox, accounts, machines }: JobParts): Promise<void> {
  const now = clock.now()
  await classFeature.classes.endOverdue()
  await classFeature.classStore.forgetWaiting(now - 30 * DAY_MS)
  await sessions.removeExpired()
  await links.removeExpired()
  await letterCodes.removeOrphans()
  await linkProofs?.removeExpired()
  await paperFeature.paperStore.removeStrayScans(now - 7 * DAY_MS)
  await rosters.rosterUploads.removeOld()
  await rosters.rosterUndo.forgetOld()
  await replays.tidy()
  await outbox.forget(now - 30 * DAY_MS)
  await accounts.listed.store.removeBefore(now - 90 * DAY_MS)
  await accounts.passwordStore.removeBefore(now - 400 * DAY_MS)
  await machines.tidy()
}

const text = (value: unknown): string => {
  if (typeof value !== 'string') throw new Error('A job lacks its identifier')
  return value
}
