/** At most 900 values per statement keeps both databases quick. */
export function* chunks<T>(values: readonly T[], size = 900): Iterable<T[]> {
  for (let from = 0; from < values.length; from += size) yield values.slice(from, from + size)
}
