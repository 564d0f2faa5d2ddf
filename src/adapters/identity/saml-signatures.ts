import { believeOnlyIf } from './proven-identity.ts'
import { DSIG } from './saml-names.ts'
import { childrenOf, everything, onlyChild, type XmlElement } from './xml-tree.ts'

const SIGNATURES = new Set([
  'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha512', 'http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1',
])
const DIGESTS = new Set(['http://www.w3.org/2001/04/xmlenc#sha256', 'http://www.w3.org/2001/04/xmlenc#sha512'])
const SHA1_SIGNATURE = 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'
const SHA1_DIGEST = 'http://www.w3.org/2000/09/xmldsig#sha1'
const EXCLUSIVE = 'http://www.w3.org/2001/10/xml-exc-c14n#'
const ENVELOPED = 'http://www.w3.org/2000/09/xmldsig#enveloped-signature'

/**
 * What the library leaves open about the signatures of a message: where they stand, what they may be made of, and with which
 * algorithms. Whether they are right is the library's work.
 * @param signers elements that may carry a signature, each of itself.
 * @returns whether SHA-1 was met, which only `allowSha1` lets through.
 * @throws IdentityDoubted `structure` or `algorithm`.
 */
export function checkSignatures(root: XmlElement, signers: readonly XmlElement[], allowSha1: boolean): { sha1: boolean } {
  checkIds(root)
  let sha1 = false
  for (const { element, parent } of everything(root)) {
    if (element.namespace !== DSIG || element.name !== 'Signature') continue
    believeOnlyIf(parent !== null && signers.includes(parent) && childrenOf(parent, DSIG, 'Signature').length === 1, 'structure')
    if (usesSha1(element, parent.attributes.get('ID') ?? '')) {
      believeOnlyIf(allowSha1, 'algorithm')
      sha1 = true
    }
  }
  return { sha1 }
}

/** One identifier, one element: a signature names its element by it. */
function checkIds(root: XmlElement): void {
  const seen = new Set<string>()
  for (const { element } of everything(root)) {
    for (const name of ['ID', 'Id', 'id', 'AssertionID', 'ResponseID']) {
      const id = element.attributes.get(name)
      if (id === undefined) continue
      believeOnlyIf(id !== '' && !seen.has(id), 'structure')
      seen.add(id)
    }
  }
}

function usesSha1(signature: XmlElement, id: string): boolean {
  const [info, value] = [onlyChild(signature, DSIG, 'SignedInfo'), onlyChild(signature, DSIG, 'SignatureValue')]
  const known = new Set(['SignedInfo', 'SignatureValue', 'KeyInfo'])
  believeOnlyIf(info && value && value.text.trim() !== '' && childrenOf(signature, DSIG, 'KeyInfo').length <= 1
    && signature.children.every((child) => child.namespace === DSIG && known.has(child.name)), 'structure')
  const [canonical, method, reference] = ['CanonicalizationMethod', 'SignatureMethod', 'Reference'].map((name) => onlyChild(info, DSIG, name))
  believeOnlyIf(canonical && method && reference && info.children.length === 3, 'structure')
  believeOnlyIf(algorithmOf(canonical) === EXCLUSIVE, 'algorithm')
  believeOnlyIf(reference.attributes.get('URI') === `#${id}` && id !== '', 'structure')
  const [transforms, digest, digestValue] = ['Transforms', 'DigestMethod', 'DigestValue'].map((name) => onlyChild(reference, DSIG, name))
  believeOnlyIf(transforms && digest && digestValue && digestValue.text.trim() !== '' && reference.children.length === 3, 'structure')
  const steps = childrenOf(transforms, DSIG, 'Transform').map(algorithmOf)
  believeOnlyIf(steps.length === transforms.children.length && steps[0] === ENVELOPED && steps[1] === EXCLUSIVE && steps.length === 2, 'algorithm')
  const [signedWith, digestedWith] = [algorithmOf(method), algorithmOf(digest)]
  const sha1 = signedWith === SHA1_SIGNATURE || digestedWith === SHA1_DIGEST
  believeOnlyIf((SIGNATURES.has(signedWith) || signedWith === SHA1_SIGNATURE) && (DIGESTS.has(digestedWith) || digestedWith === SHA1_DIGEST), 'algorithm')
  return sha1
}

const algorithmOf = (element: XmlElement): string => element.attributes.get('Algorithm') ?? ''
