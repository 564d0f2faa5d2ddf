import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { loadConfig } from '../config.ts'
import { buildDemo, demoConfigFile, demoDirectorySettings, inventDemo } from '../demo/build-demo.ts'
import { freshDemoFolder } from '../demo/demo-folder.ts'
import { openServices } from '../open-services.ts'
import { type Command, parse, wholeNumber } from './command.ts'
import { assertPortFree, close, listen, untilStopped } from './serve.ts'

const usage = 'demo [--port N] [--data DIR] [--people N]'

export const demoCommand: Command = {
  name: 'demo',
  usage,
  summary: 'The demo trust afresh: loopback only, pick a person, see every mail.',
  async run(argv, out) {
    const { values } = parse(argv, { port: { type: 'string' }, data: { type: 'string' }, people: { type: 'string' } }, usage)
    const port = wholeNumber(values.port, '--port', { least: 1, most: 65_535 }) ?? 3000
    const people = wholeNumber(values.people, '--people', { least: 20, most: 5000 }) ?? 600
    await assertPortFree('127.0.0.1', port)
    const dataDir = resolve(values.data ?? './demo-data')
    freshDemoFolder(dataDir)
    const trust = inventDemo(Date.now(), people)
    const base = loadConfig({}, { demo: true, dataDir, port })
    const config = Object.freeze({ ...base, trust: { name: trust.trust.name, label: 'trust' }, directories: [demoDirectorySettings(trust)] })
    const services = await openServices(config, { migrate: true, testSeal: true, actor: 'os:demo' })
    try {
      const demo = await buildDemo(services, trust, dataDir, (text) => out.line(text))
      // For the command line beside it: ASSENT_DATA_DIR and ASSENT_CONFIG point here.
      writeFileSync(join(dataDir, 'assent.json'), `${JSON.stringify(demoConfigFile(trust, demo), null, 2)}\n`, { mode: 0o600 })
      const server = await listen(services, demo)
      const stopped = untilStopped()
      services.worker.start()
      const address = `http://127.0.0.1:${config.port}`
      out.answer({ ready: address }, `Assent demo ready at ${address}`)
      await stopped
      await close(server)
      return 0
    } finally {
      await services.worker.stop()
      await services.db.close()
    }
  },
}
