const WORDS: Record<string, string> = {
  'access plan': 'your decision about the access plan', 'board as csv': 'the list of who has signed', 'records as csv': 'the list of records', 'audit export': 'the export of the log',
  'looks as csv': 'the list of who looked at whom', 'roles of a person': 'the role you are giving', 'take a role': 'the role you are taking away', 'remove passkey': 'removing the passkey', 'remove codes': 'removing the codes',
  'access undo': 'taking back the access plan', 'retention of accounts': 'your decision about accounts to archive or delete', 'access report file': 'the report of the access plan',
  'access assurance file': 'the list of accounts', 'accounts as a file': 'the list of accounts', 'consents as csv': 'the list of choices', 'guests file': 'the list of guests', 'people of a roster run': 'the people of this reading',
  'pairs of identifiers': 'the list of identifiers', 'sign-in provider': 'the change of a way to sign in', 'check new metadata': 'the new metadata', 'roles from groups': 'the change of roles from groups', 'unknown logins': 'your answer about a login',
}

/** What waits for a proof, as its sender would say it; a page without words of its own goes by its name. */
export const waitingWords = (page: string): string => WORDS[page] ?? page
