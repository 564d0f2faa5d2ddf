import { number } from './shape-run.ts'

/** How many numbers each command of a path takes (SVG 1.1, 8.3); quadratic curves are not used by our drawings. */
const TAKES: Readonly<Record<string, number>> = { M: 2, L: 2, H: 1, V: 1, C: 6, S: 4, A: 7, Z: 0 }

/**
 * The outline of an SVG path as PDF operators (ISO 32000-1, 8.5.2), in the path's own coordinates. Neither painted nor closed beyond what
 * the path says. @throws Error for a command that our drawings do not use.
 */
export function pathOps(path: string): string {
  const ops: string[] = []
  let [x, y, startX, startY] = [0, 0, 0, 0]
  // The second control point of the curve before, which a smooth one mirrors.
  let control = null as [number, number] | null
  const curve = (x1: number, y1: number, x2: number, y2: number, toX: number, toY: number): void => {
    ops.push(`${[x1, y1, x2, y2, toX, toY].map(number).join(' ')} c`)
    ;[x, y, control] = [toX, toY, [x2, y2]]
  }
  const line = (toX: number, toY: number, operator = 'l'): void => {
    ops.push(`${number(toX)} ${number(toY)} ${operator}`)
    ;[x, y, control] = [toX, toY, null]
  }
  for (const { command, values } of segments(path)) {
    const upper = command.toUpperCase()
    const [baseX, baseY] = command === upper ? [0, 0] : [x, y]
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0] = values
    switch (upper) {
      case 'M':
        line(baseX + a, baseY + b, 'm')
        ;[startX, startY] = [x, y]
        break
      case 'L': line(baseX + a, baseY + b); break
      case 'H': line(baseX + a, y); break
      case 'V': line(x, baseY + a); break
      case 'C': curve(baseX + a, baseY + b, baseX + c, baseY + d, baseX + e, baseY + f); break
      case 'S': {
        const [x2, y2]: [number, number] = control ?? [x, y]
        curve(2 * x - x2, 2 * y - y2, baseX + a, baseY + b, baseX + c, baseY + d)
        break
      }
      case 'A':
        for (const piece of arcCurves([x, y], { rx: a, ry: b, turn: c, large: d === 1, clockwise: e === 1 }, [baseX + f, baseY + g])) curve(...piece)
        control = null
        break
      default:
        ops.push('h')
        ;[x, y, control] = [startX, startY, null]
    }
  }
  return ops.join(' ')
}

function segments(path: string): { command: string; values: number[] }[] {
  const found: { command: string; values: number[] }[] = []
  for (const [, command = '', rest = ''] of path.matchAll(/([A-Za-z])([^A-Za-z]*)/g)) {
    const takes = TAKES[command.toUpperCase()]
    if (takes === undefined) throw new Error(`A drawing uses the path command "${command}", which is not known here.`)
    // An arc's two flags may stand without a space between them: "0 0112 3".
    const text = takes === 7 ? rest.replaceAll(/(-?[\d.]+)[ ,]+(-?[\d.]+)[ ,]+(-?[\d.]+)[ ,]+([01])[ ,]*([01])[ ,]*(-?[\d.]+)/g, '$1 $2 $3 $4 $5 $6') : rest
    const numbers = (text.match(/-?(?:\d+\.?\d*|\.\d+)/g) ?? []).map(Number)
    if (takes === 0) found.push({ command, values: [] })
    for (let at = 0; takes > 0 && at + takes <= numbers.length; at += takes) {
      // Further pairs behind a "move to" are lines (SVG 1.1, 8.3.2).
      const again = at > 0 && command.toUpperCase() === 'M' ? (command === 'M' ? 'L' : 'l') : command
      found.push({ command: again, values: numbers.slice(at, at + takes) })
    }
  }
  return found
}

type Curve = [x1: number, y1: number, x2: number, y2: number, x: number, y: number]

/** An elliptical arc as cubic curves, none longer than a quarter turn: from end points to centre as in SVG 1.1, appendix F.6. */
function arcCurves(
  [x0, y0]: [number, number], { rx: wide, ry: high, turn, large, clockwise }: { rx: number; ry: number; turn: number; large: boolean; clockwise: boolean }, [x, y]: [number, number],
): Curve[] {
  if (wide === 0 || high === 0 || (x0 === x && y0 === y)) return [[x0, y0, x, y, x, y]]
  const angle = (turn * Math.PI) / 180
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)]
  const [midX, midY] = [(x0 - x) / 2, (y0 - y) / 2]
  const [ownX, ownY] = [cos * midX + sin * midY, cos * midY - sin * midX]
  // Radii that do not reach are grown until they do (F.6.6).
  const grow = Math.max(1, Math.sqrt((ownX / wide) ** 2 + (ownY / high) ** 2))
  const [rx, ry] = [wide * grow, high * grow]
  const free = Math.max(0, (rx * ry) ** 2 - (rx * ownY) ** 2 - (ry * ownX) ** 2) / ((rx * ownY) ** 2 + (ry * ownX) ** 2)
  const side = (large === clockwise ? -1 : 1) * Math.sqrt(free)
  const [centreX, centreY] = [(side * rx * ownY) / ry, (-side * ry * ownX) / rx]
  const from = Math.atan2((ownY - centreY) / ry, (ownX - centreX) / rx)
  let sweep = Math.atan2((-ownY - centreY) / ry, (-ownX - centreX) / rx) - from
  if (clockwise && sweep < 0) sweep += 2 * Math.PI
  if (!clockwise && sweep > 0) sweep -= 2 * Math.PI
  const pieces = Math.max(1, Math.ceil(Math.abs(sweep) / (Math.PI / 2) - 1e-9))
  const step = sweep / pieces
  const reach = (4 / 3) * Math.tan(step / 4)
  const place = (px: number, py: number): [number, number] => {
    const [dx, dy] = [rx * px + centreX, ry * py + centreY]
    return [cos * dx - sin * dy + (x0 + x) / 2, sin * dx + cos * dy + (y0 + y) / 2]
  }
  return Array.from({ length: pieces }, (_, piece) => {
    const [a, b] = [from + piece * step, from + (piece + 1) * step]
    const end = piece === pieces - 1 ? ([x, y] as const) : place(Math.cos(b), Math.sin(b))
    return [
      ...place(Math.cos(a) - reach * Math.sin(a), Math.sin(a) + reach * Math.cos(a)), ...place(Math.cos(b) + reach * Math.sin(b), Math.sin(b) - reach * Math.cos(b)), ...end,
    ]
  })
}
