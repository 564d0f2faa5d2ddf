import { X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { Ids } from '../../adapters/ids.ts'
import type { Sealer } from '../../adapters/pdf/pdf-records.ts'
import { addressKey, createAttemptLimiter } from '../../http/attempt-limiter.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { RequestFault } from '../../http/error-facts.ts'
import { download, view } from '../../http/page-result.ts'
import type { VerifyService } from './verify-service.ts'
import { authorityView, referenceView, verdictView } from './verify-views.ts'

export interface VerifyPagesDeps {
  clock: Clock
  ids: Ids
  verify: VerifyService
  sealer: Sealer
}

const PATH = '/verify'
const CERTIFICATE = `${PATH}/certificate`
const LARGEST = 10_000_000
/** Enough for an office that checks a class, too little for trying references. */
const FILES = { max: 60, windowMs: 10 * 60_000 }
const REFERENCES = { max: 30, windowMs: 10 * 60_000 }

/** `/verify`: anyone may ask whether a PDF is ours, whole and current (D6). */
export function verifyPages(deps: VerifyPagesDeps): Page[] {
  const { clock, ids, verify, sealer } = deps
  const lookups = createAttemptLimiter(clock, REFERENCES)
  const salt = ids.random(16)
  const authority = authorityOf(sealer)
  const shown = (result: object | null) => view('pages/verify/verify.njk', { action: PATH, ...(result ? { result } : {}), authority: authorityView(authority, CERTIFICATE), back: { href: '/' } })
  return [
    definePage({
      name: 'verify', path: PATH, permission: 'public',
      get: async () => shown(null),
      post: {
        body: z.strictObject({}), audit: 'record.checked', upload: { field: 'file', maxBytes: LARGEST }, limit: FILES,
        handle: async (ctx) => {
          if (!ctx.file) return backToForm(ctx, 'file', 'Choose the PDF that you want to check.')
          // Anything that is no PDF is answered before anybody reads further into it.
          const isPdf = ctx.file.bytes.subarray(0, 1024).includes('%PDF-')
          const answer = isPdf ? await verify.verify(ctx.file.bytes) : { valid: false, sealedBy: null, signedAt: null, status: null, reasons: ['The file is not a PDF.'], agreement: null }
          return shown(verdictView(answer))
        },
      },
    }),
    definePage({
      name: 'authority certificate', path: CERTIFICATE, permission: 'public',
      get: async () => download({ filename: 'assent-records-authority.cer', contentType: 'application/pkix-cert', body: authority.der }),
    }),
    definePage({
      name: 'unknown signer', path: `${PATH}/trust`, permission: 'public',
      get: async () => view('pages/verify/trust.njk', { authority: authorityView(authority, CERTIFICATE), back: { href: PATH } }),
    }),
    definePage({
      name: 'verify reference', path: `${PATH}/:reference`, permission: 'public', params: z.strictObject({ reference: z.string().max(60) }),
      get: async (ctx) => {
        if (!lookups.take(addressKey(ctx.address, salt))) throw new RequestFault(429)
        const reference = ctx.params.reference.trim().toUpperCase()
        return shown(referenceView(await verify.statusOfReference(reference), reference))
      },
    }),
  ]
}

/** The last of the chain: the trust's own authority, or whoever issued the school's own certificate. */
function authorityOf(sealer: Sealer): { der: Buffer; fingerprint: string; subject: string; until: number } {
  const certificate = new X509Certificate(sealer.chainPem.at(-1) ?? sealer.certificatePem)
  return {
    der: certificate.raw, fingerprint: certificate.fingerprint256.replaceAll(':', ''),
    subject: /^CN=(.*)$/m.exec(certificate.subject)?.[1] ?? certificate.subject, until: Date.parse(certificate.validTo),
  }
}
