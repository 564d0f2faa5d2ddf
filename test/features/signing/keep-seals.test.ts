import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { type NewSeal, SigningStore } from '../../../src/features/signing/signing-store.ts'
import { onBothDatabases } from '../../support/databases.ts'

const HASH = '0'.repeat(64)
const idOf = (n: number): string => `01K0000000000000000000${String(n).padStart(4, '0')}`
const sha = (text: string): string => createHash('sha256').update(text).digest('hex')
const sealOf = (n: number, by = 'one', sealNumber = 1): NewSeal =>
  ({ signatureId: idOf(n), sealNumber, tail: Buffer.from(`tail of ${n} by ${by}`), fileSha256: sha(`${n} ${sealNumber} ${by}`), unsignedSha256: sha(`${n} unsigned`) })
const claimOf = (n: number, sealNumber = 1) => ({ signatureId: idOf(n), sealNumber, sealedAt: 1_000, certificateId: HASH, renditionHash: HASH })
const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, at) => from + at)

onBothDatabases('D3: keeping seals', (get) => {
  it('each tail goes to its own claim, whatever its number; who has no claim, or a seal already, is left as it is', async () => {
    const { db } = get()
    const store = new SigningStore(db)
    await db.transaction(() => store.claimSeals([...range(0, 70).map((n) => claimOf(n)), claimOf(3, 2)]))
    expect(await db.transaction(() => store.keepSeals([sealOf(5, 'the first')]))).toHaveLength(1)
    const kept = await db.transaction(() => store.keepSeals([...range(0, 70).filter((n) => n !== 3).map((n) => sealOf(n)), sealOf(3, 'one', 2), sealOf(900)]))
    expect(kept.map((seal) => seal.signatureId).toSorted()).toEqual(range(0, 70).filter((n) => n !== 5).map(idOf))
    for (const n of [0, 1, 31, 32, 63, 64, 69]) {
      const wanted = sealOf(n)
      expect(await store.sealedRecord(idOf(n))).toMatchObject({ fileSha256: wanted.fileSha256, unsignedSha256: wanted.unsignedSha256, tail: wanted.tail })
    }
    expect(await store.sealedRecord(idOf(5))).toMatchObject({ tail: Buffer.from('tail of 5 by the first') })
    expect(await store.record(idOf(3))).toMatchObject({ tail: null, fileSha256: null })
    expect(await store.sealedRecord(idOf(3))).toMatchObject({ sealNumber: 2, tail: Buffer.from('tail of 3 by one') })
    expect(await store.sealedRecord(idOf(900))).toBeNull()
  })

  it('two workers that made the same seals at once: each seal is kept once, by one of them, and stays', async () => {
    const { db } = get()
    const store = new SigningStore(db)
    await db.transaction(() => store.claimSeals(range(100, 180).map((n) => claimOf(n))))
    const [one, two] = await Promise.all([
      db.transaction(() => store.keepSeals(range(100, 160).map((n) => sealOf(n, 'one')))),
      db.transaction(() => store.keepSeals(range(130, 180).toReversed().map((n) => sealOf(n, 'two')))),
    ])
    expect([...one, ...two].map((seal) => seal.signatureId).toSorted()).toEqual(range(100, 180).map(idOf))
    for (const seal of [...one, ...two]) expect(await store.sealedRecord(seal.signatureId)).toMatchObject({ fileSha256: seal.fileSha256, tail: seal.tail })
  })
})
