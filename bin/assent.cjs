#!/usr/bin/env node
'use strict'
// Plain CommonJS that any Node can read: finds a Node that is new enough, then starts main (source in the clone, dist in a release).
const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { spawn } = require('node:child_process')
const { pathToFileURL } = require('node:url')

const root = join(__dirname, '..')
const [major, minor] = process.versions.node.split('.').map(Number)
const newEnough = major >= 24 || (major === 22 && minor >= 18)

if (newEnough) startMain()
else startAgainWithOwnNode()

function startMain() {
  // Compiled code is kept beside the packages it comes from: the next start takes half the time. Where that folder is not ours to write, nothing is kept.
  require('node:module').enableCompileCache?.(join(root, 'node_modules', '.cache', 'assent'))
  const source = join(root, 'src', 'main.ts')
  const built = join(root, 'dist', 'src', 'main.js')
  import(pathToFileURL(existsSync(source) ? source : built).href).then(
    (module) => module.main(process.argv.slice(2)),
  ).catch((error) => {
    const missing = error && (error.code === 'ERR_MODULE_NOT_FOUND' || error.code === 'MODULE_NOT_FOUND')
    process.stderr.write(missing
      ? 'Assent could not start: a part of it is not installed. Run "npm ci" in its folder and start it again.\n'
      : `Assent could not start: ${error && error.message ? error.message : error}\n`)
    process.exit(missing ? 2 : 1)
  })
}

function startAgainWithOwnNode() {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(own)) {
    process.stderr.write(`Assent needs Node 24 (or 22.18); this is ${process.version}. Run "npm ci" again with network access, or install Node 24.\n`)
    process.exit(2)
  }
  const child = spawn(own, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Whoever stops this process means the one that does the work.
  for (const signal of ['SIGTERM', 'SIGHUP', 'SIGINT']) process.on(signal, () => child.kill(signal))
  child.once('error', (error) => {
    process.stderr.write(`Assent could not start: ${error.message}\n`)
    process.exit(1)
  })
  child.once('exit', (code) => process.exit(code === null ? 1 : code))
}
