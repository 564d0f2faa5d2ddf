import type { Language } from '../../shared/dates.ts'
import { type AgreementText, type AgreementVersion, governingText } from './agreement.ts'

/** How a reader chose to read: the hash of what was shown before wins, else language and variant, else the language of their pages. Never why (G6). */
export interface Choice {
  text?: string | undefined
  language?: string | undefined
  variant?: string | undefined
  /** The language of the reader's pages: what is offered first where nothing else was chosen. */
  reader?: Language | undefined
}

/** The text that a choice comes to; the one that governs where there is none like it. */
export async function chosenText(agreements: { shownAs(hash: string): Promise<{ language: string; variant: string } | null> }, version: AgreementVersion, chosen: Choice): Promise<AgreementText> {
  const shown = chosen.text ? await agreements.shownAs(chosen.text) : null
  const language = shown?.language ?? chosen.language
  const variant = shown?.variant ?? chosen.variant
  if (language === undefined && variant === undefined) return version.texts.find((one) => one.language === chosen.reader) ?? governingText(version)
  return version.texts.find((one) => one.language === (language ?? one.language) && one.variant === (variant ?? one.variant)) ?? governingText(version)
}
