import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AgreementFile, parseAgreementFile } from './agreement-file.ts'
import { type AgreementTranslation, parseAgreementTranslation } from './agreement-translation.ts'

/** `pupil-ks1.cy.md`: the Welsh of `pupil-ks1.md`. */
const TRANSLATION = /\.([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*)\.md$/

/** Reads every English starter agreement under `templates/agreements`. @throws UnusableInput naming the file and line. */
export function readStarterSet(dir: string): AgreementFile[] {
  return namesIn(dir).filter((name) => !TRANSLATION.test(name)).map((name) => parseAgreementFile(readFileSync(join(dir, name), 'utf8'), name))
}

/** Reads what lies beside them in another language, held against the English. @throws UnusableInput naming the file and line. */
export function readStarterTranslations(dir: string, language: string, english: readonly AgreementFile[]): AgreementTranslation[] {
  return namesIn(dir).filter((name) => TRANSLATION.exec(name)?.[1] === language).map((name) => parseAgreementTranslation(readFileSync(join(dir, name), 'utf8'), english, name))
}

function namesIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).sort()
}
