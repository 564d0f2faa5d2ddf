import { leaversCommand, reconcileCommand } from './commands/access.ts'
import { auditCommand } from './commands/audit.ts'
import { Output, type Command } from './commands/command.ts'
import { adminLinkCommand } from './commands/admin-link.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { issueCommand } from './commands/issue.ts'
import { migrateCommand } from './commands/migrate.ts'
import { recordsCommand } from './commands/records.ts'
import { serveCommand, workerCommand } from './commands/serve.ts'
import { syncCommand } from './commands/sync.ts'
import { verifyCommand } from './commands/verify.ts'

const commands: Command[] = [
  migrateCommand, serveCommand, workerCommand, demoCommand, syncCommand, issueCommand, leaversCommand, reconcileCommand, recordsCommand, verifyCommand, auditCommand, doctorCommand, adminLinkCommand,
]

/** The `assent` command. Exit codes are the contract of docs/commands.md. */
export async function main(argv: string[]): Promise<void> {
  const [name = 'help', ...all] = argv
  const json = all.includes('--json')
  const out = new Output(json)
  const rest = all.filter((word) => word !== '--json')
  const command = commands.find((candidate) => candidate.name === name)
  if (!command) {
    const asked = ['help', '--help', '-h'].includes(name)
    process[asked ? 'stdout' : 'stderr'].write(help(asked ? null : name))
    process.exitCode = asked ? 0 : 2
    return
  }
  if (rest.includes('--help')) {
    process.stdout.write(`assent ${command.usage}\n${command.summary}\n`)
    return
  }
  try {
    process.exitCode = await command.run(rest, out)
  } catch (error) {
    process.exitCode = out.fail(error)
  }
}

function help(unknown: string | null): string {
  const lines = commands.map((command) => `  ${command.usage.padEnd(62)} ${command.summary}`)
  return `${unknown ? `There is no command "${unknown}".\n` : ''}Usage: assent <command>\n${lines.join('\n')}\nAdd --json for one JSON object on stdout.\n`
}
