import { type AssentError, OutsideFailure } from '../../../shared/errors.ts'
import { type Step, STEP_WORDS } from '../change-steps.ts'
import type { DirectoryRefusal, ObservedAccount } from '../directory.ts'
import { refusals } from '../refusals.ts'
import { type Answer, isGood } from './answers.ts'
import type { RestClient } from './rest-client.ts'

/**
 * What an answer to one step means, as HTTP has it: not found, conflict and failed precondition say that the account is not as
 * it was read a moment ago; other refusals are the account's; the rest is the service's.
 */
export function judgeAnswer(client: RestClient, answer: Answer, step: Step | 'end-sessions', { immutableId }: ObservedAccount, code: string): 'done' | 'overtaken' | AssentError | DirectoryRefusal {
  if (isGood(answer)) return 'done'
  const { status } = answer
  const failure = client.failureOf(answer)
  if (step === 'end-sessions') return stillSignedIn(immutableId, failure)
  if (status === 404 || status === 409 || status === 412) return 'overtaken'
  const text = `${status}${code === '' ? '' : ` ${code}`}`
  if (client.isThrottled(answer)) return failure
  if (status === 403) return refusals.noRight(immutableId, STEP_WORDS[step.does], text)
  if (status >= 400 && status < 500 && status !== 401) return refusals.unwilling(immutableId, STEP_WORDS[step.does], text)
  return failure
}

/** What came before was done; a person may still be signed in, so it is not called done. */
function stillSignedIn(immutableId: string, failure: AssentError): OutsideFailure {
  return new OutsideFailure({
    what: `The account ${immutableId} could not be signed out everywhere: ${failure.what}`, where: failure.where, remedy: `${failure.remedy} Signing out is tried again with the next run.`,
  }, failure)
}
