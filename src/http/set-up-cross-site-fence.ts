import type { Request, RequestHandler } from 'express'
import { FormRefused } from './error-facts.ts'
import { pathMatcher } from './path-patterns.ts'

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Refuses every request with an effect that another site sent. Modern browsers say so themselves (`Sec-Fetch-Site`);
 * older ones name the `Origin`. Browsers send `Origin: null` here even from our own pages, because of our
 * `Referrer-Policy`, so that word alone proves nothing and the form token decides.
 *
 * `exempt` lists the paths that other sites must reach, such as a SAML consumer; each has a proof of its own.
 */
export function setUpCrossSiteFence(baseUrl: string, exempt: readonly string[]): RequestHandler {
  const ours = new URL(baseUrl).origin
  const isExempt = pathMatcher(exempt)
  return (req, _res, next) => {
    if (SAFE.has(req.method) || isExempt(req.path) || isOwn(req, ours)) return next()
    next(new FormRefused('This form was sent from another site, so nothing was done.', 'Open our page yourself and try again.'))
  }
}

function isOwn(req: Request, ours: string): boolean {
  const site = req.get('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = req.get('origin')
  return origin === undefined || origin === 'null' || origin === ours || origin === `${req.protocol}://${req.get('host')}`
}
