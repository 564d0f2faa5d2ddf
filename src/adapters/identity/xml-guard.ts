import { believeOnlyIf } from './proven-identity.ts'

/** What a document may be before anything parses it. */
export interface XmlLimits {
  /** Characters of the document. */
  characters: number
  elements: number
  depth: number
  /** All attributes together, namespaces included. */
  attributes: number
  /** Comments may split a value into two nodes, so messages may hold none; metadata written by hand may. */
  comments: boolean
}

/** A school's response is 6 to 20 kB and has some 60 elements; 150 groups make 150 more. */
export const MESSAGE_LIMITS: XmlLimits = { characters: 36_000, elements: 400, depth: 24, attributes: 1_200, comments: false }
/** Entra's metadata names every claim it knows. */
export const METADATA_LIMITS: XmlLimits = { characters: 512_000, elements: 4_000, depth: 24, attributes: 12_000, comments: true }

const MOST_BASE64 = 48_000

/**
 * The text of a message that came as base64.
 * @throws IdentityDoubted when it is too large, not base64, or not UTF-8.
 */
export function decodeMessage(base64: string): string {
  believeOnlyIf(base64.length <= MOST_BASE64, 'too-large')
  return textOf(bytesOfBase64(base64))
}

/** @throws IdentityDoubted when a character does not belong. */
export function bytesOfBase64(base64: string): Buffer {
  const packed = base64.replace(/[\r\n\t ]/g, '')
  believeOnlyIf(packed.length > 0 && packed.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(packed), 'unreadable')
  return Buffer.from(packed, 'base64')
}

/** @throws IdentityDoubted when the bytes are not UTF-8: one reading only (ASVS 1.5.3). */
export function textOf(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return believeNothing()
  }
}

const believeNothing = (): never => {
  believeOnlyIf(false, 'unreadable')
  throw new Error('unreachable')
}

/**
 * Looks over a document once, from left to right, before any parser does: the cost of a hostile one is a millisecond. Stops document
 * types (entities), processing instructions, CDATA, comments, more than one root, and whatever is too large, wide or deep:
 * sorting the nodes of a wide document once kept the library busy for 12 seconds.
 * @throws IdentityDoubted naming the kind of problem.
 */
export function guardXml(xml: string, limits: XmlLimits): void {
  believeOnlyIf(xml.length <= limits.characters, 'too-large')
  // Every other entity would have to be declared; control characters have no place in XML 1.0.
  believeOnlyIf(!/&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)/.test(xml), 'forbidden-markup')
  believeOnlyIf(!/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(xml), 'unreadable')
  const seen = { elements: 0, attributes: 0, depth: 0, roots: 0 }
  let at = afterDeclaration(xml)
  while (at < xml.length) {
    const tag = xml.indexOf('<', at)
    if (seen.depth === 0) believeOnlyIf(xml.slice(at, tag < 0 ? xml.length : tag).trim() === '', 'structure')
    if (tag < 0) break
    at = afterTag(xml, tag, limits, seen)
  }
  believeOnlyIf(seen.depth === 0 && seen.roots === 1, 'structure')
}

function afterDeclaration(xml: string): number {
  const declaration = /^<\?xml\s[^<>?]*\?>/.exec(xml)?.[0] ?? ''
  const encoding = /encoding\s*=\s*["']([^"']*)["']/.exec(declaration)?.[1]
  believeOnlyIf(encoding === undefined || encoding.toLowerCase() === 'utf-8', 'unreadable')
  return declaration.length
}

function afterTag(xml: string, tag: number, limits: XmlLimits, seen: { elements: number; attributes: number; depth: number; roots: number }): number {
  const next = xml[tag + 1] ?? ''
  if (next === '!' && limits.comments && xml.startsWith('<!--', tag)) {
    const end = xml.indexOf('-->', tag + 4)
    believeOnlyIf(end > 0, 'structure')
    return end + 3
  }
  believeOnlyIf(next !== '!' && next !== '?', 'forbidden-markup')
  if (next === '/') {
    const end = xml.indexOf('>', tag)
    seen.depth -= 1
    believeOnlyIf(end > 0 && seen.depth >= 0, 'structure')
    return end + 1
  }
  if (seen.depth === 0) seen.roots += 1
  seen.elements += 1
  seen.depth += 1
  believeOnlyIf(seen.elements <= limits.elements && seen.depth <= limits.depth, 'too-large')
  return afterStart(xml, tag, limits, seen)
}

/** To the end of a start tag; what stands in quotes is an attribute's value and may hold a ">". */
function afterStart(xml: string, tag: number, limits: XmlLimits, seen: { attributes: number; depth: number }): number {
  for (let at = tag + 1; at < xml.length; at += 1) {
    const character = xml[at]
    believeOnlyIf(character !== '<', 'structure')
    if (character === '"' || character === "'") {
      const end = xml.indexOf(character, at + 1)
      believeOnlyIf(end > 0 && !xml.slice(at, end).includes('<'), 'structure')
      seen.attributes += 1
      believeOnlyIf(seen.attributes <= limits.attributes, 'too-large')
      at = end
    } else if (character === '>') {
      if (xml[at - 1] === '/') seen.depth -= 1
      return at + 1
    }
  }
  return believeNothing()
}
