/** The look of every page, in points (A4, origin bottom left). Calm: one ink, one accent, much air. */
export const PAGE = { width: 595, height: 842, left: 68, right: 527, top: 756, bottom: 84 } as const

/** Width of the text column. */
export const COLUMN = PAGE.right - PAGE.left

/** Fill colours as PDF operators; every text colour keeps at least 4.5:1 on white. */
export const INK = '0.11 0.13 0.17 rg'
export const QUIET = '0.36 0.39 0.44 rg'
/** Stroke colours. */
export const HAIRLINE = '0.83 0.85 0.87 RG'
export const ACCENT_LINE = '0.06 0.33 0.38 RG'
/** The light ground inside a symbol: 16 % of the accent on white. */
export const SYMBOL_GROUND = '0.85 0.893 0.901 rg'
/** A pale ground behind the signature. */
export const GROUND = '0.955 0.965 0.965 rg'

/** Sizes in points. Pupils up to Year 6 read larger. */
export function textSizes(young: boolean): { title: number; h2: number; h3: number; body: number; small: number; leading: number } {
  return young
    ? { title: 25, h2: 17, h3: 14.5, body: 13.5, small: 9, leading: 1.5 }
    : { title: 23, h2: 14.5, h3: 12, body: 11, small: 8.5, leading: 1.48 }
}
