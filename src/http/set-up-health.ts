import { Router } from 'express'
import { RequestFault } from './error-facts.ts'
import { forbidStoring } from './request-state.ts'

/** Names of what is not ready, such as `database`; empty when everything is. Never addresses or versions (ASVS 13.4.6). */
export interface Health {
  problems(): Promise<string[]>
}

/** `/healthz`: this process answers. `/readyz`: so does what it needs. Neither knows a session. */
export function setUpHealth(health: Health): Router {
  const router = Router()
  router.get('/healthz', (_req, res) => {
    forbidStoring(res)
    res.json({ status: 'ok' })
  })
  router.get('/readyz', async (_req, res) => {
    forbidStoring(res)
    const problems = await health.problems().catch(() => ['health'])
    res.status(problems.length === 0 ? 200 : 503).json(problems.length === 0 ? { status: 'ready' } : { status: 'not ready', problems })
  })
  router.all(['/healthz', '/readyz'], (_req, res, next) => {
    res.setHeader('Allow', 'GET, HEAD')
    next(new RequestFault(405))
  })
  return router
}
