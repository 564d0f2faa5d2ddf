import { z } from 'zod'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { UnusableInput } from '../../shared/errors.ts'
import { ATTESTED_BYTES } from './attested-file.ts'
import type { AttestedImport, AttestedReport } from './attested-import.ts'

const PATH = '/office/attested'
const REPORT = 'attested-report'
const TOLD = 100

/** `/office/attested`: signatures gathered before Assent, from a CSV; looked at first (I8). */
export function attestedPages({ attestedImport }: { attestedImport: AttestedImport }): Page[] {
  return [definePage({
    name: 'earlier signatures', path: PATH, permission: 'attested.import',
    get: async ({ session }) => view('pages/office/attested.njk', { action: PATH, report: (session.get(REPORT) as AttestedReport | undefined) ?? null }),
    post: {
      body: z.strictObject({ decision: z.enum(['look', 'apply'], 'Choose what to do with the file'), skip: z.literal('yes').optional() }), audit: 'signatures.attest-asked',
      upload: { field: 'file', maxBytes: ATTESTED_BYTES },
      handle: async (ctx) => {
        const { actor, body, file, session } = ctx
        if (!file) return backToForm(ctx, 'file', 'Choose the file. If you chose one, it was empty.')
        try {
          const report = await attestedImport.import({
            bytes: file.bytes, name: file.filename.slice(0, 100), planOnly: body.decision === 'look', skipBad: body.skip === 'yes', schools: actor.schools('attested.import'), actor: actor.label,
            own: [...actor.personId === null ? [] : [actor.personId], ...actor.relatedTo ?? []],
          })
          session.set(REPORT, { ...report, rejected: report.rejected.slice(0, TOLD), rejectedCount: report.rejected.length })
          return redirect(PATH, report.applied ? 'Kept. They count until the text changes in meaning.' : { kind: 'info', text: 'Nothing was changed. What the file would do is below.' })
        } catch (error) {
          if (!(error instanceof UnusableInput)) throw error
          return backToForm(ctx, 'file', `${error.what} ${error.remedy}`.trim())
        }
      },
    },
  })]
}
