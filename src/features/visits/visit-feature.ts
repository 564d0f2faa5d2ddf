import type { JobHandlers } from '../../db/outbox.ts'
import type { Page } from '../../http/define-page.ts'
import type { VisitPagesDeps } from './visit-page-deps.ts'
import { visitPages } from './visit-routes.ts'
import { VISIT_INVITE, type VisitDeps, VisitService } from './visit-service.ts'
import { VisitStore } from './visit-store.ts'
import { visitsOfficePages } from './visits-office-routes.ts'

export interface VisitFeature { visits: VisitService; visitStore: VisitStore; visitHandlers: JobHandlers }

/** Wires visits together from what lies outside. */
export function createVisitFeature(outside: Omit<VisitDeps, 'store'>): VisitFeature {
  const visitStore = new VisitStore(outside.db)
  const visits = new VisitService({ ...outside, store: visitStore })
  return { visits, visitStore, visitHandlers: { [VISIT_INVITE]: (payload) => visits.invite(String(payload['visitId'])) } }
}

/** Every page of visits. */
export function receptionPages(deps: VisitPagesDeps): Page[] {
  return [...visitPages(deps), ...visitsOfficePages(deps)]
}
