import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type AgreementFile, parseAgreementFile } from './agreement-file.ts'

/** Reads every starter agreement under `templates/agreements`. @throws UnusableInput naming the file and line. */
export function readStarterSet(dir: string): AgreementFile[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.md')).sort()
    .map((name) => parseAgreementFile(readFileSync(join(dir, name), 'utf8'), name))
}
