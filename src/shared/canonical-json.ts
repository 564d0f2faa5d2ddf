const DEEPEST = 64

/**
 * One text per value, whatever order its keys were set in: keys sorted by UTF-16 code unit, no white space (as RFC 8785).
 * Stricter than that RFC: numbers must be whole and safe, so that no language prints them in another way. Members that are
 * `undefined` are left out. `JSON.parse` gives the value back.
 * @throws TypeError naming the place of a value that has no such text (fractions, dates, buffers, maps, class instances).
 */
export function canonicalJson(value: unknown): string {
  return write(value, '$', 0)
}

function write(value: unknown, place: string, depth: number): string {
  if (value === null) return 'null'
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value)
    case 'boolean':
      return value ? 'true' : 'false'
    case 'number':
      if (!Number.isSafeInteger(value)) throw new TypeError(`${place} is not a whole number: write it as text`)
      return String(value === 0 ? 0 : value)
    case 'object':
      if (depth >= DEEPEST) throw new TypeError(`${place} is nested more than ${DEEPEST} deep`)
      return Array.isArray(value) ? writeArray(value, place, depth) : writeObject(value, place, depth)
    default:
      throw new TypeError(`${place} is a ${typeof value}, which has no canonical text`)
  }
}

function writeArray(items: readonly unknown[], place: string, depth: number): string {
  // Array.from, because `map` would pass over holes and join would print them as nothing.
  return `[${Array.from(items, (item, n) => write(item, `${place}[${n}]`, depth + 1)).join(',')}]`
}

function writeObject(value: object, place: string, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) throw new TypeError(`${place} is not a plain object`)
  const members: string[] = []
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key]
    if (member !== undefined) members.push(`${JSON.stringify(key)}:${write(member, `${place}.${key}`, depth + 1)}`)
  }
  return `{${members.join(',')}}`
}
