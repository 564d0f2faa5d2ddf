import type { PasskeyService } from './passkey-service.ts'
import { looksLikeRecoveryCode, type RecoveryCodes } from './recovery-codes.ts'
import type { SecretBox } from './secret-box.ts'
import type { TotpService } from './totp-service.ts'

/** How a person can prove who they are, here, without the school's provider. */
export interface ProofsOf { passkeys: number; codes: boolean; recoveryCodes: number }

/** Passkeys, codes and recovery codes of people, as one. */
export class Proofs {
  readonly passkeys: PasskeyService
  readonly totp: TotpService
  readonly recovery: RecoveryCodes
  /** For what waits in a session until it is shown or confirmed. */
  readonly box: SecretBox
  constructor(parts: { passkeys: PasskeyService; totp: TotpService; recovery: RecoveryCodes; box: SecretBox }) {
    this.box = parts.box
    this.passkeys = parts.passkeys
    this.totp = parts.totp
    this.recovery = parts.recovery
  }

  async of(personId: string): Promise<ProofsOf> {
    return { passkeys: (await this.passkeys.of(personId)).length, codes: await this.totp.isSetUp(personId), recoveryCodes: await this.recovery.left(personId) }
  }

  /** A code from the app, or one from the paper. A right one from the paper opens the way that too many wrong ones had closed. */
  async acceptsCode(personId: string, code: string): Promise<boolean> {
    const typed = code.replace(/\s/g, '')
    if (!looksLikeRecoveryCode(typed)) return this.totp.accepts(personId, typed)
    if (!await this.recovery.accepts(personId, typed)) return false
    await this.totp.reopen(personId)
    return true
  }

  /** Whose passkey answered; null for nobody's. */
  async acceptsPasskey(response: unknown, challenge: string): Promise<string | null> {
    const personId = await this.passkeys.answer(response, challenge)
    if (personId !== null) await this.totp.reopen(personId)
    return personId
  }
}
