import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import { UnusableInput } from '../../../shared/errors.ts'

/** How to reach one Google Workspace, and which part of it Assent looks after. */
export interface GoogleSettings {
  /** How people call this directory; used in messages. */
  name: string
  /** The service account's key file (JSON), as Google gave it. */
  serviceAccountKey: string
  /** The administrator on whose behalf the service account asks: an account of its own with the least admin role. */
  adminUser: string
  /** Organisational units Assent looks after, with all beneath them, such as `/Pupils`; the whole domain where empty. */
  orgUnits: readonly string[]
  /** Addresses of the groups that the mapping names. */
  groups: readonly string[]
  /** Addresses of groups whose members, direct or nested, automation never touches (B4). */
  protectedGroups?: readonly string[]
  /** Addresses or ids of further such accounts. */
  protectedUsers?: readonly string[]
  /** Where the service is; Google's own unless told. */
  endpoints?: { directory: string; token: string }
}

export const GOOGLE_ENDPOINTS = { directory: 'https://admin.googleapis.com', token: 'https://oauth2.googleapis.com/token' }

/** Rights that domain-wide delegation has to name; nothing more is asked for. */
export const GOOGLE_SCOPES = [
  'https://www.googleapis.com/auth/admin.directory.user',
  'https://www.googleapis.com/auth/admin.directory.user.security',
  'https://www.googleapis.com/auth/admin.directory.group.readonly',
  'https://www.googleapis.com/auth/admin.directory.group.member',
  'https://www.googleapis.com/auth/admin.directory.orgunit.readonly',
]

const keyFile = z.object({ type: z.literal('service_account'), client_email: z.string().min(3), private_key: z.string().min(1), private_key_id: z.string().optional() })
export type ServiceAccountKey = z.infer<typeof keyFile>

/** @throws UnusableInput that lists every problem at once. */
export function usableGoogleSettings(settings: GoogleSettings): ServiceAccountKey {
  const problems: string[] = []
  const key = readKey(settings.serviceAccountKey, problems)
  if (!settings.adminUser.includes('@')) problems.push('adminUser is no address: name the administrator account made for Assent.')
  for (const unit of settings.orgUnits) if (!unit.startsWith('/')) problems.push(`organisational unit "${unit}" does not begin with /, as in /Pupils.`)
  for (const group of [...settings.groups, ...settings.protectedGroups ?? []]) if (!group.includes('@')) problems.push(`group "${group}" is no address such as filtered@school.example.`)
  if (problems.length > 0 || !key) {
    throw new UnusableInput({ what: `The directory settings cannot be used: ${problems.join(' ')}`, where: `directory "${settings.name}"`, remedy: 'Correct the settings of this directory and try again.' })
  }
  return key
}

function readKey(text: string, problems: string[]): ServiceAccountKey | null {
  try {
    const key = keyFile.parse(JSON.parse(text))
    createPrivateKey(key.private_key)
    return key
  } catch {
    problems.push('the key file is no service account key in JSON form as Google gives it.')
    return null
  }
}
