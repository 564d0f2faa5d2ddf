import type { Page } from '../../http/define-page.ts'
import { agreementListPages } from './agreement-list-routes.ts'
import { agreementPages } from './agreement-routes.ts'
import type { AuthoringPagesDeps } from './authoring-deps.ts'
import { carePages } from './care-routes.ts'
import { clausePages } from './clause-routes.ts'
import { draftPages } from './draft-routes.ts'
import { type InForcePagesDeps, inForcePages } from './in-force-routes.ts'
import { partPages } from './part-routes.ts'
import { questionsPages } from './questions-routes.ts'
import { wordsPages } from './words-routes.ts'

/** Every page on which texts are written, approved and published, and the public ones that show what is in force. */
export function agreementsPages(deps: AuthoringPagesDeps & Omit<InForcePagesDeps, 'inForce' | 'agreements'>): Page[] {
  const { inForce, agreements } = deps.texts
  return [
    ...agreementListPages(deps), ...partPages(deps), ...draftPages(deps), ...clausePages(deps), ...wordsPages(deps), ...questionsPages(deps), ...carePages(deps), ...agreementPages(deps),
    ...inForcePages({ ...deps, inForce, agreements }),
  ]
}
