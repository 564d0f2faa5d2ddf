import { isSpoken } from '../../../src/http/spoken-pages.ts'

/** Files that make no page of people who sign but say something on it: refusals, reasons, messages beside a field. */
const SAY_SOMETHING = new Set([
  'adapters/pdf/certificate-trust.ts', 'adapters/pdf/verify-record.ts', 'features/identity/sign-in-refusal.ts', 'features/issuing/training-service.ts', 'features/signing/answer-form.ts',
  'features/signing/choice-fields.ts', 'features/signing/signature.ts', 'features/signing/typed-name.ts', 'features/signing/verify-service.ts',
  'http/date-parts.ts', 'http/error-facts.ts', 'http/form-errors.ts', 'http/run-page.ts', 'http/set-up-cross-site-fence.ts',
])

/** Open to everybody or to everybody who is signed in, and yet pages of people who work here, which stay in English; with the few words that a pupil or parent meets there. */
const WORK: Readonly<Record<string, readonly string[]>> = {
  'features/accounts/passwords/password-routes.ts': [], 'features/accounts/restricting/restrict-routes.ts': [],
  'features/classes/class-cover-routes.ts': [], 'features/classes/class-staff-routes.ts': ['A code has six letters and numbers. Look at the board and try again.'],
  'features/identity/administrator-pages.ts': [], 'features/identity/confirm-at-school-pages.ts': [], 'features/identity/persona-pages.ts': [], 'features/identity/security-pages.ts': [],
  'features/identity/settings-home.ts': [], 'features/identity/setup-pages.ts': [], 'features/identity/step-up-pages.ts': [], 'features/machines/own-token-pages.ts': [],
  'features/messages/mailbox-routes.ts': [], 'features/reports/home-routes.ts': [], 'features/signing/consent-list-routes.ts': [],
}

/** What such a file says to machines or on the command line only. */
const NOT_SHOWN = new Set([
  'This record was sealed by the trust and has since been erased.', 'This signature was withdrawn or made invalid later.', 'A newer version of the agreement has been published since.',
])

/** Put together in the code; a page says each by a sentence of its own, or the catalogue's test makes it. */
const MADE = new Set([
  'Use at most ${LONGEST} characters. You can shorten your name.',
  'The file is not a whole record of ours (${detail}); it carries a signature in the name of ${signer}.', 'The file is not a whole record of ours: ${detail}.',
])

const TOKEN = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`/g
const LOOKS_LIKE_WORDS = /^[A-Z].* /s

/** Which words of a source file somebody who signs may read; null: none, because its pages are of people who work here. */
export function wordsForSigners(file: string, text: string): string[] | null {
  const work = WORK[file]
  if (work) return work.filter((said) => text.includes(said))
  return isOfSigners(file, text) ? literalsOf(text) : null
}

/** Declares a page that everybody may open, or renders one that comes in the reader's language. */
function isOfSigners(file: string, text: string): boolean {
  if (file.startsWith('http/views') || file.startsWith('http/spoken')) return false
  return SAY_SOMETHING.has(file) || /permission: '(?:public|signed-in)'/.test(text) || [...text.matchAll(/'(pages\/[\w/-]+\.njk)'/g)].some(([, template]) => isSpoken(template ?? ''))
}

/** Every literal that reads as words, whatever the code does with it. */
function literalsOf(text: string): string[] {
  return [...text.matchAll(TOKEN)].map((match) => match[1] ?? match[2] ?? match[3]).filter((said): said is string => said !== undefined && LOOKS_LIKE_WORDS.test(said) && !NOT_SHOWN.has(said) && !MADE.has(said))
}
