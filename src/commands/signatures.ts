import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, operator, parse, withServices } from './command.ts'

const usage = 'signatures import FILE [--plan] [--skip-bad]'

export const signaturesCommand: Command = {
  name: 'signatures',
  usage,
  summary: 'Takes in signatures gathered before Assent: attested by the office, not sealed.',
  async run(argv, out) {
    const { values, positionals } = parse(argv, { plan: { type: 'boolean', default: false }, 'skip-bad': { type: 'boolean', default: false } }, usage, 2)
    const [what, path] = positionals
    if (what !== 'import' || !path) throw new UnusableInput({ what: 'Say which file to take in.', where: 'command line', remedy: `Usage: assent ${usage}` })
    const bytes = await readFile(path).catch((error: unknown) => {
      throw new UnusableInput({ what: 'The file cannot be read.', where: path, remedy: 'Check the path.' }, error)
    })
    return withServices(async ({ attestedImport }) => {
      const report = await attestedImport.import({ bytes, name: basename(path), planOnly: values.plan, skipBad: values['skip-bad'], schools: 'all', actor: operator() })
      const refused = report.rejected.length > 0 && !values['skip-bad']
      out.answer(report, [
        `${report.read} lines read: ${report.added} ${report.applied ? 'new' : 'would be new'}, ${report.existing} known already, ${report.rejected.length} cannot be used.`,
        ...report.rejected.slice(0, 50).map(({ line, reason }) => `Line ${line}: ${reason}`),
        ...(refused ? ['Nothing was taken in. Mend these lines, or give --skip-bad to leave them out.'] : []),
      ].join('\n'))
      return refused ? 3 : 0
    })
  },
}
