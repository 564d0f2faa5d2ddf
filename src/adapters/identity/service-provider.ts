import { generateServiceProviderMetadata } from '@node-saml/node-saml'
import { runStrategy } from './run-strategy.ts'
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

/** What an identity provider has to know of us, as SAML metadata. */
export function serviceMetadata(us: ServiceAddresses, signed: SamlTrust['signed']): string {
  return generateServiceProviderMetadata({
    issuer: us.entityId, callbackUrl: us.consumer, logoutCallbackUrl: us.logout, identifierFormat: 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent',
    wantAssertionsSigned: signed !== 'response', generateUniqueId: () => `_${us.entityId.replace(/[^A-Za-z0-9]/g, '-')}`,
  })
}
