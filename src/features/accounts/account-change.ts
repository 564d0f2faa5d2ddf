import type { AccountChange, ObservedAccount } from '../../adapters/directories/directory.ts'
import { foldName, sameName } from '../../adapters/directories/names.ts'
import { EMPTY_DELTA, groupTest } from './account-delta.ts'
import type { AccountDelta } from './account-delta.ts'
import type { DesiredAccess } from './desired-access.ts'
import { wantedAccount } from './directory-mapping.ts'
import type { DirectoryMapping, WantedAccount } from './directory-mapping.ts'

/** One thing the change does, and why, in words that name no cause (A5). */
export interface PlannedStep {
  does: 'disable' | 'enable' | 'archive' | 'unarchive' | 'move' | 'add-group' | 'remove-group' | 'end-sessions'
  /** The container or group; null for the others. */
  target: string | null
  why: 'access-level' | 'profile-or-level' | 'restore' | 'confirmed-by-a-person' | 'emergency' | 'retention'
}

/** Something that is not as Assent wrote it, or cannot be brought about; shown to a person (A4). */
export interface DriftNote {
  kind:
    | 'enabled-by-hand' | 'moved-by-hand' | 'group-left-by-hand' | 'group-joined-by-hand'
    | 'protected' | 'unmapped-profile' | 'home-unknown'
  target: string | null
  text: string
  /** True while access is not what it should be until a person answers; false where it only says what was left alone. */
  waits: boolean
}

export interface AccountPlan {
  /** Null when there is nothing to do, or nothing that may be done. */
  change: AccountChange | null
  drift: DriftNote[]
  because: PlannedStep[]
}

/**
 * What to change in one account (A4). Pure.
 *
 * - Only what differs is changed; what already was so before Assent came is not Assent's, and is not reversed later.
 * - Restoring reverses only what still is as Assent wrote it; anything else is left alone and noted.
 * - What a person undid by hand while it is still wanted (an account re-enabled during a suspension) is noted and waits: it is
 *   planned again only with `confirmed`, which a caller sets when a person has seen the note and said so. A safeguarding
 *   emergency does not wait (A1, B7): it is planned again, and the note is shown beside it.
 * - A protected account is never changed (B4).
 * - A copy that follows another directory is enabled and disabled there; here only its sessions are ended, and its groups changed.
 */
export function planAccountChange(
  observed: ObservedAccount, desired: DesiredAccess, delta: AccountDelta | null, mapping: DirectoryMapping,
  options: { confirmed?: boolean } = {},
): AccountPlan {
  const override = desired.emergency ? 'emergency' : options.confirmed ? 'confirmed-by-a-person' : null
  const plan = new Planner(observed, delta ?? EMPTY_DELTA, wantedAccount(desired, mapping), override)
  plan.archiving(mapping)
  plan.disabling()
  plan.container(mapping)
  plan.groupsIn()
  plan.groupsOut()
  plan.unmapped()
  return plan.result()
}

type Override = 'emergency' | 'confirmed-by-a-person' | null

class Planner {
  readonly #observed: ObservedAccount
  readonly #delta: AccountDelta
  readonly #wanted: WantedAccount
  readonly #override: Override
  readonly #isIn: (folded: string) => boolean
  readonly #steps: PlannedStep[] = []
  readonly #drift: DriftNote[] = []

  constructor(observed: ObservedAccount, delta: AccountDelta, wanted: WantedAccount, override: Override) {
    this.#observed = observed
    this.#delta = delta
    this.#wanted = wanted
    this.#override = override
    this.#isIn = groupTest(observed)
  }

  /** Archiving is a plan of its own (A1); what Assent archived is taken out again when access returns. */
  archiving(mapping: DirectoryMapping): void {
    const { archived } = this.#observed
    const { disabled, container } = this.#wanted
    if (mapping.archivedUser && disabled && container !== 'home' && !archived) this.#steps.push({ does: 'archive', target: null, why: 'retention' })
    else if (archived && this.#delta.archivedByUs && (!disabled || mapping.archivedUser === false)) this.#steps.push({ does: 'unarchive', target: null, why: 'restore' })
  }

  disabling(): void {
    const { enabled } = this.#observed
    const { disabledByUs } = this.#delta
    const note = { kind: 'enabled-by-hand', target: null } as const
    if (this.#observed.mirrored) {
      // It is disabled where it comes from; until that arrives here, whoever is signed in has to go.
      if (this.#wanted.disabled && enabled) this.#steps.push({ does: 'end-sessions', target: null, why: 'access-level' })
      return
    }
    if (this.#wanted.disabled && enabled) {
      this.#again(disabledByUs, { does: 'disable', target: null, why: 'access-level' },
        { ...note, text: 'Assent had disabled this account and somebody has enabled it since.' })
    } else if (!this.#wanted.disabled && disabledByUs) {
      if (enabled) this.#leave({ ...note, text: 'Somebody had enabled this account before its access was given back.' })
      else this.#steps.push({ does: 'enable', target: null, why: 'restore' })
    }
  }

  container(mapping: DirectoryMapping): void {
    const { container } = this.#observed
    const { movedTo } = this.#delta
    const movedAway = movedTo !== null && !sameName(container, movedTo)
    if (this.#wanted.container === 'suspended' && mapping.suspendedContainer !== null) {
      if (sameName(container, mapping.suspendedContainer) || isArchive(container, mapping)) return
      this.#again(movedAway, { does: 'move', target: mapping.suspendedContainer, why: 'access-level' },
        { kind: 'moved-by-hand', target: container, text: 'Assent had moved this account and somebody has moved it since.' })
    } else if (this.#wanted.container === 'home' && movedTo !== null) {
      const home = mapping.homeContainer ?? this.#delta.movedFrom
      if (home !== null && sameName(container, home)) return
      if (movedAway) {
        this.#leave({ kind: 'moved-by-hand', target: container, text: 'Somebody moved this account meanwhile; it stays where it is.' })
      } else if (home === null) {
        this.#wait({ kind: 'home-unknown', target: container, text: 'It is not known where this account belongs; please move it by hand.' })
      } else {
        this.#steps.push({ does: 'move', target: home, why: 'restore' })
      }
    }
  }

  groupsIn(): void {
    this.#groups({
      wanted: this.#wanted.groups, ours: this.#delta.groupsAdded, isSo: this.#isIn, does: 'add-group', reverse: 'remove-group',
      kind: 'group-left-by-hand', undone: 'Assent had added this account to a group and somebody has taken it out since.',
    })
  }

  groupsOut(): void {
    this.#groups({
      wanted: this.#wanted.withoutGroups, ours: this.#delta.groupsRemoved, isSo: folded => !this.#isIn(folded),
      does: 'remove-group', reverse: 'add-group',
      kind: 'group-joined-by-hand', undone: 'Assent had taken this account out of a group and somebody has added it again since.',
    })
  }

  unmapped(): void {
    for (const profile of this.#wanted.unmappedProfiles) {
      const text = `The profile "${profile}" has no groups in this directory's settings, so it has no effect here.`
      this.#wait({ kind: 'unmapped-profile', target: profile, text })
    }
  }

  result(): AccountPlan {
    if (!this.#observed.protected) return { change: toChange(this.#steps), drift: this.#drift, because: this.#steps }
    const nothingToDo = this.#steps.length === 0 && this.#drift.length === 0
    const text = 'This account is protected, so Assent never changes it; a person has to.'
    return { change: null, because: [], drift: nothingToDo ? [] : [{ kind: 'protected', target: null, text, waits: true }] }
  }

  #groups(side: {
    wanted: ReadonlyMap<string, string>
    ours: readonly string[]
    isSo: (folded: string) => boolean
    does: 'add-group' | 'remove-group'
    reverse: 'add-group' | 'remove-group'
    kind: DriftNote['kind']
    undone: string
  }): void {
    const ours = new Set(side.ours.map(foldName))
    for (const [folded, target] of side.wanted) {
      if (side.isSo(folded)) continue
      this.#again(ours.has(folded), { does: side.does, target, why: 'profile-or-level' }, { kind: side.kind, target, text: side.undone })
    }
    if (!this.#wanted.reversesGroups) return
    for (const target of side.ours) {
      const folded = foldName(target)
      if (side.wanted.has(folded) || this.#isPlanned(side.reverse, folded)) continue
      if (side.isSo(folded)) this.#steps.push({ does: side.reverse, target, why: 'restore' })
      else this.#leave({ kind: side.kind, target, text: side.undone })
    }
  }

  /** The first time it is simply planned; where a person has undone Assent's own work it waits for a person. */
  #again(undoneByHand: boolean, step: PlannedStep, note: Omit<DriftNote, 'waits'>): void {
    if (!undoneByHand) {
      if (!this.#isPlanned(step.does, step.target === null ? null : foldName(step.target))) this.#steps.push(step)
    } else if (this.#override === null) {
      this.#wait(note)
    } else {
      this.#steps.push({ ...step, why: this.#override })
      if (this.#override === 'emergency') this.#leave(note)
    }
  }

  #isPlanned(does: PlannedStep['does'], folded: string | null): boolean {
    return this.#steps.some(step => step.does === does && (step.target === null ? null : foldName(step.target)) === folded)
  }

  #wait(note: Omit<DriftNote, 'waits'>): void {
    this.#drift.push({ ...note, waits: true })
  }

  #leave(note: Omit<DriftNote, 'waits'>): void {
    this.#drift.push({ ...note, waits: false })
  }
}

function toChange(steps: readonly PlannedStep[]): AccountChange | null {
  const change: AccountChange = {}
  for (const { does, target } of steps) {
    if (does === 'end-sessions') change.endSessions = true
    else if (does === 'archive' || does === 'unarchive') change.archived = does === 'archive'
    else if (does === 'disable' || does === 'enable') change.enabled = does === 'enable'
    else if (target === null) continue
    else if (does === 'move') change.moveTo = target
    else if (does === 'add-group') (change.addGroups ??= []).push(target)
    else (change.removeGroups ??= []).push(target)
  }
  return steps.length > 0 ? change : null
}

const isArchive = (container: string, { archivedContainer }: DirectoryMapping): boolean => Boolean(archivedContainer) && sameName(container, archivedContainer ?? '')
