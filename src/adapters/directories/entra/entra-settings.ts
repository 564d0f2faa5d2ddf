import { createHash, createPrivateKey, X509Certificate } from 'node:crypto'
import { UnusableInput } from '../../../shared/errors.ts'

/** How to reach one Entra tenant, and which part of it Assent looks after. */
export interface EntraSettings {
  /** How people call this directory; used in messages. */
  name: string
  /** Ids of the tenant and of the app registration (GUIDs). */
  tenantId: string
  clientId: string
  /** One of the two: a secret of the app, or a certificate with its key in PEM form, which is safer. */
  clientSecret?: string
  certificate?: string
  /** Sign-in names end in one of these domains; everybody where empty. Guests of other tenants are never looked after. */
  domains: readonly string[]
  /** Groups that the mapping names: object ids, or display names that only one group has. */
  groups: readonly string[]
  /** Groups whose members, direct or nested, automation never touches, beside all who hold or may take an admin role (B4). */
  protectedGroups?: readonly string[]
  /** Sign-in names or object ids of further such accounts. */
  protectedUsers?: readonly string[]
  /** Asks when people were last in, which needs a licence and `AuditLog.Read.All`; not asked for where false. */
  signIns?: boolean
  /** Where the services are; Microsoft's own unless told. */
  endpoints?: { graph: string; login: string }
}

export const ENTRA_ENDPOINTS = { graph: 'https://graph.microsoft.com/v1.0', login: 'https://login.microsoftonline.com' }
export const GUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** A certificate as Microsoft's library takes it. */
export interface ClientCertificate {
  thumbprintSha256: string
  privateKey: string
  x5c: string
}

/** @throws UnusableInput that lists every problem at once. */
export function usableEntraSettings(settings: EntraSettings): { certificate: ClientCertificate | null } {
  const problems: string[] = []
  if (!GUID.test(settings.tenantId)) problems.push('tenantId is no id such as 00000000-0000-0000-0000-000000000000.')
  if (!GUID.test(settings.clientId)) problems.push('clientId is no id such as 00000000-0000-0000-0000-000000000000.')
  if (Boolean(settings.clientSecret) === Boolean(settings.certificate)) problems.push('either a client secret or a certificate is needed, and not both.')
  const certificate = settings.certificate ? readCertificate(settings.certificate, problems) : null
  for (const domain of settings.domains) if (!/^[a-z0-9.-]+\.[a-z]{2,}$/i.test(domain)) problems.push(`"${domain}" is no domain such as school.example.`)
  if (problems.length === 0) return { certificate }
  throw new UnusableInput({ what: `The directory settings cannot be used: ${problems.join(' ')}`, where: `directory "${settings.name}"`, remedy: 'Correct the settings of this directory and try again.' })
}

function readCertificate(pem: string, problems: string[]): ClientCertificate | null {
  const text = (what: string) => new RegExp(`-----BEGIN ${what}-----[\\s\\S]+?-----END ${what}-----`).exec(pem)?.[0]
  try {
    const certificate = new X509Certificate(text('CERTIFICATE') ?? '')
    const privateKey = createPrivateKey(text('(?:RSA )?PRIVATE KEY') ?? '').export({ type: 'pkcs8', format: 'pem' }).toString()
    return { thumbprintSha256: createHash('sha256').update(certificate.raw).digest('hex'), privateKey, x5c: certificate.toString() }
  } catch {
    problems.push('the certificate file holds no certificate with its private key in PEM form.')
    return null
  }
}
