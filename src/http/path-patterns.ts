/** True when a path is one of these: written out, or with `:name` for one part of it. */
export function pathMatcher(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map((pattern) => new RegExp(`^${pattern.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : escaped(part))).join('/')}$`))
  return (path) => tests.some((test) => test.test(path))
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
