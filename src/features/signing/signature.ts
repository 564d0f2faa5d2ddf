import type { Instant } from '../../shared/dates.ts'
import type { Slot } from '../agreements/requirement.ts'
import type { Assurance, Circumstance } from './circumstance.ts'

export type SigningMethod = 'typed' | 'drawn' | 'clicked' | 'witnessed-mark' | 'paper'

/** Strokes in a box of 1000 x 400, whole numbers. */
export type Strokes = { x: number; y: number }[][]

/** What the record needs to be made again from nothing but itself (S2, D3). Names are those at signing (P5). */
export interface Evidence {
  slot: Slot
  act: 'sign' | 'acknowledge'
  subjectName: string
  signerName: string
  /** "Pupil", "Parent or carer of ...", "Member of staff". */
  capacity: string
  relationship: string | null
  schoolName: string
  statement: string
  typed: string | null
  drawn: Strokes | null
  language: string
  variant: string
  agreementKey: string
  versionNumber: number
  /** How sure we are who it was. */
  assurance: Assurance
  occasion: string
  /** Address of the public page that answers for references, without the reference; absent in signatures of before. */
  verifyAt?: string
  /** Friendly questions answered before signing, as shown; absent where none was. Kept, never counted. */
  understanding?: readonly { ask: string; answer: string }[]
  /** Optional questions answered in the same sitting, as they were asked (G5); absent where none was. English where no language is named. */
  choices?: readonly { key: string; title: string; question: string; version: number; answer: 'yes' | 'no'; language?: string }[]
  /** Whose help or witness it took; absent when the signer did it alone. */
  circumstance?: Circumstance
}

/** What the holder of one slot did. */
export interface Signature {
  id: string
  signatoryId: string
  requestId: string
  active: boolean
  /** Whom it is about. */
  subjectId: string
  /** Who signed. */
  signerId: string
  /** Who acted at the keyboard (S3): the signer, unless on behalf. */
  actor: string
  method: SigningMethod
  signedAt: Instant
  renditionHash: string
  evidence: Evidence
  formKey: string
  sealState: 'pending' | 'sealed' | 'failed'
  endedKind: 'withdrawn' | 'invalidated' | null
}

const BOX = { width: 1000, height: 400 }
const LONGEST_DRAWING = 4000

/**
 * Reads a drawing as the page sends it: JSON of strokes. Coordinates are brought into the box.
 * A dot or a line too short to be a signature is refused, so that a slip of the finger does not sign.
 */
export function parseStrokes(text: string): { ok: true; strokes: Strokes } | { ok: false; reason: string } {
  let raw: unknown
  try {
    raw = JSON.parse(text)
  } catch {
    return { ok: false, reason: 'The drawing could not be read. Please draw it again, or type your name.' }
  }
  if (!Array.isArray(raw)) return { ok: false, reason: 'The drawing could not be read. Please draw it again, or type your name.' }
  const strokes: Strokes = []
  let points = 0
  let length = 0
  for (const stroke of raw) {
    if (!Array.isArray(stroke)) continue
    const line: { x: number; y: number }[] = []
    for (const point of stroke) {
      const { x, y } = (point ?? {}) as { x?: unknown; y?: unknown }
      if (typeof x !== 'number' || typeof y !== 'number' || !Number.isFinite(x) || !Number.isFinite(y)) continue
      const next = { x: clamp(x, BOX.width), y: clamp(y, BOX.height) }
      const last = line.at(-1)
      if (last) length += Math.hypot(next.x - last.x, next.y - last.y)
      line.push(next)
      points += 1
    }
    if (line.length > 0) strokes.push(line)
  }
  if (points > LONGEST_DRAWING) return { ok: false, reason: 'The drawing is too long to keep. Please clear it and draw it once.' }
  if (points < 3 || length < 60) return { ok: false, reason: 'That looks like a dot. Please draw your name or mark, or type it.' }
  return { ok: true, strokes }
}

const clamp = (value: number, max: number): number => Math.min(max, Math.max(0, Math.round(value)))
