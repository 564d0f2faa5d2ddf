const WORDS: Record<string, string> = {
  'access plan': 'your decision about the access plan', 'board as csv': 'the list of who has signed', 'records as csv': 'the list of records', 'audit export': 'the export of the log',
  'looks as csv': 'the list of who looked at whom', 'roles of a person': 'the role you are giving', 'take a role': 'the role you are taking away', 'remove passkey': 'removing the passkey', 'remove codes': 'removing the codes', 'end own sessions': 'ending your sessions',
  'access undo': 'taking back the access plan', 'retention of accounts': 'your decision about accounts to archive or delete', 'access report file': 'the report of the access plan',
  'access assurance file': 'the list of accounts', 'accounts as a file': 'the list of accounts', 'consents as csv': 'the list of choices', 'guests file': 'the list of guests', 'people of a roster run': 'the people of this reading',
  'pairs of identifiers': 'the list of identifiers', 'add a sign-in': 'the form that adds a way to sign in', 'sign-in provider': 'the change of a way to sign in', 'check new metadata': 'the new metadata', 'roles from groups': 'the change of roles from groups', 'unknown logins': 'your answer about a login',
  'webhook settings': 'the webhook you are adding', 'test a webhook': 'the test of a webhook', 'resume a webhook': 'resuming the webhook', 'replace the secret of a webhook': 'the new secret of a webhook', 'delete a webhook': 'deleting the webhook',
  'password slips': 'new passwords on slips', 'password of a person': 'a new password',
  'api settings': 'the token you are giving', 'revoke a token': 'revoking the token',
}

/** What waits for a proof, as its sender would say it; a page without words of its own goes by its name. */
export const waitingWords = (page: string): string => WORDS[page] ?? page

/** Forms that may end in a file, and the page to go back to: the browser stays where it is, and a second press would do it all again. */
const FILES: Record<string, (path: string) => string> = { 'password slips': () => '/access/passwords', 'password of a person': (path) => path }

/** What to say beside the button where pressing it twice would do harm; null for every other form. `path` is the form's. */
export function onceWords(page: string, path: string): { text: string; href: string; linkText: string } | null {
  const back = FILES[page]
  if (!back) return null
  return {
    text: 'Press once. Your browser may save a file and stay on this page. Pressing again makes new passwords, and those just made stop working.', href: back(path), linkText: 'Back to the passwords',
  }
}
