import { clausesOf } from './clauses.ts'

/** The drawings of `public/symbols.svg`, each with the words that a list shows. */
export const SYMBOLS: Readonly<Record<string, string>> = {
  ask: 'Ask first', 'grown-up': 'A grown-up with me', tell: 'Tell an adult', password: 'Password', private: 'Keep it private', 'kind-words': 'Kind words', unkind: 'Unkind words',
  camera: 'Camera', picture: 'Picture', video: 'Video call', games: 'Games', tablet: 'Tablet', computer: 'Computer', 'take-care': 'Take care', phone: 'Phone',
  headphones: 'Headphones', home: 'Home', school: 'School', friends: 'Friends', stranger: 'Somebody I do not know', stop: 'Stop', shield: 'Keeping safe', look: 'Grown-ups can see',
  check: 'Check it', 'own-work': 'My own work', make: 'Ideas', clock: 'Time', message: 'Messages', money: 'Money', mend: 'Put it right', sign: 'Sign', helper: 'Computer helper',
}

/** Which symbol fits a clause, by words of its key; the first that fits wins. */
const USUAL: readonly (readonly [words: RegExp, symbol: string])[] = [
  [/(^|-)(ai|helper|chatbot)(-|$)|generative/, 'helper'], [/ask/, 'ask'], [/password|login|account/, 'password'], [/unkind|bully|harass|hurt/, 'unkind'], [/kind|respect|polite/, 'kind-words'],
  [/meet|people-online|stranger|talk-to/, 'stranger'], [/camera|video|live/, 'camera'], [/picture|photo|image|nude/, 'picture'], [/private|just-for-me|personal|data/, 'private'],
  [/tell|worr|report|help/, 'tell'], [/work|copy|plagiar|learn/, 'own-work'], [/true|check|fake/, 'check'], [/make|create/, 'make'], [/balance|time|break/, 'clock'], [/home/, 'home'],
  [/phone|own-device|devices/, 'phone'], [/game|play|task/, 'games'], [/money|cost|scam|gambl|buy/, 'money'], [/mail|messag|chat/, 'message'], [/wrong|mend|forget|happens|again/, 'mend'],
  [/sign/, 'sign'], [/grown-ups-see|monitor|see/, 'look'], [/safe|filter|secur|illegal|law|hack/, 'shield'], [/care|after|gentle/, 'take-care'], [/grown-up|adult|carer|family/, 'grown-up'],
  [/friend|together|other/, 'friends'], [/stop|never/, 'stop'], [/tablet/, 'tablet'], [/school/, 'school'],
]

/** The symbol that usually stands beside a clause. */
export function usualSymbol(clause: string | null): string {
  return (clause === null ? undefined : USUAL.find(([words]) => words.test(clause))?.[1]) ?? 'computer'
}

/** The symbol of every clause of a text: what the author chose, else the usual one. */
export function symbolsOf(text: { markdown: string; symbols?: Readonly<Record<string, string>> }): Record<string, string> {
  return Object.fromEntries(clausesOf(text.markdown).flatMap(({ id }) => (id === null ? [] : [[id, text.symbols?.[id] ?? usualSymbol(id)]])))
}
