import { X509Certificate } from 'node:crypto'
import { OutsideFailure } from '../../shared/errors.ts'
import { readTimeStampResponse, timeStampRequest, type TimeStamp } from './time-stamp.ts'

/** Whoever says when a digest existed. */
export interface TimeStampingAuthority {
  /** Certificates that its tokens must lead to. */
  readonly trusted: X509Certificate[]
  /** @throws OutsideFailure when it does not answer in time, refuses, or its answer does not check. */
  stamp(digest: Buffer, nonce: Buffer): Promise<TimeStamp>
}

const LARGEST = 64 * 1024

/** An authority asked over HTTP (RFC 3161, 3.4). `authorityPem`: one or more certificates, PEM. */
export function httpAuthority(settings: { url: string; authorityPem: string; timeoutMs?: number }): TimeStampingAuthority {
  const pems = settings.authorityPem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
  const trusted = pems.map((pem) => new X509Certificate(pem))
  return {
    trusted,
    async stamp(digest, nonce) {
      return readTimeStampResponse(await ask(settings.url, timeStampRequest(digest, nonce), settings.timeoutMs ?? 20_000), { digest, nonce }, trusted)
    },
  }
}

async function ask(url: string, request: Buffer, timeoutMs: number): Promise<Buffer> {
  try {
    const answer = await fetch(url, {
      method: 'POST', headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' }, body: new Uint8Array(request),
      redirect: 'error', signal: AbortSignal.timeout(timeoutMs),
    })
    if (!answer.ok) throw new Error(`it answered ${answer.status}`)
    if (Number(answer.headers.get('content-length') ?? 0) > LARGEST) throw new Error('its answer is far too long')
    const parts: Buffer[] = []
    let size = 0
    for await (const part of answer.body ?? []) {
      parts.push(Buffer.from(part))
      size += part.length
      if (size > LARGEST) throw new Error('its answer is far too long')
    }
    return Buffer.concat(parts)
  } catch (error) {
    const { name, message } = error as Error
    const reason = name === 'TimeoutError' ? `it did not answer within ${Math.round(timeoutMs / 1000)} s` : message
    throw new OutsideFailure({ what: `The time-stamping authority could not be asked: ${reason}.`, where: new URL(url).host, remedy: 'It is asked again by itself.' }, error)
  }
}
