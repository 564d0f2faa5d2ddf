import { type Document, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { UnusableInput } from '../../shared/errors.ts'

/** A file cut in two: settings between `---`, Markdown behind them. */
export interface FrontMatter<T> {
  readonly settings: T
  /** What follows the settings. */
  readonly markdown: string
  /** Line of the file at which the Markdown begins, counted from 1. */
  readonly bodyStart: number
  /** The line of the setting at this path, or of the nearest one around it. */
  readonly line: (path: PropertyKey[]) => number
}

/**
 * Reads the settings of a file and the Markdown behind them.
 * @param name how to call the file in messages; lines are counted from 1.
 * @throws UnusableInput with `where` as `name:line`, listing every problem of the settings at once.
 */
export function readFrontMatter<Schema extends z.ZodType>(text: string, name: string, schema: Schema): FrontMatter<z.infer<Schema>> {
  const lines = text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n').split('\n')
  const end = lines.indexOf('---', 1)
  if (lines[0] !== '---' || end < 0) {
    throw frontMatterProblem(name, 1, 'The file does not begin with front matter.', 'Begin with a line "---", then the settings, then a second line "---".')
  }
  const counter = new LineCounter()
  // The opening line is kept as an empty one, so that the counter's lines are those of the file.
  const yaml = parseDocument(['', ...lines.slice(1, end)].join('\n'), { lineCounter: counter })
  const broken = yaml.errors[0]
  if (broken) {
    const line = counter.linePos(broken.pos[0]).line
    throw frontMatterProblem(name, line, 'The front matter is not valid YAML.', `Mend this line: ${broken.message.split('\n')[0] ?? ''}`)
  }
  const parsed = schema.safeParse(yaml.toJS())
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => ({ line: lineOf(yaml, counter, issue.path), text: `${issue.path.join('.') || 'front matter'}: ${issue.message}` }))
    throw frontMatterProblem(name, issues[0]?.line ?? 1, 'The front matter has values that cannot be used.', issues.map((issue) => `Line ${issue.line}, ${issue.text}.`).join(' '))
  }
  return {
    settings: parsed.data,
    markdown: `${lines.slice(end + 1).join('\n').trim()}\n`,
    bodyStart: end + 2 + lines.slice(end + 1).findIndex((line) => line.trim() !== ''),
    line: (path) => lineOf(yaml, counter, path),
  }
}

/** What is wrong with a file at a line. */
export function frontMatterProblem(name: string, line: number, what: string, remedy: string): UnusableInput {
  return new UnusableInput({ what, where: `${name}:${line}`, remedy })
}

function lineOf(yaml: Document.Parsed, counter: LineCounter, path: readonly PropertyKey[]): number {
  for (let depth = path.length; depth > 0; depth--) {
    const node = yaml.getIn(path.slice(0, depth), true)
    const range = typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range) ? node.range : null
    if (range && typeof range[0] === 'number') return counter.linePos(range[0]).line
  }
  return 2
}
