import { resolve } from 'node:path'
import { SOURCE_FORMATS } from '../adapters/sources/create-source.ts'
import { replayFiles } from '../replay/replay-files.ts'
import { type Replay, replayRosters } from '../replay/replay-rosters.ts'
import { replaySettings } from '../replay/replay-settings.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, parse } from './command.ts'

const usage = 'replay FOLDER [--format FORMAT] [--school NAME]'

export const replayCommand: Command = {
  name: 'replay',
  usage,
  summary: 'Feeds earlier roster exports into a scratch database: whom would Assent have suspended, and what would have waited?',
  async run(argv, out) {
    const { values, positionals } = parse(argv, { format: { type: 'string' }, school: { type: 'string' } }, usage, 1)
    const [folder] = positionals
    if (!folder) throw new UnusableInput({ what: 'Say which folder holds the earlier exports.', where: 'command line', remedy: `Usage: assent ${usage}` })
    if (values.format !== undefined && !SOURCE_FORMATS.includes(values.format)) {
      throw new UnusableInput({ what: `"${values.format}" is no format.`, where: 'command line', remedy: `Formats: ${SOURCE_FORMATS.join(', ')}.` })
    }
    const { loadConfig } = await import('../config.ts')
    const settings = replaySettings(loadConfig())
    const replay = await replayRosters(await replayFiles(resolve(folder)), {
      ...settings, ...(values.format ? { format: values.format } : {}), ...(values.school ? { schoolKey: values.school } : {}),
    })
    out.answer(replay, lines(replay))
    return replay.readings.some(({ refused, held }) => refused.length > 0 || held.length > 0) ? 3 : 0
  },
}

function lines({ readings, atOnce, afterApproval }: Replay): string {
  return [
    ...readings.flatMap((reading) => [
      `${reading.date} ${reading.file}: ${reading.read} read, ${reading.joiners} joiners, ${reading.leavers} leavers, ${reading.missing} missing.`,
      ...reading.refused.map((text) => `  Refused: ${text}`), ...reading.held.map((text) => `  Held: ${text}`),
      ...reading.atOnce.map(({ id, name, reason }) => `  Suspended at once: ${id} ${name} (${reason})`),
      ...reading.afterApproval.map(({ id, name, reason }) => `  Suspended after approval: ${id} ${name} (${reason})`),
    ]),
    `In all ${atOnce} would have been suspended at once and ${afterApproval} after a person's approval. Nothing was changed.`,
  ].join('\n')
}
