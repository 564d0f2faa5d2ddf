import { UnusableInput } from '../shared/errors.ts'

/** The grounds that `public/assent.css` paints text on; the tests compare the two files. */
export const GROUNDS = {
  light: { page: '#faf9f7', surface: '#ffffff', ink: '#22242a' },
  dark: { page: '#17181b', surface: '#202226', ink: '#eceae6' },
} as const

const BLACK = '#000000'
const WHITE = '#ffffff'
/** A little above the AA limit of 4.5, so that rounding and tints never fall below it. */
const TEXT_CONTRAST = 5.2
/** WCAG 2.2, 1.4.11: the edge of a control against what surrounds it. */
const EDGE_CONTRAST = 3

/** Colours derived from the one colour of a school, all as `#rrggbb`. */
export interface BrandTokens {
  /** The colour as given: piping, crest. */
  brand: string
  onBrand: string
  /** Fill of the main button, its edge (at least 3:1 against the page) and the text on it. */
  action: string
  actionEdge: string
  onAction: string
  /** The colour as text and links: at least 4.5:1 on page, surface and tint. */
  ink: string
  /** A breath of the colour, for the ground of quiet panels. */
  tint: string
}

/**
 * Black or white, whichever reads better on the colour (WCAG contrast). One of them always reaches 4.58:1.
 * @throws UnusableInput when the text is not `#rgb` or `#rrggbb`.
 */
export function readableOn(colour: string): '#000000' | '#ffffff' {
  return contrast(colour, WHITE) >= contrast(colour, BLACK) ? WHITE : BLACK
}

/** WCAG 2.2 contrast ratio of two colours, 1 to 21. */
export function contrast(a: string, b: string): number {
  const [high, low] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number]
  return (high + 0.05) / (low + 0.05)
}

/** What one brand colour becomes on the light and on the dark ground; readable whatever colour a school chose. */
export function brandTokens(colour: string): { light: BrandTokens; dark: BrandTokens } {
  return { light: tokensOn(colour, 'light'), dark: tokensOn(colour, 'dark') }
}

/** The tokens as CSS for a nonce'd `<style>`; only validated hexadecimal colours ever reach it. */
export function brandStyle(colour: string): string {
  const { light, dark } = brandTokens(colour)
  return `:root{${properties(light)}}@media screen and (prefers-color-scheme:dark){:root{${properties(dark)}}}`
}

function tokensOn(colour: string, scheme: 'light' | 'dark'): BrandTokens {
  const ground = GROUNDS[scheme]
  const towards = scheme === 'light' ? BLACK : WHITE
  const brand = toHex(channels(colour))
  const tint = mix(ground.page, brand, 0.09)
  const grounds = [ground.page, ground.surface, tint]
  const ink = shift(brand, towards, (c) => grounds.every((g) => contrast(c, g) >= TEXT_CONTRAST))
  const actionEdge = shift(brand, towards, (c) => contrast(c, ground.page) >= EDGE_CONTRAST)
  // On white a pale school colour keeps its own face behind a darker edge; on the dark ground a deep one would look switched off.
  const action = scheme === 'light' ? brand : actionEdge
  return { brand, onBrand: readableOn(brand), action, actionEdge, onAction: readableOn(action), ink, tint }
}

/** Moves a colour in small steps towards black or white until it passes. */
function shift(colour: string, towards: string, passes: (c: string) => boolean): string {
  for (let share = 0; share < 1; share += 0.02) {
    const moved = mix(colour, towards, share)
    if (passes(moved)) return moved
  }
  return towards
}

function properties(t: BrandTokens): string {
  return `--brand:${t.brand};--on-brand:${t.onBrand};--action:${t.action};--action-edge:${t.actionEdge};--on-action:${t.onAction};--brand-ink:${t.ink};--brand-tint:${t.tint}`
}

function mix(a: string, b: string, share: number): string {
  const other = channels(b)
  return toHex(channels(a).map((value, i) => value + ((other[i] ?? value) - value) * share))
}

function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
    const part = value / 255
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

function channels(colour: string): number[] {
  const short = /^#([0-9a-f])([0-9a-f])([0-9a-f])$/i.exec(colour)
  const full = short ? `#${short.slice(1).map((d) => d + d).join('')}` : colour
  if (!/^#[0-9a-f]{6}$/i.test(full)) {
    throw new UnusableInput({
      what: 'A brand colour must be written like #7a1f3d.',
      remedy: 'Write # and six digits or letters from a to f.',
    })
  }
  return [1, 3, 5].map((at) => Number.parseInt(full.slice(at, at + 2), 16))
}

function toHex(values: number[]): string {
  return `#${values.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('')}`
}
