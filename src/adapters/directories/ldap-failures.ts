import { ResultCodeError } from 'ldapts'
import { AssentError, OutsideFailure } from '../../shared/errors.ts'
import { DirectoryRefusal } from './directory.ts'

/**
 * LDAP and TLS failures in plain words. The server's own text is never passed on: it may hold names of people (V4); its
 * codes are.
 */

/** Trouble with the connection or the directory as a whole; what a caller may try again later. */
export function outsideFailure(error: unknown, where: string): AssentError | DirectoryRefusal {
  if (error instanceof AssentError || error instanceof DirectoryRefusal) return error
  if (error instanceof ResultCodeError) return new OutsideFailure({ where, ...resultParts(error) })
  return new OutsideFailure({ where, ...connectionParts(error) }, error)
}

/** The directory answered one change of one account with no. Busy and the like stay failures that may pass. */
export function changeRefusal(error: unknown, step: string, immutableId: string, where: string): AssentError | DirectoryRefusal {
  if (!(error instanceof ResultCodeError) || PASSING.has(error.code)) return outsideFailure(error, where)
  const what = (why: string) => `The directory did not ${step} the account ${immutableId}: ${why}`
  const known = CHANGE_REFUSALS[error.code]
  if (known) return new DirectoryRefusal(what(known.why), known.remedy)
  return new DirectoryRefusal(what(`it answered with ${codeText(error)}.`), 'Look at this account in the directory; if it seems in order, pass the code on to support.')
}

/** Codes that mean: not now. */
const PASSING = new Set([1, 3, 11, 51, 52])

const CHANGE_REFUSALS: Readonly<Record<number, { why: string; remedy: string }>> = {
  19: { why: 'a rule of the directory forbids it.', remedy: 'Look at this account in the directory: its password or another value may break a policy.' },
  32: {
    why: 'it, or the group, was moved or deleted at the same moment, again and again.',
    remedy: 'Somebody or something else is changing it. Run again later.',
  },
  50: {
    why: 'the service account has no right to do that there.',
    remedy: 'Delegate the right to the service account on the organisational units concerned (see the guide on Active Directory).',
  },
  53: {
    why: 'it is unwilling.',
    remedy: 'An account without a password that meets the policy cannot be enabled: set one. Otherwise look at the account in the directory.',
  },
  64: { why: 'it cannot lie in that organisational unit.', remedy: 'Correct the organisational unit in the directory settings.' },
  68: {
    why: 'the organisational unit holds another object of the same name already.',
    remedy: 'Rename one of the two in the directory, then run again.',
  },
}

function resultParts(error: ResultCodeError): { what: string; remedy: string } {
  switch (error.code) {
    case 49:
      return bindParts(error)
    case 8:
    case 13:
      return { what: 'The directory wants a safer connection than it was given.', remedy: 'Check that the address is the LDAPS one (port 636).' }
    case 3:
    case 4:
    case 11:
      return {
        what: `The directory stopped before it had answered in full (${codeText(error)}).`,
        remedy: 'Try again; if it happens again, use a smaller page size or search bases that hold less.',
      }
    case 10:
      return {
        what: 'The directory says that an organisational unit or group of the settings lies on another server.',
        remedy: 'Name a domain controller of the domain that holds it, and only search bases of that domain.',
      }
    case 32:
    case 34:
      return {
        what: 'The directory does not have an organisational unit or group that the settings name.',
        remedy: 'Correct the search bases and protected groups in the directory settings; one may have been renamed or moved.',
      }
    case 50:
      return { what: 'The service account may not read that part of the directory.', remedy: 'Give the service account the right to read the search bases.' }
    case 51:
    case 52:
      return { what: 'The directory is too busy to answer.', remedy: 'It will be tried again; nothing else needs doing.' }
    default:
      return { what: `The directory answered with ${codeText(error)}.`, remedy: 'Try again; if it happens again, look at the domain controller.' }
  }
}

/** The reason behind "invalid credentials", from the `data` code that a domain controller adds. */
const BIND_REASONS: Readonly<Record<string, [what: string, remedy: string]>> = {
  '525': ['does not know the service account', 'Correct bindDn in the directory settings.'],
  '52e': ['does not accept the name or password of the service account', 'Correct bindDn or the password in the directory settings.'],
  '530': ['does not let the service account log in at this hour', 'Take the logon hours off the service account.'],
  '531': ['does not let the service account log in from here', 'Take the workstation limit off the service account.'],
  '532': ['says that the password of the service account has expired', 'Set a new password, and one that does not expire.'],
  '533': ['says that the service account is disabled', 'Enable the service account.'],
  '701': ['says that the service account has expired', 'Take the expiry date off the service account.'],
  '773': ['wants the service account to change its password first', 'Set a password without "must change at next logon".'],
  '775': ['says that the service account is locked out', 'Unlock the service account, and correct its password here first.'],
}

function bindParts(error: ResultCodeError): { what: string; remedy: string } {
  const data = /\bdata ([0-9a-f]{3})\b/i.exec(error.message)?.[1]?.toLowerCase() ?? ''
  const [what, remedy] = BIND_REASONS[data] ?? ['does not let the service account in', 'Check bindDn and the password in the directory settings.']
  return { what: `The directory ${what}.`, remedy }
}

const UNTRUSTED = new Set([
  'SELF_SIGNED_CERT_IN_CHAIN', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_SIGNATURE_FAILURE', 'UNABLE_TO_GET_ISSUER_CERT',
])

function connectionParts(error: unknown): { what: string; remedy: string } {
  const code = codeOf(error)
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      what: 'The server that answered has a certificate for another name, so it may not be the directory.',
      remedy: 'Use the name in its certificate as the host, or set it as servername in the directory settings.',
    }
  }
  if (UNTRUSTED.has(code)) {
    return {
      what: "The directory's certificate was issued by an authority that is not trusted here.",
      remedy: 'Set ca in the directory settings to the PEM certificate of the authority that issued it.',
    }
  }
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID') {
    return { what: "The directory's certificate is not valid today.", remedy: 'Renew the certificate of the domain controller; check the clocks of both machines.' }
  }
  if (code === 'EPROTO' || code.startsWith('ERR_SSL')) {
    return { what: 'The server does not speak TLS at that address.', remedy: 'Check host and port: LDAPS is on port 636.' }
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return { what: 'The name of the directory server cannot be found.', remedy: 'Check the host in the directory settings, and the name service of this machine.' }
  }
  const detail = code === '' ? '' : ` (${code})`
  return { what: `The directory did not answer, or broke off the connection${detail}.`, remedy: 'Check that the server is up and that the network lets port 636 through; then run again.' }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
}

/** `LDAP code 53 (0000052D)`: the number of RFC 4511 and, where there is one, Active Directory's own. */
function codeText(error: ResultCodeError): string {
  const own = /^([0-9A-F]{8}): /.exec(error.message)?.[1]
  return `LDAP code ${error.code}${own ? ` (${own})` : ''}`
}
