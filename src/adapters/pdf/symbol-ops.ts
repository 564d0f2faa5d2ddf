import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { ACCENT_LINE, SYMBOL_GROUND } from './page-style.ts'
import { number } from './shape-run.ts'
import { pathOps } from './svg-path.ts'

/** The side of the box that every drawing of `public/symbols.svg` is drawn in. */
const BOX = 64

interface Shape { outline: string; filled: boolean; width: number }

let drawings: ReadonlyMap<string, readonly Shape[]> | null = null

/**
 * A symbol as vector operators: a square of `side` points whose upper left corner is at `x`, `top`; null when there is no such drawing (then the
 * page shows none either). Grounds first and lines over them, so that a plain light colour does what the page does with transparency.
 */
export function symbolOps(name: string, x: number, top: number, side: number): string | null {
  drawings ??= readDrawings(readFileSync(symbolFile(), 'utf8'))
  const shapes = drawings.get(name)
  if (!shapes) return null
  const scale = side / BOX
  const grounds = shapes.filter((shape) => shape.filled).map(({ outline }) => `${outline} f`)
  const lines = shapes.map(({ outline, width }) => `${number(width)} w ${outline} S`)
  return `q ${number(scale)} 0 0 ${number(-scale)} ${number(x)} ${number(top)} cm ${SYMBOL_GROUND} ${ACCENT_LINE} 1 J 1 j ${[...grounds, ...lines].join(' ')} Q `
}

/** The drawings of the file by name. @throws Error for an element or a command that this does not draw. */
export function readDrawings(svg: string): Map<string, Shape[]> {
  const found = new Map<string, Shape[]>()
  for (const [, name = '', inside = ''] of svg.matchAll(/<symbol id="([^"]+)"[^>]*>([\s\S]*?)<\/symbol>/g)) {
    const usual = Number(/<g [^>]*stroke-width="([\d.]+)"/.exec(inside)?.[1] ?? 1)
    const shapes = [...inside.matchAll(/<(\w+)((?:\s[\w-]+="[^"]*")*)\s*\/>/g)].map(([, element = '', text = '']) => {
      const values = Object.fromEntries([...text.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]))
      return { outline: outlineOf(element, values, name), filled: values['fill'] !== undefined && values['fill'] !== 'none', width: Number(values['stroke-width'] ?? usual) }
    })
    found.set(name, shapes)
  }
  return found
}

function outlineOf(element: string, values: Record<string, string>, symbol: string): string {
  const at = (key: string): number => Number(values[key] ?? 0)
  if (element === 'path') return pathOps(values['d'] ?? '')
  if (element === 'circle') {
    const [x, y, r] = [at('cx'), at('cy'), at('r')]
    return pathOps(`M${x - r} ${y}A${r} ${r} 0 0 1 ${x + r} ${y}A${r} ${r} 0 0 1 ${x - r} ${y}Z`)
  }
  if (element === 'rect') {
    const [x, y, wide, high, r] = [at('x'), at('y'), at('width'), at('height'), at('rx')]
    const corner = (toX: number, toY: number) => `a${r} ${r} 0 0 1 ${toX} ${toY}`
    return pathOps(`M${x + r} ${y}h${wide - 2 * r}${corner(r, r)}v${high - 2 * r}${corner(-r, r)}h${2 * r - wide}${corner(-r, -r)}v${2 * r - high}${corner(r, -r)}Z`)
  }
  throw new Error(`The symbol "${symbol}" has an element <${element}>, which is not known here.`)
}

/** `public/` lies beside `src` in the clone and beside `dist` in a release. */
function symbolFile(): string {
  const near = fileURLToPath(new URL('../../../public/symbols.svg', import.meta.url))
  return existsSync(near) ? near : fileURLToPath(new URL('../../../../public/symbols.svg', import.meta.url))
}
