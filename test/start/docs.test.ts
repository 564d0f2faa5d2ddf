import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { z } from 'zod'
import { configFile } from '../../src/config.ts'
import { commandNames } from '../../src/main.ts'
import { root } from '../commands/run-assent.ts'

const settings = readFileSync(join(root, 'docs', 'settings.md'), 'utf8')
const commands = readFileSync(join(root, 'docs', 'commands.md'), 'utf8')

interface Schema { properties?: Record<string, Schema>; items?: Schema; anyOf?: Schema[]; oneOf?: Schema[]; additionalProperties?: Schema | boolean }

/** Every key a file may hold, as `directories[].mapping.profiles.*.groups`. */
function keysOf(schema: Schema, path = ''): string[] {
  const inner = Object.entries(schema.properties ?? {}).flatMap(([key, value]) => {
    const at = path === '' ? key : `${path}.${key}`
    return [at, ...keysOf(value, at)]
  })
  const more = typeof schema.additionalProperties === 'object' ? keysOf(schema.additionalProperties, `${path}.*`) : []
  return [...inner, ...schema.items ? keysOf(schema.items, `${path}[]`) : [], ...[...schema.anyOf ?? [], ...schema.oneOf ?? []].flatMap((one) => keysOf(one, path)), ...more]
}

/** A key that only groups others has no line of its own. */
const leaves = (keys: string[]): string[] => keys.filter((key) => !keys.some((other) => other.startsWith(`${key}.`)))

const keys = [...new Set(keysOf(z.toJSONSchema(configFile, { io: 'input' }) as Schema))]

it('docs/settings.md tells of every key of the configuration file and of no other', () => {
  expect(keys.length).toBeGreaterThan(40)
  expect(leaves(keys).filter((key) => !settings.includes(`| \`${key}\` |`))).toEqual([])
  const told = [...settings.matchAll(/^\| `([a-z][^`]*)` \|/gm)].map((match) => match[1] ?? '')
  expect(told.filter((key) => !keys.includes(key))).toEqual([])
})

it('docs/settings.md tells of every environment setting that is read', () => {
  const read = [...readFileSync(join(root, 'src', 'config.ts'), 'utf8').matchAll(/env\['(ASSENT_\w+)'\]/g)].map((match) => match[1] ?? '')
  expect(new Set(read).size).toBeGreaterThan(4)
  expect(read.filter((name) => !settings.includes(`| \`${name}\` |`))).toEqual([])
})

it('the whole file of docs/settings.md is accepted and shows every key', () => {
  const example: unknown = parse(/```yaml\n([\s\S]*?)```/.exec(settings)?.[1] ?? '')
  expect(configFile.safeParse(example)).toMatchObject({ success: true })
  const shown = JSON.stringify(example)
  expect(leaves(keys).filter((key) => !shown.includes(`"${key.split('.').at(-1)?.replace('[]', '')}"`))).toEqual([])
})

it('docs/commands.md has a section with an example for every command', () => {
  for (const name of commandNames) expect(commands).toMatch(new RegExp(`^## ${name}\\b[\\s\\S]*?^    npx assent ${name}\\b`, 'm'))
})
