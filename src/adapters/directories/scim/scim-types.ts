/** The parts of RFC 7643 that Assent reads and writes. */
export interface ScimUser {
  id?: string
  externalId?: string
  userName?: string
  displayName?: string
  name?: { formatted?: string; givenName?: string; familyName?: string }
  /** A boolean; some servers send it as text. */
  active?: boolean | string
  emails?: { value?: string; primary?: boolean }[]
  roles?: { value?: string }[]
  meta?: { version?: string }
  [ENTERPRISE]?: { employeeNumber?: string }
}

export interface ScimGroup {
  id?: string
  displayName?: string
  members?: { value?: string }[]
  meta?: { version?: string }
}

export interface ScimList<T> {
  totalResults?: number
  startIndex?: number
  itemsPerPage?: number
  Resources?: T[]
}

export interface ServiceProviderConfig {
  patch?: { supported?: boolean }
  etag?: { supported?: boolean }
  filter?: { supported?: boolean; maxResults?: number }
}

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'
export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User'
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'
