import { readFileSync } from 'node:fs'
import type { Actor } from '../http/actor.ts'
import { NoToken } from '../features/machines/token-service.ts'
import type { Scope } from '../features/machines/scopes.ts'
import type { Services } from '../services.ts'
import { NotFound, Refused, UnusableInput } from '../shared/errors.ts'
import { operator } from './command.ts'

/** Who runs a command (B8): the operator of this computer, or the person whose token was given. */
export interface Runner {
  /** For the ledger and for B5: `os:<user>`, or `person:<id>` of the token's person, so that two tokens of one person are one person. */
  label: string
  /** Null: the operator. */
  actor: Actor | null
  /** Schools in which the runner may do it now. @throws Forbidden (exit 3) where the token or its person may not. */
  schools(scope: Scope): 'all' | readonly string[]
}

/** The flag that every command of this kind takes. */
export const TOKEN_FLAG = { token: { type: 'string' } } as const

/**
 * Finds out who runs a command, by `--token` or else the file of `ASSENT_TOKEN_FILE`; without either it is `os:<user>`. A use of a
 * token is kept in the ledger with the command and the user of this computer.
 * @throws Refused for a token that is unknown, over, revoked, or whose person may not decide there any more; UnusableInput for a file that cannot be read.
 */
export async function runnerOf({ config, machines, audit, db }: Services, token: string | undefined, command: string): Promise<Runner> {
  const text = token ?? (config.tokenFile === null ? null : tokenIn(config.tokenFile))
  if (text === null) return { label: operator(), actor: null, schools: () => 'all' }
  const caller = await machines.tokens.caller(`Bearer ${text}`).catch((error: unknown) => {
    if (!(error instanceof NoToken)) throw error
    throw new Refused({ what: 'B8: the token does not count: it is unknown, over or revoked, or its person may not decide here any more.', where: token === undefined ? config.tokenFile ?? '' : '--token', remedy: 'Give a token of /security/tokens that counts.' })
  })
  await db.transaction(() => audit.record({ actor: caller.actor.label, event: 'token.used-by-command', subject: null, payload: { token: caller.token.name, command, by: operator() } }))
  return { label: caller.actor.label, actor: caller.actor, schools: (scope) => caller.schools(scope) }
}

function tokenIn(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch (error) {
    throw new UnusableInput({ what: `The token file ${path} cannot be read (${(error as NodeJS.ErrnoException).code}).`, where: 'ASSENT_TOKEN_FILE', remedy: 'Check the path and that you may read it, or unset ASSENT_TOKEN_FILE.' })
  }
}

/** For acts about the whole trust; `instead`: what a token of one school can do. @throws Refused for a token of some schools only. */
export function wholeTrust(runner: Runner, scope: Scope, instead = ''): void {
  if (runner.schools(scope) !== 'all') throw new Refused({ what: 'This is about the whole trust, and the token counts for one school.', where: '--token', remedy: `Give a token for the whole trust${instead === '' ? '' : `, or ${instead}`}.` })
}

/** As on the plan's page: a plan of other schools reads as none, and nobody decides about a child of their own (P7). @throws NotFound, Refused */
export async function mayDecide({ accessPageQueries }: Pick<Services, 'accessPageQueries'>, runner: Runner, scope: Scope, planId: string): Promise<void> {
  const schools = runner.schools(scope)
  if (await accessPageQueries.concernsOthers(planId, schools)) throw new NotFound('There is no such access plan.')
  if (await accessPageQueries.concernsOneOf(planId, runner.actor?.relatedTo ?? [])) {
    throw new Refused({ what: 'P7: the token’s person has a family link to somebody in this plan.', remedy: 'A colleague must decide it.' })
  }
}
