import type { Sample } from '../support/sample.ts'
import { deskSamples } from './look-samples-desk.ts'
import { identitySamples } from './look-samples-identity.ts'
import { itSamples } from './look-samples-it.ts'
import { moreSamples } from './look-samples-more.ts'
import { officeSamples } from './look-samples-office.ts'
import { replaySamples } from './look-samples-replay.ts'
import { passwordSamples } from './look-samples-passwords.ts'
import { requirementSamples } from './look-samples-requirements.ts'
import { signingSamples } from './look-samples-signing.ts'

/** Every page in every state that looks different, with made-up data in the shape its template documents. */
export const samples: Sample[] = [...signingSamples, ...officeSamples, ...itSamples, ...moreSamples, ...identitySamples, ...requirementSamples, ...deskSamples, ...replaySamples, ...passwordSamples]
