import { createRequire } from 'node:module'
import { believeOnlyIf, IdentityDoubted } from './proven-identity.ts'

/** An element as our checks read it. */
export interface XmlElement {
  readonly namespace: string
  /** Without its prefix. */
  readonly name: string
  /** Attributes without a namespace, by name. */
  readonly attributes: ReadonlyMap<string, string>
  readonly children: readonly XmlElement[]
  /** Its text when it holds text alone; empty when there are elements in it. */
  readonly text: string
}

/** The part of the parser's tree that we look at; its own types would bring those of a browser into the whole project. */
interface ParsedNode {
  nodeType: number
  nodeValue: string | null
  namespaceURI: string | null
  localName: string
  childNodes: ArrayLike<ParsedNode>
  attributes: ArrayLike<{ namespaceURI: string | null; localName: string; nodeName: string; value: string }>
}

interface Parser {
  parseFromString(xml: string, type: string): { documentElement?: ParsedNode | null }
}

// The parser that the library verifies signatures with: two readings of one document are how signatures get wrapped.
const { DOMParser } = createRequire(import.meta.url)('@xmldom/xmldom') as { DOMParser: new (options: object) => Parser }

const ELEMENT = 1
const TEXT = 3

/**
 * Reads a guarded document.
 * @throws IdentityDoubted when it is not well-formed, or holds anything but elements and text.
 */
export function parseXml(xml: string): XmlElement {
  const stop = (): never => { throw new IdentityDoubted('unreadable') }
  const parser = new DOMParser({ errorHandler: { warning: stop, error: stop, fatalError: stop } })
  const root = parseOr(() => parser.parseFromString(xml, 'text/xml').documentElement ?? null)
  believeOnlyIf(root, 'unreadable')
  return elementOf(root)
}

function parseOr(parse: () => ParsedNode | null): ParsedNode | null {
  try {
    return parse()
  } catch {
    throw new IdentityDoubted('unreadable')
  }
}

function elementOf(node: ParsedNode): XmlElement {
  const children: XmlElement[] = []
  let text = ''
  for (const child of Array.from(node.childNodes)) {
    if (child.nodeType === ELEMENT) children.push(elementOf(child))
    else if (child.nodeType === TEXT) text += child.nodeValue ?? ''
  }
  const attributes = new Map<string, string>()
  for (const { namespaceURI, localName, nodeName, value } of Array.from(node.attributes)) {
    if (!namespaceURI && !nodeName.includes(':')) attributes.set(localName ?? nodeName, value)
  }
  return { namespace: node.namespaceURI ?? '', name: node.localName, attributes, children, text: children.length > 0 ? '' : text }
}

/** Children of that name, in their order. */
export function childrenOf(element: XmlElement, namespace: string, name: string): XmlElement[] {
  return element.children.filter((child) => child.namespace === namespace && child.name === name)
}

/** The child of that name, null when there is none or more than one. */
export function onlyChild(element: XmlElement, namespace: string, name: string): XmlElement | null {
  const found = childrenOf(element, namespace, name)
  return found.length === 1 ? found[0] ?? null : null
}

/** The element and everything in it, parents before children. */
export function* everything(element: XmlElement, parent: XmlElement | null = null): Generator<{ element: XmlElement; parent: XmlElement | null }> {
  yield { element, parent }
  for (const child of element.children) yield* everything(child, element)
}
