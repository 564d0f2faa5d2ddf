/** Which picture stands beside a clause of the young agreements; the words say it all, so a missing one is no loss. */
const PICTURES: Readonly<Record<string, string>> = {
  ask: 'ask', 'ask-first': 'ask', 'my-task': 'tablet', 'look-after': 'tablet', 'take-care': 'tablet', 'my-password': 'secret', 'own-login': 'secret',
  'be-kind': 'kind', 'people-online': 'together', meeting: 'stop', 'just-for-me': 'secret', 'private-things': 'secret', pictures: 'ask', camera: 'stop',
  'other-peoples-work': 'kind', 'true-or-not': 'ask', 'make-things': 'tablet', 'own-devices': 'tablet', balance: 'wave', 'at-home': 'together',
  'grown-ups-see': 'together', 'keeping-safe': 'together', tell: 'talk', 'when-it-goes-wrong': 'talk', signing: 'done', 'grown-ups': 'together',
}

/** Name of the picture for a clause; `wave` for the opening. */
export function pictureFor(clause: string | null): string {
  return clause === null ? 'wave' : PICTURES[clause] ?? 'tablet'
}

/** The four ideas that stand beside the child's own yes or no, most important first. */
export function mainIdeas(ideas: Readonly<Record<string, string>>): { picture: string; text: string }[] {
  const wanted = ['ask', 'ask-first', 'my-password', 'own-login', 'be-kind', 'tell']
  const found = wanted.filter((id) => ideas[id] !== undefined)
  const ids = found.length > 0 ? found : Object.keys(ideas)
  return ids.slice(0, 4).map((id) => ({ picture: pictureFor(id), text: ideas[id] ?? '' }))
}
