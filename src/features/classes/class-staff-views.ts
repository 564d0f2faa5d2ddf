import { qrPicture } from '../../adapters/qr/qr-picture.ts'
import type { Flash } from '../../http/view-types.ts'
import { type Instant, longDate, longInstant, today } from '../../shared/dates.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import { withoutHeadingIds } from '../agreements/clauses.ts'
import type { School } from '../schools/school-store.ts'
import { spacedCode } from './class-code.ts'
import { groupWords, type KnownGroup } from './class-group.ts'
import { CLASS_PATH, coverAt, roomAt, sessionAt, SESSIONS_PATH } from './class-paths.ts'
import type { ClassPupil } from './class-queries.ts'
import type { WitnessOutcome } from './class-service.ts'
import { type ClassAgreement, type ClassSession, isOver } from './class-session.ts'

/** Every class and year that this person may lead, those that run first. */
export function groupsView(groups: readonly (KnownGroup & { lead: 'lead' | 'cover' | null })[], schools: readonly School[], running: readonly ClassSession[], now: Instant): object {
  const several = new Set(groups.map((group) => group.schoolId)).size > 1
  const line = (group: (typeof groups)[number]) => {
    const session = running.find((one) => !isOver(one, now) && one.group.schoolId === group.schoolId && one.group.kind === group.kind && one.group.name === group.name)
    return {
      title: groupWords(group), hint: [several ? schools.find((school) => school.id === group.schoolId)?.name : null, `${group.pupils} ${group.pupils === 1 ? 'pupil' : 'pupils'}`].filter(Boolean).join(', '),
      schoolId: group.schoolId, kind: group.kind, name: group.name, coverHref: group.lead === 'lead' ? coverAt(group) : null, ...(session ? { href: sessionAt(session.id), code: session.code } : {}),
    }
  }
  const of = (kind: KnownGroup['kind']) => groups.filter((group) => group.kind === kind).map(line)
  const open = groups.map(line).filter((one) => one.href !== undefined)
  const covered = groups.filter((group) => group.lead === 'cover')
  return { action: SESSIONS_PATH, cover: covered.length === 0 ? null : covered.map(groupWords).join(', '), running: open, parts: [{ title: 'Classes', groups: of('group') }, { title: 'Whole years', groups: of('year') }].filter((part) => part.groups.length > 0) }
}

export interface SessionData {
  session: ClassSession
  pupils: ClassPupil[]
  school: School | null
  baseUrl: string
  now: Instant
  over: boolean
  /** The page shall not look again by itself. */
  still: boolean
  young: boolean
  agreed: ClassAgreement | null
  earlier: ClassSession | null
  /** Pupils of the reader's own family (P7). */
  family: ReadonlySet<string>
  leader: string
}

/** The code for the board, and the grid of who is left. */
export function sessionView(data: SessionData): object {
  const { session, pupils, school, over, family } = data
  const asked = pupils.filter((pupil) => pupil.standing !== 'nothing')
  const done = asked.filter((pupil) => pupil.standing === 'done')
  const waiting = asked.filter((pupil) => pupil.standing === 'waiting')
  const address = `${data.baseUrl}${roomAt(session.code ?? '')}`
  const here = sessionAt(session.id)
  const timeZone = school?.timezone
  return {
    crumbs: [{ text: 'Class sessions', href: CLASS_PATH }], heading: groupWords(session.group), schoolName: school?.name ?? '', over,
    startedAt: longInstant(session.startedAt, timeZone),
    ...(over || session.code === null ? {} : { door: { code: spacedCode(session.code), address: address.replace(/^https?:\/\//, ''), typeAt: `${data.baseUrl.replace(/^https?:\/\//, '')}${CLASS_PATH}`, qr: qrPicture(address) } }),
    progress: { label: 'Done', done: done.length, total: asked.length },
    refresh: over || data.still ? null : { seconds: 15, href: here, stopHref: `${here}?still=1` },
    witness: {
      action: `${here}/witness`,
      lines: waiting.map((pupil) => ({
        id: pupil.answer?.id, name: pupil.shortName, fullName: pupil.person.name, said: pupil.answer?.answer === 'no' ? 'said no' : 'said yes', strokes: pupil.answer?.drawn ?? null, typed: pupil.answer?.typed ?? null,
        family: family.has(pupil.person.id), at: longInstant(pupil.answer?.answeredAt ?? session.startedAt, timeZone),
      })),
      all: waiting.filter((pupil) => !family.has(pupil.person.id)).map((pupil) => pupil.answer?.id),
    },
    left: asked.filter((pupil) => pupil.standing === 'left').map((pupil) => ({ name: pupil.person.name, carried: pupil.carried })),
    carriedFrom: data.earlier ? longDate(today(data.earlier.startedAt, timeZone)) : null,
    done: done.map((pupil) => ({ name: pupil.person.name, declined: pupil.declined })),
    notAsked: pupils.filter((pupil) => pupil.standing === 'nothing').map((pupil) => pupil.person.name),
    discussion: { action: `${here}/discussion`, said: session.discussion ? `${session.discussion.ledBy}, on ${longDate(session.discussion.on)}` : null, ledBy: session.discussion?.ledBy ?? data.leader, on: session.discussion?.on ?? today(data.now, timeZone) },
    ...(data.young ? { agree: { href: `${here}/agree`, said: data.agreed ? `On ${longDate(data.agreed.heldOn)}, led by ${data.agreed.ledBy}, with ${data.agreed.present.length} ${data.agreed.present.length === 1 ? 'child' : 'children'}` : null } } : {}),
    endAction: `${here}/end`,
  }
}

/** The text that a young class reads together, and who was not there. */
export function agreeView(session: ClassSession, pupils: readonly ClassPupil[], text: Rendition, who: { leader: string; on: string; values: Readonly<Record<string, string | string[]>> }): object {
  const kept = who.values['ledBy']
  return {
    crumbs: [{ text: 'Class sessions', href: CLASS_PATH }, { text: groupWords(session.group), href: sessionAt(session.id) }],
    title: text.title, html: renderMarkdown(withoutHeadingIds(text.markdown)), versionLabel: text.versionLabel, text: text.hash, on: who.on, ledBy: typeof kept === 'string' ? kept : who.leader,
    action: `${sessionAt(session.id)}/agree`, backHref: sessionAt(session.id), pupils: pupils.map((pupil) => ({ value: pupil.person.id, text: pupil.person.name })), group: groupWords(session.group),
  }
}

/** What a press of "yes, that was them" came to. */
export function witnessWords(outcomes: readonly WitnessOutcome[]): Flash {
  const count = (kind: WitnessOutcome) => outcomes.filter((outcome) => outcome === kind).length
  const [signed, declined, stale, before] = [count('signed'), count('declined'), count('stale'), count('settled-before')]
  if (outcomes.length === 0) return { kind: 'info', text: 'Nobody was waiting.' }
  const parts = [
    ...(signed > 0 ? [`${signed} signed.`] : []),
    ...(declined > 0 ? [`${declined} said no, and that is kept. A talk is the next step.`] : []),
    ...(stale > 0 ? [`${stale} could not be kept, because the words changed or nothing is asked any more. Whoever is still asked stands under “left”.`] : []),
    ...(before > 0 ? [`${before} had been settled already.`] : []),
  ]
  return { kind: stale > 0 ? 'attention' : 'success', text: parts.join(' ') }
}
