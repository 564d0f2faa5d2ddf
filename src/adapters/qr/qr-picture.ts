import encodeQR from 'qr'

/** Light modules around the code, as readers need them (ISO/IEC 18004). */
const QUIET = 4

/** A QR code as the address of a picture (`data:`), black on white. */
export function qrPicture(text: string): string {
  const rows = encodeQR(text, 'raw', { border: QUIET })
  // One stroke for each run of dark modules: a fraction of one square each.
  const path = rows.flatMap((row, y) => [...row.map((dark) => (dark ? '1' : '0')).join('').matchAll(/1+/g)].map((run) => `M${run.index} ${y}.5h${run[0].length}`)).join('')
  const size = rows.length
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/><path stroke="#000" d="${path}"/></svg>`
  return `data:image/svg+xml,${encodeURIComponent(svg)}`
}
