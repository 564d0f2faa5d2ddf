import { runStrategy } from './run-strategy.ts'
import { METADATA, REDIRECT, SAMLP } from './saml-names.ts'
import { samlStrategy, type SamlTrust, type ServiceAddresses } from './saml-strategy.ts'

/**
 * Where a browser is sent to sign in at a SAML provider, with our request in the address.
 * @throws Error when the provider's settings cannot be used.
 */
export async function samlSignInUrl(trust: SamlTrust, us: ServiceAddresses, requestId: string): Promise<string> {
  const outcome = await runStrategy(samlStrategy(trust, us, new Map(), requestId), { body: {}, query: {} }, { samlFallback: 'login-request' })
  if (outcome.kind !== 'redirect') throw new Error('No request could be made for this identity provider.')
  return outcome.url
}

/** What an identity provider has to know of us, as SAML metadata. The library's would offer signing out by POST, which we do not take. */
export function serviceMetadata(us: ServiceAddresses, signed: SamlTrust['signed']): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="${METADATA}" entityID="${us.entityId}">
  <SPSSODescriptor protocolSupportEnumeration="${SAMLP}" AuthnRequestsSigned="false" WantAssertionsSigned="${signed !== 'response'}">
    <SingleLogoutService Binding="${REDIRECT}" Location="${us.logout}"/>
    <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>
    <AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${us.consumer}"/>
  </SPSSODescriptor>
</EntityDescriptor>
`
}
