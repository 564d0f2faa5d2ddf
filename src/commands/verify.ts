import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { templateFolder } from '../http/assets.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, type Output, parse, withServices } from './command.ts'

const usage = 'verify FILE.pdf | verify --bundle DIR [--fingerprint SHA256]'

export const verifyCommand: Command = {
  name: 'verify',
  usage,
  summary: 'Is this PDF ours, whole and current? Or: does an exported folder fit together?',
  async run(argv, out) {
    const { values, positionals } = parse(argv, { bundle: { type: 'string' }, fingerprint: { type: 'string' } }, usage, 1)
    if (values.bundle !== undefined) return judgeBundle(values.bundle, values.fingerprint ?? null, out)
    const path = positionals[0]
    if (!path) throw new UnusableInput({ what: 'Say which file to judge.', where: 'command line', remedy: `Usage: assent ${usage}` })
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new UnusableInput({ what: 'The file cannot be read.', where: path, remedy: 'Check the path.' }, error)
    })
    return withServices(async (services) => {
      const answer = await services.verify.verify(bytes)
      const signedAt = answer.signedAt === null ? null : new Date(answer.signedAt).toISOString()
      const words = answer.valid ? `Valid, ${answer.status}. Sealed by ${answer.sealedBy}${signedAt ? `, signed ${signedAt}` : ''}.` : 'Not valid, or not ours.'
      out.answer({ ...answer, signedAt }, [words, ...answer.reasons].join('\n'))
      if (!answer.valid) return 5
      return answer.status === 'withdrawn' ? 6 : 0
    })
  },
}

interface BundleReport {
  valid: boolean
  records: number
  good: number
  bad: { file: string; reason: string }[]
  ledger: { size: number; root: string } | null
  authorities: { subject: string; fingerprint: string }[]
}

/** By the same program that lies in every export; needs neither database nor settings. */
async function judgeBundle(folder: string, fingerprint: string | null, out: Output): Promise<number> {
  const program = pathToFileURL(join(templateFolder(), 'bundle', 'verify.mjs')).href
  const { verifyBundle } = await import(program) as { verifyBundle(folder: string, options: { fingerprint: string | null }): Promise<BundleReport> }
  const report = await verifyBundle(folder, { fingerprint })
  out.answer(report, [
    ...report.bad.map(({ file, reason }) => `${file}: ${reason}`), `${report.good} of ${report.records} records are whole, sealed and in the ledger.`,
    ...report.authorities.map(({ subject, fingerprint: print }) => `Authority: ${subject}, SHA-256 ${print}`),
  ].join('\n'))
  return report.valid ? 0 : 5
}
