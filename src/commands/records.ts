import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'
import { makeFolder } from '../adapters/storage/make-folder.ts'
import { writeBundle } from '../features/signing/record-bundle.ts'
import { templatesDir } from '../services.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, parse, withServices } from './command.ts'

const usage = 'records --out DIR [--school S]'

export const recordsCommand: Command = {
  name: 'records',
  usage,
  summary: 'Writes the sealed PDFs, an index.csv, and all that is needed to check them without Assent.',
  async run(argv, out) {
    const { values } = parse(argv, { out: { type: 'string' }, school: { type: 'string' } }, usage)
    const dir = values.out
    if (!dir) throw new UnusableInput({ what: 'Say where to write the records.', where: 'command line', remedy: `Usage: assent ${usage}` })
    return withServices(async (services) => {
      const school = values.school ? (await services.schools.all()).find((entry) => [entry.id, entry.name, entry.shortName, entry.urn].includes(values.school ?? '')) : null
      if (values.school && !school) throw new UnusableInput({ what: `There is no school "${values.school}".`, where: '--school', remedy: 'Give its name or URN as in the settings.' })
      outFolder(dir)
      const written = await writeBundle(services, { folder: dir, schoolName: school?.name ?? null, shipped: join(templatesDir, 'bundle') })
      out.answer({ written, out: dir }, `${written} sealed records written to ${dir}. To check them anywhere: node ${join(dir, 'verify.mjs')}`)
      return 0
    })
  },
}

function outFolder(dir: string): void {
  try {
    makeFolder(dir)
    accessSync(dir, constants.W_OK)
  } catch (error) {
    throw new UnusableInput({ what: 'The folder cannot be written to.', where: dir, remedy: 'Choose another folder.' }, error)
  }
}
