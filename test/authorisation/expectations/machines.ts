import type { Expectation } from '../expectation.ts'

const NOTHING = '0'.repeat(26)

/** Tokens of other systems. `/api/v1` itself is no page: its own tests ask it by token. */
export const MACHINES: Record<string, Expectation> = {
  'GET /settings/api': { needs: 'settings.manage', at: '/settings/api' },
  'POST /settings/api': { needs: 'settings.manage', at: '/settings/api', fields: { name: 'Not A Name', scopes: 'figures:read', days: '30', school: NOTHING } },
  'POST /settings/api/revoke': { needs: 'settings.manage', at: '/settings/api/revoke', fields: { token: NOTHING }, names: 'nothing' },
  'GET /settings/api/shown': { needs: 'settings.manage', at: '/settings/api/shown' },
}
