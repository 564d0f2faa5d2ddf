import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm test`: the whole suite, then the part that needs a real Active Directory inside a network namespace of its own. With
 * arguments, only what they name. Closes with one plain line that sums both.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const chosen = process.argv.slice(2)
const reports = mkdtempSync(join(tmpdir(), 'assent-test-'))

interface Counts { passed: number; failed: number; skipped: number }

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    spawn(command, args, { cwd: root, stdio: 'inherit' }).once('exit', (code) => resolve(code ?? 1))
  })
}

async function suite(name: string, before: string[], args: string[]): Promise<{ code: number; counts: Counts }> {
  const report = join(reports, `${name}.json`)
  const words = [...before, process.execPath, vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args]
  const code = await run(words[0] as string, words.slice(1))
  return { code, counts: countsOf(report) }
}

function countsOf(report: string): Counts {
  try {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(report, 'utf8')) as Record<string, number>
    return { passed: numPassedTests ?? 0, failed: numFailedTests ?? 0, skipped: numPendingTests ?? 0 }
  } catch {
    // The suite could not run at all; its exit code says whether that counts.
    return { passed: 0, failed: 0, skipped: 0 }
  }
}

const parts = [await suite('all', [], chosen.length > 0 ? chosen : ['--exclude', '**/*.samba.test.ts'])]
if (chosen.length === 0) parts.push(await suite('active-directory', ['bash', join(root, 'test/support/in-namespace.sh')], ['.samba.test.ts']))
rmSync(reports, { recursive: true, force: true })

const total = parts.reduce((sum, { counts }) => ({
  passed: sum.passed + counts.passed, failed: sum.failed + counts.failed, skipped: sum.skipped + counts.skipped,
}), { passed: 0, failed: 0, skipped: 0 })
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = parts.every(({ code }) => code === 0) && total.passed > 0 ? 0 : 1
