import { Refused } from '../../shared/errors.ts'
import type { Result } from '../../shared/result.ts'
import type { AgreementVersion, VersionRefusal } from './agreement.ts'
import type { ClauseRefusal } from './draft-text.ts'

/** Why not, and what mends it, as a person reads it. */
const WORDS: Readonly<Record<VersionRefusal | ClauseRefusal, readonly [what: string, remedy: string]>> = {
  'not-a-draft': ['This text is not a draft any more.', 'Send it back to draft first, or begin a new draft.'],
  'not-in-review': ['This text is not in review.', 'Send the draft to review first.'],
  'not-approved': ['This text is not approved.', 'Enter who approved it, which board, and when.'],
  'not-published': ['This version is not in force.', 'Choose the version that is.'],
  'already-withdrawn': ['This version was withdrawn before.', 'There is nothing left to do.'],
  'text-missing': ['A title or a text is missing.', 'Write it, then try again.'],
  'statement-missing': ['The sentence beside the button is missing.', 'Write it under "Title, sentences and kind of change".'],
  'unfilled-placeholder': ['Some words are still to be filled in.', 'The draft lists where. Write the words or take the place out.'],
  'reason-missing': ['A reason is missing.', 'Say why in a sentence.'],
  'not-a-later-version': ['A later version is there already.', 'Begin a new draft from the version in force.'],
  'not-a-starter': ['This is not of the starter set.', 'Approve it in the usual way.'],
  'clauses-differ': ['One of the texts does not have the same clauses as the text that governs.', 'The draft lists which. Write the missing clauses, or take that text out.'],
  'translation-unchecked': ['A translation has nobody who checked it.', 'Say who translated it, who checked it and when.'],
  'note-missing': ['Nobody has said what is new.', 'Write a sentence for the version table under "Title, sentences and kind of change".'],
  'no-such-clause': ['That clause is no longer there.', 'Somebody may have removed it. Go back to the draft.'],
  'id-taken': ['There is a clause with that key already.', 'Choose another key.'],
  'bad-id': ['That key cannot be used.', 'Use small letters, digits and hyphens, such as phones-at-school.'],
  'heading-missing': ['The clause has no heading.', 'Write a short heading.'],
  'heading-inside': ['The text holds a heading that would begin another clause.', 'Use "###" for a heading inside a clause.'],
  edge: ['It stands there already.', 'There is nothing to move.'],
}

/** The refusal as words: what, and what to do. */
export function refusalWords(reason: VersionRefusal | ClauseRefusal, detail?: string): { what: string; remedy: string } {
  const [what, remedy] = WORDS[reason]
  return { what: detail === undefined ? what : `${what} (${detail})`, remedy }
}

/** The value of a step. @throws Refused in words, when it was refused. */
export function mustStep<T extends AgreementVersion | object>(step: Result<T, VersionRefusal | ClauseRefusal>, where: string): T {
  if (step.ok) return step.value
  throw new Refused({ ...refusalWords(step.reason, step.detail), where })
}
