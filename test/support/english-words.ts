const VOID = /^(?:area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/
/** Words of ours that no Welsh sentence and no name in the tests has. */
const ENGLISH = /\b(?:the|and|you|your|this|that|with|from|have|are|was|not|for|please|sign|signed|version|published|choose|code)\b/i
const SPOKEN_ATTRIBUTE = /\b(?:aria-label|alt|placeholder)="([^"]*)"/g

/**
 * What a screen reader would read in a Welsh voice on this page and is English: texts and labels within `lang="cy"` that hold an English word.
 * What is marked as another language is that language's.
 */
export function englishOn(html: string): string[] {
  const found: string[] = []
  const open: { name: string; lang: string }[] = []
  const lang = (): string => open.at(-1)?.lang ?? ''
  const note = (text: string): void => { if (lang() === 'cy' && ENGLISH.test(text)) found.push(text.trim()) }
  // A title cannot hold parts of two languages.
  const body = html.replace(/<!doctype[^>]*>|<!--[\s\S]*?-->|<(script|style|title)\b[\s\S]*?<\/\1>/gi, '')
  for (const [, close, name = '', attributes = '', text] of body.matchAll(/<(\/?)([a-z][\w-]*)((?:"[^"]*"|[^">])*)>|([^<]+)/gi)) {
    if (text !== undefined) note(text)
    else if (close) {
      const at = open.findLastIndex((one) => one.name === name)
      if (at >= 0) open.length = at
    } else {
      open.push({ name, lang: /\blang="([^"]*)"/.exec(attributes)?.[1] ?? lang() })
      for (const [, label = ''] of attributes.matchAll(SPOKEN_ATTRIBUTE)) note(label)
      if (VOID.test(name) || attributes.endsWith('/')) open.pop()
    }
  }
  return found
}
