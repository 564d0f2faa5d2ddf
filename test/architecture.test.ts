import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

/** The features in order: each imports only those before it. */
const ORDER = ['audit', 'schools', 'people', 'identity', 'messages', 'accounts', 'roster', 'agreements', 'issuing', 'signing', 'classes', 'paper', 'visits', 'guests', 'incidents', 'reports', 'machines', 'privacy']

const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts')).map((name) => join(src, name))

interface Import { from: string; to: string }

const imports: Import[] = files.flatMap((from) => [...readFileSync(from, 'utf8').matchAll(/^(?:import|export)\s+[^'"]*?from\s+'(\.[^']+)'/gms)]
  .map((match) => ({ from, to: resolve(dirname(from), match[1] as string) })))

const place = (file: string): string => relative(src, file)
const featureOf = (file: string): string | null => /^features\/([^/]+)\//.exec(place(file))?.[1] ?? null
const layerOf = (file: string): string => place(file).split('/')[0] as string

/** Text without comments and strings of prose, for looking at words of code. */
const code = (file: string): string => readFileSync(file, 'utf8').replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1')

describe('the house', () => {
  it('is being looked at', () => {
    expect(files.length).toBeGreaterThan(100)
    expect(imports.length).toBeGreaterThan(300)
  })

  it('features import only features before them', () => {
    const upward = imports.filter(({ from, to }) => {
      const [a, b] = [featureOf(from), featureOf(to)]
      return a && b && a !== b && ORDER.indexOf(b) > ORDER.indexOf(a)
    })
    expect(upward.map(({ from, to }) => `${place(from)} -> ${place(to)}`)).toEqual([])
  })

  it('every feature has its place in the order', () => {
    const known = readdirSync(join(src, 'features'))
    expect(known.filter((name) => !ORDER.includes(name))).toEqual([])
  })

  it('has no import cycles', () => {
    const graph = new Map<string, string[]>()
    for (const { from, to } of imports) graph.set(from, [...graph.get(from) ?? [], to])
    expect(cycles(graph).map((cycle) => cycle.map(place).join(' -> '))).toEqual([])
  })

  it('http and db know no feature; adapters and shared know neither', () => {
    const wrong = imports.filter(({ from, to }) => {
      const [a, b] = [layerOf(from), layerOf(to)]
      if (a === 'http' || a === 'db') return b === 'features'
      if (a === 'adapters') return b === 'features' || b === 'http'
      return a === 'shared' && b !== 'shared'
    })
    expect(wrong.map(({ from, to }) => `${place(from)} -> ${place(to)}`)).toEqual([])
  })

  it('only the demo, the app and the commands know the demo', () => {
    const wrong = imports.filter(({ from, to }) => layerOf(to) === 'demo' && !['demo', 'commands', 'app.ts'].includes(layerOf(from)))
    expect(wrong.map(({ from, to }) => `${place(from)} -> ${place(to)}`)).toEqual([])
  })

  it('only config.ts reads the environment', () => {
    const readers = files.filter((file) => /process\.env\b/.test(code(file)) && place(file) !== 'config.ts' && place(file) !== 'commands/command.ts')
    expect(readers.map(place)).toEqual([])
    // The command line hands the environment over and looks at nothing in it.
    expect(code(join(src, 'commands/command.ts')).match(/process\.env[.[]/g)).toBeNull()
  })

  it('only db/ speaks of the databases by name', () => {
    const speakers = files.filter((file) => layerOf(file) !== 'db' && /\b(sqlite|mysql2?|mariadb|libsql)\b/i.test(code(file)))
    expect(speakers.map(place)).toEqual([])
  })

  it('only db/ makes a connection', () => {
    const users = files.filter((file) => /^import (?!type )[^\n]*from '(knex|mysql2)/m.test(code(file)) && layerOf(file) !== 'db')
    expect(users.map(place)).toEqual([])
  })

  it('no template reads a variable called "none": to Nunjucks that word is null, whatever the page gives', () => {
    const templates = readdirSync(join(root, 'templates'), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.njk'))
    const tags = (name: string) => [...readFileSync(join(root, 'templates', name), 'utf8').replace(/{#[\s\S]*?#}/g, '').matchAll(/{[{%][\s\S]*?[}%]}/g)].map(([tag]) => tag.replace(/"[^"]*"|'[^']*'/g, '""'))
    expect(templates.filter((name) => tags(name).some((tag) => /(?<![.\w-])none\b(?!\s*:)/.test(tag)))).toEqual([])
  })

  it('no file is longer than 300 lines, and few are long', () => {
    const lengths = files.map((file) => ({ file: place(file), lines: readFileSync(file, 'utf8').split('\n').length - 1 }))
    expect(lengths.filter(({ lines }) => lines > 300)).toEqual([])
    const sorted = lengths.map(({ lines }) => lines).sort((a, b) => a - b)
    expect(sorted[Math.floor(sorted.length / 2)]).toBeLessThanOrEqual(80)
    expect(sorted[Math.floor(sorted.length * 0.95)]).toBeLessThanOrEqual(220)
  })
})

function cycles(graph: Map<string, string[]>): string[][] {
  const state = new Map<string, 'open' | 'done'>()
  const found: string[][] = []
  const visit = (file: string, path: string[]): void => {
    if (state.get(file) === 'done') return
    if (state.get(file) === 'open') {
      found.push([...path.slice(path.indexOf(file)), file])
      return
    }
    state.set(file, 'open')
    for (const next of graph.get(file) ?? []) visit(next, [...path, file])
    state.set(file, 'done')
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}
