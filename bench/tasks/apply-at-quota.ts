import { changeMany } from '../../src/adapters/directories/batches.ts'
import type { Directory } from '../../src/adapters/directories/directory.ts'
import { createEntraDirectory } from '../../src/adapters/directories/entra/entra-directory.ts'
import { createGoogleDirectory } from '../../src/adapters/directories/google/google-directory.ts'
import { chunks } from '../../src/shared/chunks.ts'
import { CLIENT, entraTwin, SECRET, TENANT } from '../../test/support/twins/entra-twin.ts'
import { GOOGLE_ADMIN, GOOGLE_KEY, googleTwin } from '../../test/support/twins/google-twin.ts'
import { twinOutside } from '../../test/support/twins/twin-server.ts'

export interface AtQuota {
  /** Part of the vendor's quota that was used, 0 to 1; questions refused because of it. */
  share: number
  refused: number
  accounts: number
  /** Accounts suspended in a minute of the twin's clock. */
  perMinute: number
}

/** Suspends many accounts at a twin that keeps the vendor's quota; time is the twin's own, which only waiting moves on. */
export async function applyAtQuota({ vendor, accounts }: { vendor: 'google' | 'entra'; accounts: number }): Promise<AtQuota> {
  return vendor === 'google' ? google(accounts) : entra(accounts)
}

async function google(accounts: number): Promise<AtQuota> {
  const outside = twinOutside()
  const ids = Array.from({ length: accounts }, (_, n) => `1000000000000000${String(n).padStart(5, '0')}`)
  const twin = await googleTwin({ clock: outside.clock, users: ids.map((id) => ({ id, primaryEmail: `${id}@school.example`, suspended: false, orgUnitPath: '/Pupils' })), groups: {}, units: ['/Pupils', '/Away'] })
  const directory = createGoogleDirectory({ name: 'google', serviceAccountKey: GOOGLE_KEY, adminUser: GOOGLE_ADMIN, orgUnits: [], groups: [], endpoints: twin.endpoints }, outside)
  const minutes = await suspendAll(directory, ids, () => outside.clock.now())
  await twin.close()
  return { share: twin.quota.used / (2400 * minutes), refused: twin.quota.refused, accounts, perMinute: accounts / minutes }
}

async function entra(accounts: number): Promise<AtQuota> {
  const outside = twinOutside()
  const ids = Array.from({ length: accounts }, (_, n) => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`)
  const twin = await entraTwin({ clock: outside.clock, users: ids.map((id) => ({ id, userPrincipalName: `${id}@school.example`, accountEnabled: true, userType: 'Member' })), groups: [] })
  const directory = createEntraDirectory({ name: 'entra', tenantId: TENANT, clientId: CLIENT, clientSecret: SECRET, domains: [], groups: [], endpoints: twin.endpoints }, outside)
  const minutes = await suspendAll(directory, ids, () => outside.clock.now())
  await twin.close()
  return { share: twin.writes.used / (3000 / 2.5 * minutes), refused: twin.writes.refused + twin.units.refused, accounts, perMinute: accounts / minutes }
}

async function suspendAll(directory: Directory, ids: readonly string[], now: () => number): Promise<number> {
  const start = now()
  for (const part of chunks(ids, directory.batchSize)) {
    for (const { error } of await changeMany(directory, part.map((immutableId) => ({ immutableId, change: { enabled: false } })))) if (error) throw error
  }
  return (now() - start) / 60_000
}
