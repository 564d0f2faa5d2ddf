import type { Expectation } from '../expectation.ts'

const OWN_TOKENS = ['access.view', 'access.plan', 'access.approve', 'access.undo', 'roster.run', 'roster.approve', 'restriction.place', 'restriction.lift']
const NOTHING = '0'.repeat(26)

/** Tokens of other systems. `/api/v1` itself is no page: its own tests ask it by token. */
export const MACHINES: Record<string, Expectation> = {
  'GET /settings/api': { needs: 'settings.manage', at: '/settings/api' },
  'POST /settings/api': { needs: 'settings.manage', at: '/settings/api', fields: { name: 'Not A Name', scopes: 'figures:read', days: '30', school: NOTHING } },
  'POST /settings/api/revoke': { needs: 'settings.manage', at: '/settings/api/revoke', fields: { token: NOTHING }, names: 'nothing' },
  'GET /settings/api/shown': { needs: 'settings.manage', at: '/settings/api/shown' },
  'GET /settings/webhooks': { needs: 'settings.manage', at: '/settings/webhooks' },
  'POST /settings/webhooks': { needs: 'settings.manage', at: '/settings/webhooks', fields: { name: 'Not A Name', url: 'https://hooks.example/x', events: 'request.changed', school: NOTHING } },
  'POST /settings/webhooks/test': { needs: 'settings.manage', at: '/settings/webhooks/test', fields: { webhook: NOTHING }, names: 'nothing' },
  'POST /settings/webhooks/pause': { needs: 'settings.manage', at: '/settings/webhooks/pause', fields: { webhook: NOTHING }, names: 'nothing' },
  'POST /settings/webhooks/resume': { needs: 'settings.manage', at: '/settings/webhooks/resume', fields: { webhook: NOTHING }, names: 'nothing' },
  'POST /settings/webhooks/rotate': { needs: 'settings.manage', at: '/settings/webhooks/rotate', fields: { webhook: NOTHING }, names: 'nothing' },
  'POST /settings/webhooks/delete': { needs: 'settings.manage', at: '/settings/webhooks/delete', fields: { webhook: NOTHING }, names: 'nothing' },
  'GET /settings/webhooks/shown': { needs: 'settings.manage', at: '/settings/webhooks/shown' },
  // Tokens of one's own for the command line (B8): for whoever may do by hand what one of them can.
  'GET /security/tokens': { needs: { anyOf: OWN_TOKENS }, declares: 'signed-in', otherwise: 'absent', at: '/security/tokens' },
  'POST /security/tokens': { needs: 'signed-in', at: '/security/tokens', fields: { name: 'Not A Name', scopes: 'access:plan', days: '7', school: NOTHING } },
  'POST /security/tokens/revoke': { needs: 'signed-in', at: '/security/tokens/revoke', fields: { token: NOTHING }, names: 'nothing' },
  'GET /security/tokens/shown': { needs: 'signed-in', at: '/security/tokens/shown' },
}
