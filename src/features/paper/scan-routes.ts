import { z } from 'zod'
import { ensureCan, ensureNotFamily } from '../../http/actor.ts'
import { backWithErrors } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { RequestParts } from '../../http/page-context.ts'
import { download, redirect, view } from '../../http/page-result.ts'
import { ulid } from '../../http/strict-schema.ts'
import { isCalendarDate, today } from '../../shared/dates.ts'
import { NotFound } from '../../shared/errors.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'
import { PAPER, paperWords, slipAt, slotWords } from './paper-views.ts'
import { readSlipCode, spacedSlip } from './slip-code.ts'

const PERMISSION = 'paper.enter'
/** A page scanned in colour has one to five megabytes. */
const LARGEST = 20_000_000
const SCANS = { max: 60, windowMs: 10 * 60_000 }
const sha = z.string().regex(/^[0-9a-f]{64}$/)
const scanQuery = z.object({ scan: sha.optional() })
const slipBody = z.strictObject({
  signer: z.union([z.literal(''), ulid]).default(''), answer: z.string().max(3).default(''), signedOn: z.string().max(10).default(''), formKey: z.string().regex(/^[A-Za-z0-9_-]{32}$/),
})
const FOUND = 'paper-scan'
const foundSchema = z.object({ sha256: sha, codes: z.array(z.string()) })

/** Scans in (S7): a photo or PDF is kept, its codes lead to the slips; where none can be read, the office types it. */
export function scanPages(deps: PaperPagesDeps): Page[] {
  const slipFor = async (ctx: RequestParts & { params: { code: string } }) => {
    const code = readSlipCode(ctx.params.code)
    const slip = code ? await deps.paperStore.slip(code) : null
    const signatory = slip ? await deps.requests.signatory(slip.signatoryId) : null
    const request = signatory ? await deps.requests.get(signatory.requestId) : null
    if (!slip || !request) throw new NotFound()
    ensureCan(ctx.actor, PERMISSION, request.schoolId)
    return { slip, request, slot: await deps.paperQueries.openSlot(slip.signatoryId) }
  }
  return [
    definePage({
      name: 'scan of paper', path: `${PAPER}/scan`, permission: PERMISSION,
      get: async (ctx) => {
        const found = foundSchema.safeParse(ctx.session.get(FOUND))
        return view('pages/paper/scan.njk', {
          crumbs: [{ text: 'Paper', href: PAPER }], action: `${PAPER}/scan`,
          ...(found.success ? { found: { codes: found.data.codes.map((code) => ({ text: spacedSlip(code), href: `${slipAt(code)}?scan=${found.data.sha256}` })), typeHref: `${PAPER}/code`, scanHref: `${PAPER}/scans/${found.data.sha256}` } } : {}),
        })
      },
      post: {
        body: z.strictObject({}), audit: 'paper.scanned', upload: { field: 'scan', maxBytes: LARGEST }, limit: SCANS,
        handle: async (ctx) => {
          const taken = ctx.file ? await deps.paper.takeScan(ctx.actor, ctx.file.bytes) : null
          if (!taken) return backWithErrors(ctx, { scan: ctx.file ? 'This is no JPEG or PNG picture and no PDF. Take a photo, or scan it as a PDF.' : 'Choose the photo or scan.' })
          ctx.session.set(FOUND, { sha256: taken.sha256, codes: taken.codes })
          const [only] = taken.codes
          return only !== undefined && taken.codes.length === 1 ? redirect(`${slipAt(only)}?scan=${taken.sha256}`) : redirect(`${PAPER}/scan`)
        },
      },
    }),
    definePage({
      name: 'returned slip', path: `${PAPER}/slips/:code`, permission: PERMISSION, params: z.strictObject({ code: z.string().max(20) }), query: scanQuery,
      looksAt: async (ctx) => (await slipFor(ctx)).request.personId,
      get: async (ctx) => {
        const { slip, request, slot } = await slipFor(ctx)
        const subject = await deps.people.person(request.personId)
        const scan = ctx.query.scan && await deps.paperStore.scanExists(ctx.query.scan) ? ctx.query.scan : null
        return view('pages/paper/slip.njk', {
          crumbs: [{ text: 'Paper', href: PAPER }], code: spacedSlip(slip.code), subjectName: subject?.name ?? '', what: slot ? slotWords(slot) : '', open: slot !== null,
          family: ctx.actor.relatedTo?.includes(request.personId) ?? false, action: `${slipAt(slip.code)}${scan ? `?scan=${scan}` : ''}`, formKey: deps.ids.random(24).toString('base64url'),
          signers: slot?.signers.map((signer) => ({ value: signer.id, text: signer.name, ...(signer.relationship ? { hint: signer.relationship } : {}) })) ?? [],
          values: ctx.values, scan: scan ? { href: `${PAPER}/scans/${scan}` } : null, scanHref: `${PAPER}/scan`, backHref: PAPER,
        })
      },
      post: {
        body: slipBody, audit: 'paper.slip-entered',
        handle: async (ctx) => {
          const { slip, request, slot } = await slipFor(ctx)
          ensureNotFamily(ctx.actor, request.personId)
          const scan = ctx.query.scan && await deps.paperStore.scanExists(ctx.query.scan) ? ctx.query.scan : null
          const here = `${slipAt(slip.code)}${ctx.query.scan ? `?scan=${ctx.query.scan}` : ''}`
          const { signer, answer, signedOn, formKey } = ctx.body
          const errors = {
            ...(signer === '' ? { signer: 'Choose who signed the paper.' } : {}), ...(answer !== 'yes' && answer !== 'no' ? { answer: 'Choose what the paper says.' } : {}),
            ...(signedOn !== '' && (!isCalendarDate(signedOn) || signedOn > today(ctx.now)) ? { signedOn: 'Write the day on the paper, today or earlier, or leave it empty.' } : {}),
          }
          if (Object.keys(errors).length > 0) return backWithErrors(ctx, errors, here)
          const one = { signatoryId: slip.signatoryId, signerId: signer, renditionHash: slip.renditionHash }
          if (answer === 'no') {
            const outcome = slot ? await deps.paper.enterNo(ctx.actor, one) : 'closed'
            return redirect(outcome === 'declined' ? PAPER : here, outcome === 'declined' ? 'Entered: they said no. Nobody is chased after a no; a talk is the next step.' : paperWords([outcome]))
          }
          const { batchId, outcomes } = await deps.paper.enter(ctx.actor, request.schoolId, [one], { formKey, signedOn: signedOn || null, scanSha256: scan })
          return redirect(batchId ? `${PAPER}/batches/${batchId}` : here, paperWords(outcomes))
        },
      },
    }),
    definePage({
      name: 'kept scan', path: `${PAPER}/scans/:sha`, permission: PERMISSION, params: z.strictObject({ sha }),
      get: async (ctx) => {
        const scan = await deps.paperStore.scan(ctx.params.sha)
        const schools = await deps.paperStore.schoolsOfScan(ctx.params.sha)
        if (!scan || !(scan.uploadedBy === ctx.actor.personId || schools.some((school) => ctx.actor.can(PERMISSION, school)))) throw new NotFound()
        const ending = { 'image/jpeg': 'jpg', 'image/png': 'png', 'application/pdf': 'pdf' }[scan.type]
        return download({ filename: `scan-${ctx.params.sha.slice(0, 12)}.${ending}`, contentType: scan.type, body: scan.bytes })
      },
    }),
  ]
}
