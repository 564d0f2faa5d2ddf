import { type Command, Output } from './commands/command.ts'
import { UnusableInput } from './shared/errors.ts'
import { version } from './version.ts'

/** Each is loaded when it is called: a short command does not wait for the web server's code. */
const commands: Record<string, () => Promise<Command>> = {
  migrate: async () => (await import('./commands/migrate.ts')).migrateCommand,
  serve: async () => (await import('./commands/serve.ts')).serveCommand,
  worker: async () => (await import('./commands/serve.ts')).workerCommand,
  demo: async () => (await import('./commands/demo.ts')).demoCommand,
  sync: async () => (await import('./commands/sync.ts')).syncCommand,
  issue: async () => (await import('./commands/issue.ts')).issueCommand,
  leavers: async () => (await import('./commands/leavers.ts')).leaversCommand,
  reconcile: async () => (await import('./commands/access.ts')).reconcileCommand,
  restrict: async () => (await import('./commands/restrict.ts')).restrictCommand,
  lift: async () => (await import('./commands/restrict.ts')).liftCommand,
  'new-accounts': async () => (await import('./commands/new-accounts.ts')).newAccountsCommand,
  password: async () => (await import('./commands/password.ts')).passwordCommand,
  retention: async () => (await import('./commands/retention.ts')).retentionCommand,
  directories: async () => (await import('./commands/directories.ts')).directoriesCommand,
  assurance: async () => (await import('./commands/assurance.ts')).assuranceCommand,
  signatures: async () => (await import('./commands/signatures.ts')).signaturesCommand,
  replay: async () => (await import('./commands/replay.ts')).replayCommand,
  records: async () => (await import('./commands/records.ts')).recordsCommand,
  verify: async () => (await import('./commands/verify.ts')).verifyCommand,
  audit: async () => (await import('./commands/audit.ts')).auditCommand,
  rotate: async () => (await import('./commands/rotate.ts')).rotateCommand,
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand,
  'admin-link': async () => (await import('./commands/admin-link.ts')).adminLinkCommand,
}

/** Names of all commands, for documentation and tests. */
export const commandNames: readonly string[] = Object.keys(commands)

/** The `assent` command. Exit codes are the contract of docs/commands.md. */
export async function main(argv: string[]): Promise<void> {
  const words = argv.filter((word) => word !== '--json')
  const out = new Output(words.length < argv.length)
  // A fault nobody caught is told like any other: never as a dump with values in it.
  process.once('uncaughtException', (error) => { process.exit(out.fail(error)) })
  process.exitCode = await answer(words, out)
}

/** Runs one command, given without `--json`, and gives its exit code; never throws. */
export async function answer(words: string[], out: Output): Promise<number> {
  try {
    return await run(words, out)
  } catch (error) {
    return out.fail(error)
  }
}

async function run([name = 'help', ...rest]: string[], out: Output): Promise<number> {
  if (name === '--version' || name === '-V' || name === 'version') {
    out.answer({ version: version(), node: process.versions.node }, `assent ${version()} (Node ${process.versions.node})`)
    return 0
  }
  const asked = name === 'help' || name === '--help' || name === '-h'
  if (asked && rest[0] === undefined) return helpOnAll(out)
  const load = Object.hasOwn(commands, asked ? rest[0] ?? '' : name) ? commands[asked ? rest[0] ?? '' : name] : undefined
  if (!load) {
    throw new UnusableInput({
      what: `There is no command "${asked ? rest[0] : name}".`, where: 'command line',
      remedy: `Usage: assent <command>. Commands: ${commandNames.join(', ')}. More: assent --help`,
    })
  }
  const command = await load()
  if (!asked && !rest.includes('--help') && !rest.includes('-h')) return command.run(rest, out)
  out.answer({ name: command.name, usage: command.usage, summary: command.summary }, `Usage: assent ${command.usage}\n\n${command.summary}`)
  return 0
}

async function helpOnAll(out: Output): Promise<number> {
  const all = await Promise.all(Object.values(commands).map((load) => load()))
  out.answer(
    { commands: all.map(({ name, usage, summary }) => ({ name, usage, summary })) },
    ['Usage: assent <command>', '', ...all.map(({ usage, summary }) => `  ${usage}\n      ${summary}`), '',
      'Every command takes --json (one JSON object on stdout, logs on stderr) and --help.', 'Settings and exit codes: docs/settings.md and docs/commands.md.'].join('\n'),
  )
  return 0
}
