import { readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type CalendarDate, type Instant, instantAt, isCalendarDate } from '../shared/dates.ts'
import { UnusableInput } from '../shared/errors.ts'

/** One earlier export and when it was read, or could have been. */
export interface ReplayFile {
  name: string
  path: string
  at: Instant
}

/**
 * The exports of a folder in the order of their days: files, zips and folders, each one reading. The day is in the name
 * (`mis-2026-09-14.zip`, `20260914`), else the day of the file itself.
 * @throws UnusableInput when the folder cannot be read or is empty.
 */
export async function replayFiles(folder: string): Promise<ReplayFile[]> {
  let names: string[]
  try {
    names = (await readdir(folder)).filter((name) => !name.startsWith('.'))
  } catch {
    throw new UnusableInput({ what: `The folder ${basename(folder)} cannot be read.`, where: folder, remedy: 'Give a folder with earlier exports, one file, zip or folder for each day.' })
  }
  const files = await Promise.all(names.map(async (name): Promise<ReplayFile> => {
    const day = dayIn(name)
    // At seven in the morning, when nightly exports are there. Instants are whole; file systems count in parts of a millisecond.
    return { name, path: join(folder, name), at: day === null ? Math.floor((await stat(join(folder, name))).mtimeMs) : instantAt(day, '07:00') }
  }))
  if (files.length === 0) throw new UnusableInput({ what: 'The folder holds no exports.', where: folder, remedy: 'Put one file, zip or folder for each day into it, with the day in its name.' })
  return files.toSorted((a, b) => a.at - b.at || (a.name < b.name ? -1 : 1))
}

function dayIn(name: string): CalendarDate | null {
  const parts = /(20\d{2})[-_.]?(\d{2})[-_.]?(\d{2})/.exec(name)
  const day = parts ? `${parts[1]}-${parts[2]}-${parts[3]}` : ''
  return isCalendarDate(day) ? day : null
}
