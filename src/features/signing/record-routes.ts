import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'
import { at, signatureParams, whoIs } from './my-task.ts'
import type { Signature } from './signature.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

/** Looks that a waiting page takes by itself before it leaves it to the reader. */
const LOOKS = 10

/** One's own sealed records (D1, D2), and taking a signature back (S4). */
export function recordPages(deps: SigningPagesDeps): Page[] {
  return [
    definePage({
      name: 'my signed record', path: '/me/records/:signatureId', permission: 'signed-in', params: signatureParams,
      query: z.object({ save: z.literal('1').optional(), look: z.coerce.number().int().min(1).max(LOOKS).default(1), wait: z.literal('no').optional() }),
      get: async (ctx) => {
        const signature = await mySignature(deps, ctx)
        const file = await deps.sealing.file(signature.id)
        if (file) {
          return download({ filename: `agreement-${signature.id}.pdf`, contentType: 'application/pdf', body: file.bytes, inline: ctx.query.save === undefined })
        }
        const here = at.record(signature.id)
        const { look, wait } = ctx.query
        return view('pages/signing/sealing.njk', {
          brand: await brandOfSignature(deps, signature), againHref: here, stopHref: `${here}?wait=no`, back: { href: at.done(signature.signatoryId) },
          reload: wait === undefined && look < LOOKS ? { seconds: 3, href: `${here}?look=${look + 1}` } : null,
        })
      },
    }),
    definePage({
      name: 'take signature back', path: '/me/records/:signatureId/withdraw', permission: 'signed-in', params: signatureParams,
      get: async (ctx) => {
        const signature = await mySignature(deps, ctx)
        if (!signature.active) return redirect('/me')
        return view('pages/signing/withdraw.njk', {
          brand: await brandOfSignature(deps, signature), action: at.withdraw(signature.id), act: signature.evidence.act, statement: signature.evidence.statement, textLang: signature.evidence.language, signedAt: signature.signedAt,
          subjectName: signature.subjectId === signature.signerId ? null : signature.evidence.subjectName, keepHref: at.done(signature.signatoryId), back: { href: at.done(signature.signatoryId) },
        })
      },
      post: {
        body: z.strictObject({}), audit: 'signature.taken-back',
        handle: async (ctx) => {
          const done = await deps.signing.withdraw(ctx.params.signatureId, whoIs(ctx), ctx.actor.label)
          if (done === null) throw new NotFound()
          return redirect('/me', 'Your signature is taken back. It counts no more; the school keeps a note that it was there.')
        },
      },
    }),
  ]
}

async function mySignature(deps: SigningPagesDeps, ctx: RequestParts & { params: { signatureId: string } }): Promise<Signature> {
  const signature = await deps.signingQueries.ownSignature(ctx.params.signatureId, whoIs(ctx))
  if (!signature) throw new NotFound()
  return signature
}

async function brandOfSignature(deps: SigningPagesDeps, signature: Signature): Promise<object> {
  const page = await deps.signingQueries.page(signature.signatoryId, signature.signerId)
  return deps.brandOf(page?.school ?? null)
}
