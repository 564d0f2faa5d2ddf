/**
 * JSON with sorted keys and no white space: equal values give equal bytes (in the manner of RFC 8785). Undefined members are
 * left out; a number that JSON cannot carry, or a value that is not data, throws.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value)
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('Evidence holds a number that is not finite.')
    return JSON.stringify(value)
  }
  if (Array.isArray(value)) {
    let out = '['
    for (const [place, item] of value.entries()) out += (place > 0 ? ',' : '') + canonicalJson(item ?? null)
    return `${out}]`
  }
  if (typeof value === 'object') {
    const members = value as Record<string, unknown>
    let out = ''
    for (const key of sortedKeys(members)) {
      if (members[key] !== undefined) out += `${out ? ',' : ''}${JSON.stringify(key)}:${canonicalJson(members[key])}`
    }
    return `{${out}}`
  }
  throw new TypeError(`Evidence holds a ${typeof value}, which JSON cannot carry.`)
}

/** Many objects are written in order to begin with: every point of a drawing is. */
function sortedKeys(members: object): string[] {
  const keys = Object.keys(members)
  for (let place = 1; place < keys.length; place += 1) if ((keys[place - 1] as string) > (keys[place] as string)) return keys.sort()
  return keys
}
