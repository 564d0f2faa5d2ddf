import { runStrategy } from './run-strategy.ts'
import { DSIG, METADATA, REDIRECT, SAMLP, XENC, XENC11 } from './saml-names.ts'
import { samlStrategy, type NewRequest, type SamlTrust, type ServiceAddresses } from './saml-strategy.ts'

/**
 * Where a browser is sent to sign in at a SAML provider, with our request in the address.
 * @throws Error when the provider's settings cannot be used.
 */
export async function samlSignInUrl(trust: SamlTrust, us: ServiceAddresses, request: NewRequest): Promise<string> {
  const outcome = await runStrategy(samlStrategy(trust, us, new Map(), request), { body: {}, query: {} }, { samlFallback: 'login-request' })
  if (outcome.kind !== 'redirect') throw new Error('No request could be made for this identity provider.')
  return outcome.url
}

/**
 * What an identity provider has to know of us, as SAML metadata. The library's would offer signing out by POST, which we do not take.
 * @param encryption PEM of the certificate to encrypt statements with; null: none is offered. What is encrypted must be signed inside.
 */
export function serviceMetadata(us: ServiceAddresses, signed: SamlTrust['signed'], encryption: string | null = null): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="${METADATA}" entityID="${us.entityId}">
  <SPSSODescriptor protocolSupportEnumeration="${SAMLP}" AuthnRequestsSigned="false" WantAssertionsSigned="${signed !== 'response' || encryption !== null}">${encryption === null ? '' : keyDescriptor(encryption)}
    <SingleLogoutService Binding="${REDIRECT}" Location="${us.logout}"/>
    <NameIDFormat>urn:oasis:names:tc:SAML:2.0:nameid-format:persistent</NameIDFormat>
    <AssertionConsumerService index="0" isDefault="true" Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${us.consumer}"/>
  </SPSSODescriptor>
</EntityDescriptor>
`
}

/** With the algorithms that we take: providers that read them (Shibboleth does) choose among these. */
const keyDescriptor = (pem: string): string => `
    <KeyDescriptor use="encryption">
      <ds:KeyInfo xmlns:ds="${DSIG}"><ds:X509Data><ds:X509Certificate>${pem.replace(/-----[^-]+-----|\s/g, '')}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>
      <EncryptionMethod Algorithm="${XENC11}aes256-gcm"/>
      <EncryptionMethod Algorithm="${XENC11}aes128-gcm"/>
      <EncryptionMethod Algorithm="${XENC}rsa-oaep-mgf1p"><ds:DigestMethod xmlns:ds="${DSIG}" Algorithm="${DSIG}sha1"/></EncryptionMethod>
    </KeyDescriptor>`
