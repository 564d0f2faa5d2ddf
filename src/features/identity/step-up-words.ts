const WORDS: Record<string, string> = {
  'access plan': 'your decision about the access plan', 'board as csv': 'the list of who has signed', 'records as csv': 'the list of records', 'audit export': 'the export of the log',
  'looks as csv': 'the list of who looked at whom', 'roles of a person': 'the role you are giving', 'take a role': 'the role you are taking away', 'remove passkey': 'removing the passkey', 'remove codes': 'removing the codes',
  'sign-in provider': 'the settings of a sign-in', 'check new metadata': 'the new metadata of a sign-in', 'roles from groups': 'the role that follows from a group', 'unknown logins': 'whose login it is',
}

/** What waits for a proof, as its sender would say it; a page without words of its own goes by its name. */
export const waitingWords = (page: string): string => WORDS[page] ?? page
