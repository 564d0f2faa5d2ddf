import type { Page } from '../../http/define-page.ts'
import { answerPages } from './answer-routes.ts'
import { choicePages } from './choice-routes.ts'
import { declarationPages } from './declaration-routes.ts'
import { historyPages } from './history-routes.ts'
import { mePages } from './me-routes.ts'
import { publicPages } from './public-routes.ts'
import { readingPages } from './reading-routes.ts'
import { recordPages } from './record-routes.ts'
import { trainingPages } from './training-routes.ts'
import { togetherPages } from './together-routes.ts'
import type { SigningPagesDeps } from './signing-deps.ts'

/** Every page on which somebody reads, answers, and keeps what they signed; and the public ones around it. */
export function signingPages(deps: SigningPagesDeps): Page[] {
  return [...mePages(deps), ...togetherPages(deps), ...readingPages(deps), ...answerPages(deps), ...recordPages(deps), ...choicePages(deps), ...declarationPages(deps), ...historyPages(deps), ...trainingPages(deps), ...publicPages(deps)]
}
