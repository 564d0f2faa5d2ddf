import type { Page } from '../../http/define-page.ts'
import { createScanReader } from '../../adapters/qr/scan-reader.ts'
import type { LetterCodes } from '../identity/letter-codes.ts'
import type { ClassQueries } from '../classes/class-queries.ts'
import type { RequestStore } from '../issuing/request-store.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { deskPages } from './desk-routes.ts'
import { letterPrintPages } from './letter-routes.ts'
import { LetterService } from './letter-service.ts'
import type { PaperPagesDeps } from './paper-page-deps.ts'
import { PaperQueries } from './paper-queries.ts'
import { paperPages } from './paper-routes.ts'
import { type PaperDeps, PaperService } from './paper-service.ts'
import { PaperStore } from './paper-store.ts'
import { scanPages } from './scan-routes.ts'

export interface PaperFeature { paper: PaperService; paperStore: PaperStore; paperQueries: PaperQueries; letters: LetterService }

/** Wires paper, the desk and letters together from what lies outside. */
export function createPaperFeature(outside: Omit<PaperDeps, 'store' | 'readScan'> & { people: PeopleQueries; requests: RequestStore; classQueries: ClassQueries; letterCodes: LetterCodes }): PaperFeature {
  const paperStore = new PaperStore(outside.db)
  return {
    paperStore,
    paper: new PaperService({ ...outside, store: paperStore, readScan: createScanReader() }),
    paperQueries: new PaperQueries(outside),
    letters: new LetterService(outside),
  }
}

/** Every page of the desk. */
export function deskAndPaperPages(deps: PaperPagesDeps): Page[] {
  return [...paperPages(deps), ...scanPages(deps), ...deskPages(deps), ...letterPrintPages(deps)]
}
