#!/usr/bin/env node
'use strict'
// Plain CommonJS that any Node can read: finds a Node that is new enough, then starts main (source in the clone, dist in a release).
const { existsSync } = require('node:fs')
const { join } = require('node:path')
const { spawnSync } = require('node:child_process')
const { pathToFileURL } = require('node:url')

const root = join(__dirname, '..')
const major = Number(process.versions.node.split('.')[0])
const minor = Number(process.versions.node.split('.')[1])
const newEnough = major >= 24 || (major === 22 && minor >= 18)

if (!newEnough) {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(own)) {
    process.stderr.write(`Assent needs Node 24 (or 22.18); this is ${process.version}. Run "npm ci" again with network access, or install Node 24.\n`)
    process.exit(2)
  }
  const done = spawnSync(own, [__filename, ...process.argv.slice(2)], { stdio: 'inherit' })
  process.exit(done.status === null ? 1 : done.status)
} else {
  const source = join(root, 'src', 'main.ts')
  const built = join(root, 'dist', 'src', 'main.js')
  import(pathToFileURL(existsSync(source) ? source : built).href).then(
    (module) => module.main(process.argv.slice(2)),
  ).catch((error) => {
    process.stderr.write(`Assent could not start: ${error && error.message ? error.message : error}\n`)
    process.exit(1)
  })
}
