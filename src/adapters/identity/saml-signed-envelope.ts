import { createRequire } from 'node:module'
import { SignedXml } from 'xml-crypto'
import { believeOnlyIf, IdentityDoubted } from './proven-identity.ts'
import { DSIG } from './saml-names.ts'
import { parseXml, type XmlElement } from './xml-tree.ts'

interface Parsed { documentElement: { childNodes: ArrayLike<{ namespaceURI?: string | null; localName?: string }> } }

const { DOMParser } = createRequire(import.meta.url)('@xmldom/xmldom') as { DOMParser: new () => { parseFromString(xml: string, type: string): Parsed } }

/**
 * The response as the provider signed it: for a statement that is encrypted the library would decrypt by itself, with algorithms that we refuse, so the
 * envelope's signature is verified here (the same `xml-crypto` underneath). Where it stands and what it is made of was looked at before.
 * @returns the signed bytes, read; nothing else of the message counts then.
 * @throws IdentityDoubted `signature` when no certificate verifies it.
 */
export function signedEnvelope(xml: string, certificates: readonly string[]): XmlElement {
  const signature = Array.from(new DOMParser().parseFromString(xml, 'text/xml').documentElement.childNodes)
    .find((node) => node.namespaceURI === DSIG && node.localName === 'Signature')
  believeOnlyIf(signature, 'signature')
  for (const publicCert of certificates) {
    const [signed, ...more] = verified(xml, signature, publicCert)
    if (signed !== undefined && more.length === 0) return parseXml(signed)
  }
  throw new IdentityDoubted('signature')
}

function verified(xml: string, signature: unknown, publicCert: string): readonly string[] {
  try {
    const checker = new SignedXml({ publicCert })
    checker.loadSignature(signature as never)
    // End of line is the reader's to normalise (XML 1.0, 2.11).
    return checker.checkSignature(xml.replace(/\r\n?/g, '\n')) ? checker.getSignedReferences() : []
  } catch {
    return []
  }
}
