import { describe, expect, it } from 'vitest'
import { qrOps } from '../../../src/adapters/pdf/qr-ops.ts'
import { qrModules } from '../../../src/adapters/qr/qr-modules.ts'

const CHARS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

describe('the QR code of a record', () => {
  it('D3: put together from its characters, is the one the encoder makes of the whole address', () => {
    for (const address of ['https://a.example/verify/', 'http://127.0.0.1:3000/verify/', 'https://assent.a-long-name-of-a-trust.example.org.uk/verify/', 'HTTPS://A.EXAMPLE/']) {
      for (let n = 0; n < 60; n += 1) {
        const reference = Array.from({ length: n % 2 ? 26 : 7 }, (_, at) => CHARS[(n * 31 + at * at * 17 + at * n) % CHARS.length]).join('')
        const { size, runs } = qrModules(`${address}${reference}`, 2)
        const drawn = [...qrOps(`${address}${reference}`, 0, 0, size).matchAll(/(\d+) (\d+) (\d+) 1 re/g)].map(([, column, row, length]) => ({ row: Number(row), column: Number(column), length: Number(length) }))
        expect(drawn).toEqual(runs)
      }
    }
  })
})
