import { accessSync, constants, createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { finished } from 'node:stream/promises'
import { makeFolder } from '../adapters/storage/make-folder.ts'
import { UnusableInput } from '../shared/errors.ts'
import { csvLine } from '../shared/csv-line.ts'
import { type Command, parse, withServices } from './command.ts'

const usage = 'records --out DIR [--school S]'

export const recordsCommand: Command = {
  name: 'records',
  usage,
  summary: 'Writes the sealed PDFs and an index.csv.',
  async run(argv, out) {
    const { values } = parse(argv, { out: { type: 'string' }, school: { type: 'string' } }, usage)
    const dir = values.out
    if (!dir) throw new UnusableInput({ what: 'Say where to write the records.', where: 'command line', remedy: `Usage: assent ${usage}` })
    return withServices(async (services) => {
      const school = values.school ? (await services.schools.all()).find((entry) => [entry.id, entry.name, entry.shortName, entry.urn].includes(values.school ?? '')) : null
      if (values.school && !school) throw new UnusableInput({ what: `There is no school "${values.school}".`, where: '--school', remedy: 'Give its name or URN as in the settings.' })
      outFolder(dir)
      const index = createWriteStream(join(dir, 'index.csv'), { mode: 0o600 })
      index.write(csvLine(['file', 'sha256', 'reference', 'agreement', 'version', 'signed_at', 'about', 'signed_by', 'capacity', 'school', 'status']))
      let written = 0
      for await (const batch of services.signingStore.sealed()) {
        for (const { signature } of batch) {
          if (school && signature.evidence.schoolName !== school.name) continue
          const file = await services.sealing.file(signature.id)
          if (!file) continue
          const name = `${signature.id}.pdf`
          await writeFile(join(dir, name), file.bytes, { mode: 0o600 })
          index.write(csvLine([
            name, file.sha256, signature.id, signature.evidence.agreementKey, String(signature.evidence.versionNumber), new Date(signature.signedAt).toISOString(),
            signature.evidence.subjectName, signature.evidence.signerName, signature.evidence.capacity, signature.evidence.schoolName, signature.endedKind ?? 'active',
          ]))
          written += 1
        }
      }
      index.end()
      await finished(index)
      out.answer({ written, out: dir }, `${written} sealed records written to ${dir}.`)
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
