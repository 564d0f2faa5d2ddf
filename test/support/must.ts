/** What a test has just made is there. @throws Error otherwise. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new Error('Nothing is there')
  return value
}
