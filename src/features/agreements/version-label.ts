import { saidShortDay, Spoken } from '../../shared/sentence.ts'
import type { AgreementText, AgreementVersion } from './agreement.ts'
import type { SayInRecord } from './say-in-record.ts'

/** How the label marks a version that shipped with Assent and that the trust has not approved yet (G2). */
const STARTER_MARK = 'starter set, not yet approved by your trust'

/** "Version 1, published 1 September 2026", its standing, and for a translation who made and checked it and that English governs (G6). */
export function versionLabel(version: AgreementVersion, text: AgreementText, say: SayInRecord): string {
  const { language, translation } = text
  const { number } = version
  const published = version.publishedOn === null
    ? say(language, 'Version {{number}}, not yet published', { number })
    : say(language, 'Version {{number}}, published {{date}}', { number, date: saidShortDay(version.publishedOn) })
  const standing = version.origin === 'starter' && version.approval === null ? ` (${say(language, STARTER_MARK)})` : ''
  if (!translation) return `${published}${standing}`
  const { translatedBy: translator, checkedBy: checker, checkedOn } = translation
  const translated = checker.trim() === ''
    ? say(language, 'Translated by {{translator}}, not yet checked by your school', { translator })
    : checkedOn
      ? say(language, 'Translated by {{translator}}, checked by {{checker}} on {{date}}', { translator, checker, date: saidShortDay(checkedOn) })
      : say(language, 'Translated by {{translator}}, checked by {{checker}}', { translator, checker })
  return `${published}${standing}. ${translated}; ${say(language, 'the English text governs')}`
}

/** The same in the language of the page that names the version, whatever the text's: beside a text, never within what is signed. */
export const versionSaid = (version: AgreementVersion, text: AgreementText, say: SayInRecord): Spoken =>
  new Spoken((language) => versionLabel(version, text, (_, english, values) => say(language, english, values)))
