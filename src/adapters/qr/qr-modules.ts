import encodeQR from 'qr'

/**
 * The dark modules of a QR code (ISO/IEC 18004, level M) without the light border around it: row by row, each a run of dark modules by its
 * first column and its length. The one place where codes are made: on screen, on paper and in sealed records. Equal input, equal answer.
 * `mask`: 0 to 7; without it the one that reads best is looked for, which costs a few times the rest.
 */
export function qrModules(text: string, mask?: number): { size: number; runs: { row: number; column: number; length: number }[] } {
  // The package draws at least one light module around; it is taken off again.
  const rows = encodeQR(text, 'raw', { ecc: 'medium', border: 1, ...(mask === undefined ? {} : { mask }) })
  const size = rows.length - 2
  const runs: { row: number; column: number; length: number }[] = []
  for (let row = 0; row < size; row += 1) {
    const modules = rows[row + 1] ?? []
    for (let column = 0; column < size; column += 1) {
      const from = column
      while (column < size && modules[column + 1]) column += 1
      if (column > from) runs.push({ row, column: from, length: column - from })
    }
  }
  return { size, runs }
}
