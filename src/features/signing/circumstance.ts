import { fillPlaces, type RecordWording } from './record-wording.ts'
import { type CalendarDate, type Instant, longDate, longInstant } from '../../shared/dates.ts'

/** How sure we are who it was, from the strongest to what rests on a colleague's word. */
export type Assurance = 'session' | 'mailed-link' | 'shared-address-link' | 'letter' | 'class-session' | 'reception' | 'paper' | 'on-behalf'

export const ASSURANCE_WORDS: Record<Assurance, string> = {
  session: 'Signed in with the school’s own sign-in',
  'mailed-link': 'By the personal link sent to the signer’s registered e-mail address',
  'shared-address-link': 'By a personal link sent to an e-mail address that is shared with another adult',
  letter: 'By the code of a letter that the school printed for the signer',
  'class-session': 'Chosen by name in a class session; a member of staff confirmed who it was',
  reception: 'On the school’s own tablet at reception, by the name that the visitor gave',
  paper: 'Signed on paper, entered by the office from paper',
  'on-behalf': 'Entered by the office at the signer’s word',
}

/** In which way somebody asked the office to sign for them (S3). */
export const BEHALF_ROUTES = ['telephone', 'in-person', 'interpreter'] as const
export type BehalfRoute = (typeof BEHALF_ROUTES)[number]

export const BEHALF_WORDS: Record<BehalfRoute, string> = {
  telephone: 'By telephone', 'in-person': 'In person', interpreter: 'With an interpreter',
}

/** Who else took part. Names are those at signing (P5); remarks and addresses are never in here (D2). */
export type Circumstance =
  | { kind: 'class'; witnessId: string; witnessName: string; answeredAt: Instant; group: string; sessionId: string }
  | { kind: 'paper'; enteredById: string; enteredByName: string; signedOn: CalendarDate | null; scanSha256: string | null }
  | { kind: 'on-behalf'; enteredById: string; enteredByName: string; route: BehalfRoute }

/** Rows of the audit page and of the office's record page; `wording`: on the record of a text in another language than English. */
export function circumstanceRows(what: Circumstance | undefined, wording: RecordWording | null = null): { label: string; value: string }[] {
  const label = (english: string): string => wording?.beside(english) ?? english
  const filled = (english: string, values: Readonly<Record<string, string>>): string => fillPlaces(wording?.say(english) ?? english, values)
  const language = wording?.language
  switch (what?.kind) {
    case undefined: return []
    case 'class': return [
      { label: label('Witnessed by'), value: filled('{{name}}, in a session of {{group}}', { name: what.witnessName, group: what.group }) },
      { label: label('Answered at'), value: longInstant(what.answeredAt, undefined, language) },
    ]
    case 'paper': return [
      { label: label('Entered by'), value: filled('{{name}}, from paper', { name: what.enteredByName }) },
      ...(what.signedOn ? [{ label: label('Date on paper'), value: longDate(what.signedOn, language) }] : []),
      ...(what.scanSha256 ? [{ label: label('Scan (SHA-256)'), value: what.scanSha256 }] : []),
    ]
    case 'on-behalf': return [
      { label: label('Entered by'), value: what.enteredByName },
      { label: label('Asked for'), value: label(BEHALF_WORDS[what.route]) },
    ]
  }
}

/** The same for the evidence inside the file; nothing for whoever signed alone, so that earlier records can be made again (D3). */
export function circumstanceFacts(what: Circumstance | undefined): object {
  if (!what) return {}
  switch (what.kind) {
    case 'class': return { witness: { id: what.witnessId, name: what.witnessName, session: what.sessionId, group: what.group }, answeredAt: new Date(what.answeredAt).toISOString() }
    case 'paper': return { paper: { enteredBy: { id: what.enteredById, name: what.enteredByName }, signedOn: what.signedOn, scanSha256: what.scanSha256 } }
    case 'on-behalf': return { onBehalf: { enteredBy: { id: what.enteredById, name: what.enteredByName }, route: what.route } }
  }
}

/** The member of staff who took part, or null. */
export function staffOf(what: Circumstance | undefined): string | null {
  if (!what) return null
  return what.kind === 'class' ? what.witnessId : what.enteredById
}
