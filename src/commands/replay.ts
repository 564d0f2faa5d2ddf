import { resolve } from 'node:path'
import { systemClock } from '../adapters/clock.ts'
import { createIds } from '../adapters/ids.ts'
import { SOURCE_FORMATS } from '../adapters/sources/create-source.ts'
import type { Config } from '../config.ts'
import { Database } from '../db/database.ts'
import { isNotMadeYet } from '../db/dialect.ts'
import { protectedPeopleBy } from '../features/identity/protected-people.ts'
import { RoleStore } from '../features/identity/role-store.ts'
import { replayFiles } from '../replay/replay-files.ts'
import { NOTHING_KNOWN, readInstallation, type ReplayInstallation } from '../replay/replay-installation.ts'
import { type Replay, replayRosters, whyNobodyLeft } from '../replay/replay-rosters.ts'
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
    const config = loadConfig()
    const settings = { ...replaySettings(config), installation: await installationOf(config) }
    const replay = await replayRosters(await replayFiles(resolve(folder)), {
      ...settings, ...(values.format ? { format: values.format } : {}), ...(values.school ? { schoolKey: values.school } : {}),
    })
    out.answer(replay, lines(replay))
    return replay.readings.some(({ refused, held }) => refused.length > 0 || held.length > 0) ? 3 : 0
  },
}

/** What the installation beside knows; only read, and nothing where there is none yet. */
async function installationOf({ databaseUrl }: Config): Promise<ReplayInstallation> {
  if (isNotMadeYet(databaseUrl)) return NOTHING_KNOWN
  const db = await Database.open(databaseUrl)
  try {
    if (!await db.read.schema.hasTable('ended_exemptions') || !await db.read.schema.hasTable('expected_leavers')) return NOTHING_KNOWN
    return await readInstallation({ db, clock: systemClock, ids: createIds(systemClock), protectedPeople: protectedPeopleBy(new RoleStore(db), systemClock) })
  } finally {
    await db.close()
  }
}

function lines({ readings, atOnce, afterApproval, leftAlone, known }: Replay): string {
  const why = whyNobodyLeft({ readings })
  return [
    ...readings.flatMap((reading) => [
      `${reading.date} ${reading.file}: ${reading.read} read, ${reading.joiners} joiners, ${reading.leavers} leavers, ${reading.missing} missing.`,
      ...reading.refused.map((text) => `  Refused: ${text}`), ...reading.held.map((text) => `  Held: ${text}`),
      ...reading.atOnce.map(({ id, name, reason }) => `  Suspended at once: ${id} ${name} (${reason})`),
      ...reading.afterApproval.map(({ id, name, reason }) => `  Suspended after approval: ${id} ${name} (${reason})`),
      ...reading.leftAlone.map(({ id, name, reason }) => `  Left alone, protected: ${id} ${name} (${reason})`),
      ...(reading.exempt > 0 ? [`  Kept by an exemption, or over the summer: ${reading.exempt}`] : []),
      ...(reading.inGrace > 0 ? [`  Kept for the days of grace: ${reading.inGrace}`] : []),
    ]),
    ...(why === null ? [] : [`Nobody leaves in these exports. ${why}`]),
    `Judged by what is set here today: ${known.windows} roll-over windows, ${known.expected} confirmed leavers, ${known.protected} protected people, ${known.exemptions} exemptions.`,
    `In all ${atOnce} would have been suspended at once and ${afterApproval} after a person's approval; ${leftAlone} are protected. Nothing was changed.`,
  ].join('\n')
}
