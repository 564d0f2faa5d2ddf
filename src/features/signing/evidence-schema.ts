import { z } from 'zod'

const named = z.strictObject({ id: z.string(), name: z.string() })
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const instant = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/).describe('UTC')

/** What one act left behind. Nobody else's contact details or route, no address, no device, no remark (D2): there is no member for any of them. */
const act = z.strictObject({
  format: z.literal('assent-evidence-1'),
  reference: z.string().describe('ULID of the signature; printed on the page, and what the public page is asked for'),
  signedAt: instant,
  method: z.enum(['typed', 'drawn', 'clicked', 'witnessed-mark', 'paper']),
  renditionSha256: sha256.describe('of the text exactly as shown: canonical JSON of title, version label, language, variant, school, trust, markdown, statements'),
  statement: z.string().describe('the sentence that was agreed to'),
  act: z.enum(['sign', 'acknowledge']),
  slot: z.string(),
  subject: named.describe('whom the agreement is about, as named at signing'),
  signer: named.extend({ capacity: z.string() }),
  typed: z.string().nullable(),
  drawn: z.array(z.string()).nullable().describe('one text for each stroke: points "x,y" in a box of 1000 by 400, as in SVG'),
  shownAs: z.strictObject({ variant: z.string(), language: z.string() }),
  agreement: z.strictObject({ key: z.string(), version: z.int(), occasion: z.string() }),
  school: z.string(),
  assurance: z.string().describe('how sure we are who it was: the school’s sign-in, a mailed link, a class session, reception, paper, on behalf'),
  understanding: z.array(z.strictObject({ ask: z.string(), answer: z.string() })).optional().describe('friendly questions answered before signing'),
  choices: z.array(z.strictObject({ key: z.string(), title: z.string(), question: z.string(), version: z.int(), answer: z.enum(['yes', 'no']), language: z.string().optional().describe('BCP 47; English where it is not named') })).optional().describe('optional questions answered in the same sitting'),
  witness: named.extend({ session: z.string(), group: z.string() }).optional().describe('the member of staff who led the class session'),
  answeredAt: instant.optional(),
  paper: z.strictObject({ enteredBy: named, signedOn: z.string().nullable(), scanSha256: sha256.nullable() }).optional(),
  onBehalf: z.strictObject({ enteredBy: named, route: z.string() }).optional().describe('entered by the office at the signer’s word'),
})

/** The file `evidence.json` inside every sealed record. `docs/evidence.schema.json` is made of it; a test keeps the two together. */
export const evidenceFile = z.strictObject({
  format: z.literal('assent-evidence/1'),
  reference: z.string(),
  rendition: sha256,
  act: z.strictObject({
    subjectName: z.string(), signerName: z.string(), signerCapacity: z.string(), statement: z.string(), method: z.string(), typed: z.string().nullable(), signedAt: instant,
  }).describe('as printed'),
  audit: z.array(z.strictObject({ label: z.string(), value: z.string() })).describe('the rows of the audit page'),
  seal: z.strictObject({
    sealedAt: instant, certificate: sha256.describe('of the sealing certificate, DER'), chain: sha256.describe('of the certificates in the signature, leaf first, DER, one after the other'),
  }),
  evidence: act,
}).describe('Assent: what is kept of one signature, inside its sealed PDF')
