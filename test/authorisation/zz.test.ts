import { it } from 'vitest'
import { writeFileSync } from 'node:fs'
import { startTestApp } from '../support/test-app.ts'
import { allPages } from '../../src/app.ts'
import { routeTable } from '../../src/http/mount-pages.ts'
import { EXPECTATIONS } from './expectations.ts'
it('x', async () => { const app = await startTestApp(); const rows = routeTable(allPages(app.services)); writeFileSync('/tmp/routes.txt', rows.map((r) => `${`${r.method} ${r.path}` in EXPECTATIONS ? ' ' : 'N'} ${r.method} ${r.path} ${r.permission} ${r.stepUp ? 'STEP' : ''} ${r.looksAtSomeone ? 'LOOK' : ''}`).join('\n')
 + '\nGONE ' + Object.keys(EXPECTATIONS).filter((k) => !rows.some((r) => `${r.method} ${r.path}` === k)).join(', ') + '\n' + rows.filter(r => (EXPECTATIONS[`${r.method} ${r.path}`]?.needs ?? r.permission) !== r.permission).map(r => r.method + r.path + ' ' + r.permission).join('\n')); await app.close() })
