import type { RequestHandler } from 'express'
import helmet from 'helmet'
import { stateOf } from './request-state.ts'

const YEAR_SECONDS = 365 * 24 * 60 * 60

/**
 * Headers of every answer (ASVS 3.4): nothing is allowed but what comes from here; what is written inline needs the
 * request's nonce. Permissions-Policy switches off devices that no page uses.
 */
export function setUpSecurityHeaders(https: boolean): RequestHandler[] {
  const nonce = (req: unknown) => `'nonce-${stateOf(req as Parameters<RequestHandler>[0]).cspNonce}'`
  const headers = helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'", nonce],
        styleSrc: ["'self'", nonce],
        fontSrc: ["'self'"],
        // data: carries the drawn crest and icon; an image cannot run anything.
        imgSrc: ["'self'", 'data:'],
        connectSrc: ["'self'"],
        manifestSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        objectSrc: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    strictTransportSecurity: https ? { maxAge: YEAR_SECONDS, includeSubDomains: true } : false,
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    crossOriginResourcePolicy: { policy: 'same-origin' },
  })
  const devices: RequestHandler = (_req, res, next) => {
    res.setHeader('Permissions-Policy', 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()')
    next()
  }
  return [headers, devices]
}
