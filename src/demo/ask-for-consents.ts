import { SUGGESTED_QUESTIONS } from '../features/agreements/consent-question.ts'
import type { Services } from '../services.ts'

const ASKED = new Set(['images-display', 'images-website', 'work-published'])

/** The demo's trust asks three of the questions that many schools ask. */
export async function askForConsents({ consentCatalogue }: Services): Promise<void> {
  for (const [at, question] of SUGGESTED_QUESTIONS.filter((one) => ASKED.has(one.key)).entries()) {
    await consentCatalogue.add({ ...question, schoolId: null, bands: ['EYFS', 'KS1', 'KS2', 'KS3-4'], signerRule: 'guardian', position: at + 1, active: true }, 'os:demo')
  }
}
