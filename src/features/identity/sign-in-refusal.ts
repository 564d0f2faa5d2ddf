import type { IdentityProblem } from '../../adapters/identity/proven-identity.ts'
import { AssentError } from '../../shared/errors.ts'

/** Why somebody did not get in: the statement was not believed, or it was, and they are nobody who may. */
export type SignInProblem = IdentityProblem | 'no-attempt' | 'used' | 'other-organisation' | 'not-known' | 'refused' | 'left' | 'not-set-up' | 'other-person' | 'not-fresh'

interface Words { what: string; where: string; remedy: string; link?: { href: string; text: string } }

const AGAIN = 'Start again from the sign-in page.'
const HELP = 'Tell the school’s IT team, and quote the reference below.'

const BACK = { href: '/confirm', text: 'Back to the confirmation' }

const TOO_LATE: Words = { what: 'Signing in took too long.', where: 'For your safety the way in closes after a few minutes.', remedy: AGAIN }
const NOT_BELIEVED: Words = { what: 'We could not sign you in.', where: 'The school’s sign-in sent us something that is not right, so we did not use it. Nothing was changed.', remedy: 'Start again from the sign-in page. If it happens again, tell the school’s IT team, and quote the reference below.' }
const NOT_REACHED: Words = { what: 'We could not sign you in just now.', where: 'The school’s sign-in did not answer in time.', remedy: 'Wait a few minutes, then start again from the sign-in page.' }

const WORDS: Partial<Record<SignInProblem, Words>> = {
  'no-attempt': { what: 'We could not sign you in.', where: 'This did not begin in this browser, or it began too long ago.', remedy: 'Open the sign-in page here, in this browser, and choose your school’s sign-in.' },
  request: { what: 'We could not sign you in.', where: 'This did not begin in this browser, or it began too long ago.', remedy: 'Open the sign-in page here, in this browser, and choose your school’s sign-in.' },
  used: { what: 'This sign-in was used already.', where: 'Each one works once.', remedy: AGAIN },
  expired: TOO_LATE,
  'not-yet-valid': { ...NOT_BELIEVED, where: 'The clock of the school’s sign-in and ours do not agree.', remedy: HELP },
  'provider-refused': { what: 'The school’s sign-in did not let you in.', where: 'It said no, or you stopped there.', remedy: AGAIN },
  status: { what: 'The school’s sign-in did not let you in.', where: 'It said no, or you stopped there.', remedy: AGAIN },
  'other-organisation': { what: 'This sign-in is for other schools.', where: 'Your school account is not one of this trust’s.', remedy: 'Choose the sign-in of your own school.' },
  'not-known': { what: 'We do not know you yet.', where: 'Your school account is right, but we could not tell who you are in the school’s register. It now waits in a list of the trust’s administrator; nobody needs your password.', remedy: 'Tell the school office, or ask for your own link by e-mail.' },
  refused: { what: 'This school account does not open these pages.', where: '', remedy: 'Ask the school office if you think it should.' },
  left: { what: 'Your school account no longer opens these pages.', where: 'In the school’s register you are not at the school now, and nothing waits for you to sign.', remedy: 'Ask the school office if that is wrong.' },
  'not-set-up': { what: 'This sign-in is not ready.', where: 'The school is still setting it up, or has switched it off.', remedy: 'Choose another way on the sign-in page.' },
  'other-person': { what: 'That was another login.', where: 'To confirm that it is you, sign in with the school account that you are using here. Nothing was done.', remedy: 'Go back and try again, or use a passkey or a code.', link: BACK },
  'not-fresh': { what: 'This did not confirm that it is you.', where: 'The school’s sign-in did not say that you signed in just now: it may have used a sign-in from before. Nothing was done.', remedy: 'Use a passkey or a code instead. The school’s IT team can read in the settings guide what their sign-in has to send.', link: BACK },
  unreachable: NOT_REACHED,
  busy: NOT_REACHED,
}

/** The one clear page, and the one line of the log: `code` names provider and problem, and nothing of a person (V4). */
export class SignInRefused extends AssentError {
  readonly code: string
  readonly problem: SignInProblem

  constructor(provider: string, problem: SignInProblem) {
    super({ link: { href: '/sign-in', text: 'To the sign-in page' }, ...(WORDS[problem] ?? NOT_BELIEVED) }, { exitCode: 3, status: 403 })
    this.code = `${provider}: ${problem}`
    this.problem = problem
  }
}
