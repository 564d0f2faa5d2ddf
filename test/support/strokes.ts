/** A name as somebody draws it, in a box of 1000 by 400. */
export const DEMO_STROKES = [Array.from({ length: 40 }, (_, at) => ({ x: 80 + at * 20, y: 200 + ((at * 53) % 120) }))]
