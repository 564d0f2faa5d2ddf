import { appendFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Notes every test that failed and then passed at its second try, for the end of the run: a second try keeps a busy machine from stopping a
 * release, and a race that shows itself one time in a hundred must still be seen by somebody.
 */
export default class UnsteadyReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const file = process.env['ASSENT_TEST_UNSTEADY_FILE']
    if (file === undefined) return
    for (const module of modules) {
      for (const test of module.children.allTests()) {
        if (!test.diagnostic()?.flaky) continue
        const why = test.result().errors?.[0]?.message ?? ''
        appendFileSync(file, `${JSON.stringify(`${module.relativeModuleId}: ${test.fullName}\n    ${why.split('\n', 1)[0]}`)}\n`)
      }
    }
  }
}
