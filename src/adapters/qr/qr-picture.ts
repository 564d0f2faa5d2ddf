import { qrModules } from './qr-modules.ts'

/** Light modules around the code, as readers need them (ISO/IEC 18004). */
const QUIET = 4

/** A QR code as the address of a picture (`data:`), black on white. */
export function qrPicture(text: string): string {
  const { size, runs } = qrModules(text)
  const side = size + 2 * QUIET
  // One stroke for each run of dark modules: a fraction of one square each.
  const path = runs.map(({ row, column, length }) => `M${column + QUIET} ${row + QUIET}.5h${length}`).join('')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${side} ${side}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${side}v${side}H0z"/><path stroke="#000" d="${path}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
