import { generateKeyPairSync, sign } from 'node:crypto'

/** An RSA key with the least certificate (RFC 5280) that names it, both in PEM. */
export interface RsaIdentity { key: string; certificate: string }

/** `from` and `until` bound the certificate's time. */
export function rsaCertificate(name: string, options: { bits?: number; from?: Date; until?: Date } = {}): RsaIdentity {
  const { bits = 2048, from = new Date('2020-01-01T00:00:00Z'), until = new Date('2049-12-31T23:59:59Z') } = options
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: bits })
  const sha256WithRsa = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05, Buffer.alloc(0)))
  const commonName = sequence(der(0x31, sequence(der(0x06, Buffer.from('550403', 'hex')), der(0x0c, Buffer.from(name)))))
  const time = (at: Date) => der(0x17, Buffer.from(`${at.toISOString().replace(/[-:T]/g, '').slice(2, 14)}Z`))
  const toBeSigned = sequence(
    der(0xa0, der(0x02, Buffer.from([2]))), der(0x02, Buffer.from([1])), sha256WithRsa, commonName,
    sequence(time(from), time(until)), commonName, publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = der(0x03, Buffer.concat([Buffer.from([0]), sign('sha256', toBeSigned, privateKey)]))
  const base64 = sequence(toBeSigned, sha256WithRsa, signature).toString('base64').replace(/.{1,64}/g, '$&\n')
  return { key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), certificate: `-----BEGIN CERTIFICATE-----\n${base64}-----END CERTIFICATE-----\n` }
}

function der(tag: number, content: Buffer): Buffer {
  const { length } = content
  const head = length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff]
  return Buffer.concat([Buffer.from(head), content])
}

const sequence = (...parts: Buffer[]): Buffer => der(0x30, Buffer.concat(parts))
