import type { Migration } from '../src/db/migration.ts'
import { migration as audit } from './001_audit.ts'
import { migration as work } from './002_work.ts'
import { migration as people } from './003_people.ts'
import { migration as roster } from './004_roster.ts'
import { migration as agreements } from './005_agreements.ts'
import { migration as signing } from './006_signing.ts'
import { migration as access } from './007_access.ts'
import { migration as identity } from './008_identity.ts'
import { migration as calendar } from './009_calendar.ts'
import { migration as signIn } from './010_sign_in.ts'
import { migration as security } from './011_security.ts'
import { migration as authoring } from './012_authoring.ts'
import { migration as requirements } from './013_requirements.ts'
import { migration as classSessions } from './014_class_sessions.ts'
import { migration as proof } from './015_proof.ts'
import { migration as directories } from './016_directories.ts'
import { migration as leavers } from './017_leavers.ts'
import { migration as rollover } from './018_rollover.ts'
import { migration as machines } from './019_machines.ts'
import { migration as webhooks } from './020_webhooks.ts'
import { migration as accountLife } from './022_account_life.ts'
import { migration as replays } from './023_replays.ts'
import { migration as rosterUndo } from './024_roster_undo.ts'
import { migration as responsibility } from './026_responsibility.ts'
import { migration as language } from './028_language.ts'
import { migration as questionWords } from './029_question_words.ts'

/** Static and extension-less, so that the clone and a release agree on the names. Run in the order of their numbers, of which some are free; immutable from the first release on. */
export const migrations: Record<string, Migration> = {
  '001_audit': audit,
  '002_work': work,
  '003_people': people,
  '004_roster': roster,
  '005_agreements': agreements,
  '006_signing': signing,
  '007_access': access,
  '008_identity': identity,
  '009_calendar': calendar,
  '010_sign_in': signIn,
  '011_security': security,
  '012_authoring': authoring,
  '013_requirements': requirements,
  '014_class_sessions': classSessions,
  '015_proof': proof,
  '016_directories': directories,
  '017_leavers': leavers,
  '018_rollover': rollover,
  '019_machines': machines,
  '020_webhooks': webhooks,
  '022_account_life': accountLife,
  '023_replays': replays,
  '024_roster_undo': rosterUndo,
  '026_responsibility': responsibility,
  '028_language': language,
  '029_question_words': questionWords,
}
