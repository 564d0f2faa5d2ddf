import type { PageContext } from '../../http/page-context.ts'
import { type PageResult, redirect, view } from '../../http/page-result.ts'
import { today } from '../../shared/dates.ts'
import { letterView } from './letter-view.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'

export type LetterPagesDeps = Pick<PaperPagesDeps, 'letters' | 'config' | 'brandOf' | 'words'>

/**
 * The letters themselves are the answer to the press, and not an address to come back to: nothing of them is kept. On the
 * screen the code is not there; it is on the paper only (S3). `leaveOutFamily`: where nobody was chosen by name (P7).
 */
export async function printLetters(deps: LetterPagesDeps, ctx: Pick<PageContext, 'actor' | 'now'>, personIds: readonly string[], back: string, options: { leaveOutFamily?: boolean } = {}): Promise<PageResult> {
  const letters = await deps.letters.print(ctx.actor, personIds, options)
  if (letters.length === 0) return redirect(back, { kind: 'info', text: 'Nothing is open for them, so no letter was made.' })
  const look = { words: deps.words, baseUrl: deps.config.baseUrl, on: today(ctx.now), welsh: deps.config.languages.welsh }
  return view('pages/paper/letters.njk', { brand: deps.brandOf(letters[0]?.school ?? null), back: { href: back, text: 'Back' }, letters: letters.map((letter) => letterView(letter, look)) })
}
