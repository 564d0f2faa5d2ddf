import type { PlanItem } from '../../../db/plan-store.ts'
import { afterOf } from '../access-item.ts'
import type { DirectoryMapping } from '../directory-mapping.ts'
import type { NamedTarget } from '../stage-items.ts'

/** The directory as a line of retention sees it: a suspended account belongs into the archive, or, undone, where it was before. Others see it as it is. */
export function targetOf(target: NamedTarget, item: Pick<PlanItem, 'action' | 'after'>): NamedTarget {
  if (item.action === 'archive') return { ...target, mapping: archiveMapping(target) }
  if (item.action === 'unarchive') return { ...target, mapping: { ...target.mapping, archivedContainer: null, archivedUser: false, suspendedContainer: afterOf(item as PlanItem).backTo || null } }
  return target
}

/** What suspended accounts should be like while they are archived. */
export function archiveMapping({ mapping, life }: Pick<NamedTarget, 'mapping' | 'life'>): DirectoryMapping {
  const { container, archivedUser } = life?.archive ?? { container: null, archivedUser: false }
  return { ...mapping, suspendedContainer: container ?? mapping.suspendedContainer, archivedContainer: null, ...(archivedUser ? { archivedUser } : {}) }
}
