import type { Instant } from '../../shared/dates.ts'

/** Where secrets of this installation lie; `SecretFiles` is one. */
export interface SecretFolder {
  read(name: string): string | null
  write(name: string, content: string): void
  remove(name: string): void
  readOrMake(name: string, make: () => string): string
}

interface Former { until: Instant; secret: string }

const NAME = 'session-secret'
/** One line for each: until when cookies and forms under it count, and the secret. */
const BEFORE = 'session-secret-before'

/** The secret that signs, then those before it that still count or still have something to open. Made at the first start. */
export function sessionSecrets(files: SecretFolder, make: () => string): string[] {
  return [files.readOrMake(NAME, make), ...formers(files).map(({ secret }) => secret)]
}

/** From the next start on a new secret signs; the one before counts until then. It is kept first, so that a crash in between loses none. */
export function rotateSessionSecret(files: SecretFolder, make: () => string, until: Instant): void {
  const current = files.readOrMake(NAME, make)
  keep(files, [{ until, secret: current }, ...formers(files).filter(({ secret }) => secret !== current)])
  files.write(NAME, make())
}

/**
 * Forgets the secrets whose time is over, after everything that is kept closed has been closed anew under the first. Not before: another
 * process may still have the older ones only.
 */
export async function retireSessionSecrets(files: SecretFolder, now: Instant, reclose: () => Promise<void>): Promise<number> {
  const all = formers(files)
  const standing = all.filter(({ until }) => until > now)
  if (standing.length === all.length) return 0
  await reclose()
  keep(files, standing)
  return all.length - standing.length
}

function formers(files: SecretFolder): Former[] {
  return (files.read(BEFORE) ?? '').split('\n').flatMap((line) => {
    const [, until, secret] = /^(\d{1,15}) (\S{32,})$/.exec(line) ?? []
    return until === undefined || secret === undefined ? [] : [{ until: Number(until), secret }]
  })
}

function keep(files: SecretFolder, list: readonly Former[]): void {
  if (list.length === 0) files.remove(BEFORE)
  else files.write(BEFORE, list.map(({ until, secret }) => `${until} ${secret}\n`).join(''))
}
