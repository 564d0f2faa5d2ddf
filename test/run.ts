import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * `npm test`: the whole suite, then the part that needs a real Active Directory inside a network namespace of its own. With
 * arguments, only what they name. Closes with one plain line that sums both.
 */
const root = fileURLToPath(new URL('..', import.meta.url))
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const chosen = process.argv.slice(2)
const reports = mkdtempSync(join(tmpdir(), 'assent-test-'))
const unsteady = join(reports, 'unsteady')
writeFileSync(unsteady, '')

interface Counts { passed: number; failed: number; skipped: number }
interface TestReport { fullName: string; status: string; failureMessages: string[] }

function run(command: string, args: string[]): Promise<number> {
  return new Promise((resolve) => {
    spawn(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ASSENT_TEST_UNSTEADY_FILE: unsteady } }).once('exit', (code) => resolve(code ?? 1))
  })
}

async function suite(name: string, before: string[], args: string[]): Promise<{ code: number; counts: Counts; failures: string[] }> {
  const report = join(reports, `${name}.json`)
  const words = [...before, process.execPath, vitest, 'run', '--reporter=default', '--reporter=json', `--reporter=${join(root, 'test/support/unsteady-reporter.ts')}`, `--outputFile.json=${report}`, ...args]
  const code = await run(words[0] as string, words.slice(1))
  return { code, counts: countsOf(report), failures: failuresOf(report) }
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

/** Every test that failed, with its file and the first lines of why: who reads the end of a log sees what to mend. */
function failuresOf(report: string): string[] {
  try {
    const { testResults } = JSON.parse(readFileSync(report, 'utf8')) as { testResults: Array<{ name: string; status: string; message: string; assertionResults: TestReport[] }> }
    return testResults.flatMap(({ name, status, message, assertionResults }) => {
      const failed = assertionResults.filter((test) => test.status === 'failed')
      const file = relative(root, name)
      if (failed.length === 0) return status === 'failed' ? [`${file}: ${firstLines(message)}`] : []
      return failed.map((test) => `${file}: ${test.fullName}\n    ${firstLines(test.failureMessages[0] ?? '')}`)
    })
  } catch {
    return []
  }
}

function firstLines(text: string): string {
  return text.split('\n').slice(0, 8).join('\n    ')
}

const parts = [await suite('all', [], chosen.length > 0 ? chosen : ['--exclude', '**/*.samba.test.ts'])]
if (chosen.length === 0) parts.push(await suite('active-directory', ['bash', join(root, 'test/support/in-namespace.sh')], ['.samba.test.ts']))
const secondTries = readFileSync(unsteady, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as string)
rmSync(reports, { recursive: true, force: true })

const total = parts.reduce((sum, { counts }) => ({
  passed: sum.passed + counts.passed, failed: sum.failed + counts.failed, skipped: sum.skipped + counts.skipped,
}), { passed: 0, failed: 0, skipped: 0 })
for (const test of secondTries) console.log(`\nPassed only at the second try, look into it: ${test}`)
for (const failure of parts.flatMap(({ failures }) => failures)) console.log(`\nFailed: ${failure}`)
console.log(`\n${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`)
process.exitCode = parts.every(({ code }) => code === 0) && total.passed > 0 ? 0 : 1
