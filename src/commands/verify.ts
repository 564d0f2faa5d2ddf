import { readFile } from 'node:fs/promises'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, parse, withServices } from './command.ts'

const usage = 'verify FILE.pdf'

export const verifyCommand: Command = {
  name: 'verify',
  usage,
  summary: 'Is this PDF ours, whole and current?',
  async run(argv, out) {
    const { positionals } = parse(argv, {}, usage, 1)
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
