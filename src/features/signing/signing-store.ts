import type { SealedTail } from '../../adapters/pdf/pdf-records.ts'
import type { Database } from '../../db/database.ts'
import { canonicalJson } from '../../shared/canonical-json.ts'
import type { Instant } from '../../shared/dates.ts'
import type { Signature } from './signature.ts'

export interface SealedRecord {
  signatureId: string
  sealNumber: number
  sealedAt: Instant
  certificateId: string
  renditionHash: string
  tail: Buffer | null
  fileSha256: string | null
  unsignedSha256: string | null
}

/** A seal that was made for a claim. */
export type NewSeal = Pick<SealedRecord, 'signatureId' | 'sealNumber'> & SealedTail

/** A tail may hold a large drawing and travels as twice its size: so many stay well below what a database takes at once (16 MB). */
const SEALS_PER_STATEMENT = 32

/** Signatures, their devices and their sealed records. */
export class SigningStore {
  readonly #db: Database
  constructor(db: Database) {
    this.#db = db
  }

  /** @throws a duplicate-key error when the slot holds an active signature or the form was sent before (S2). */
  async insert(captured: readonly { signature: Signature; device: { address: string | null; userAgent: string | null; eraseAfter: Instant } }[]): Promise<void> {
    await this.#db.insertMany('signatures', captured.map(({ signature }) => ({
      id: signature.id, signatory_id: signature.signatoryId, request_id: signature.requestId, active: 1,
      subject_id: signature.subjectId, signer_id: signature.signerId, actor: signature.actor, method: signature.method,
      signed_at: signature.signedAt, rendition_hash: signature.renditionHash, evidence: canonicalJson(signature.evidence),
      form_key: signature.formKey, seal_state: 'pending', ended_at: null, ended_kind: null,
    })))
    await this.#db.insertMany('signature_devices', captured.map(({ signature, device }) => ({
      signature_id: signature.id, address: device.address?.slice(0, 60) ?? null, user_agent: device.userAgent?.slice(0, 300) ?? null, erase_after: device.eraseAfter,
    })))
  }

  async byId(id: string): Promise<Signature | null> {
    const [row] = await this.#db.rows('select * from signatures where id = ?', [id])
    return row ? fromRow(row) : null
  }

  async byFormKey(formKey: string): Promise<Signature | null> {
    const row = await this.#db.sql('signatures').where({ form_key: formKey }).first()
    return row ? fromRow(row) : null
  }

  /** Which of these forms have made a signature. */
  async formKeysOf(formKeys: readonly string[]): Promise<Set<string>> {
    return new Set((await this.#db.rowsIn('select form_key from signatures where form_key in (:list)', [], formKeys)).map((row) => row['form_key'] as string))
  }

  /** What stands in the way of an insert of each: the signature its form made before, else the one that counts in its slot (S2). */
  async standing<C extends { formKey: string; signatoryId: string }>(commands: readonly C[]): Promise<Map<C, Signature>> {
    const byForm = await this.#db.rowsIn('select * from signatures where form_key in (:list)', [], commands.map((command) => command.formKey))
    const active = await this.#db.rowsIn('select * from signatures where active = 1 and signatory_id in (:list)', [], commands.map((command) => command.signatoryId))
    return new Map(commands.flatMap((command) => {
      const row = byForm.find((one) => one['form_key'] === command.formKey) ?? active.find((one) => one['signatory_id'] === command.signatoryId)
      return row ? [[command, fromRow(row)] as const] : []
    }))
  }

  async activeOf(signatoryId: string): Promise<Signature | null> {
    const row = await this.#db.sql('signatures').where({ signatory_id: signatoryId, active: 1 }).first()
    return row ? fromRow(row) : null
  }

  /** What this person signed last in a slot, whether it still counts or not. */
  async latestOf(signatoryId: string, signerId: string): Promise<Signature | null> {
    const row = await this.#db.read('signatures').where({ signatory_id: signatoryId, signer_id: signerId }).orderBy('id', 'desc').first()
    return row ? fromRow(row) : null
  }

  /** The newest signature of one person about one subject for an agreement, outside one request. */
  async earlierOf(who: { signerId: string; subjectId: string; agreementId: string; exceptRequest: string }): Promise<Signature | null> {
    const row = await this.#db.read('signatures as s').join('requests as r', 'r.id', 's.request_id')
      .where({ 's.signer_id': who.signerId, 's.subject_id': who.subjectId, 'r.agreement_id': who.agreementId }).whereNot('s.request_id', who.exceptRequest)
      .orderBy('s.id', 'desc').first('s.*')
    return row ? fromRow(row) : null
  }

  /** Everything this person ever signed, newest first, ended ones included. */
  async bySigner(signerId: string): Promise<Signature[]> {
    return (await this.#db.read('signatures').where({ signer_id: signerId }).orderBy('id', 'desc')).map(fromRow)
  }

  /** Ends a signature that counts; false when it had ended before. The row stays (S4). */
  async end(id: string, kind: 'withdrawn' | 'invalidated', at: Instant): Promise<boolean> {
    return await this.#db.sql('signatures').where({ id, active: 1 }).update({ active: null, ended_at: at, ended_kind: kind }) === 1
  }

  /** Of these requests, newest first. */
  async ofRequests(requestIds: readonly string[]): Promise<Signature[]> {
    if (requestIds.length === 0) return []
    return (await this.#db.read('signatures').whereIn('request_id', [...requestIds]).orderBy('signed_at', 'desc')).map(fromRow)
  }

  async setSealed(ids: readonly string[]): Promise<void> {
    await this.#db.run(`update signatures set seal_state = 'sealed' where id in (${marks(ids)})`, ids)
  }

  /** In no order; what is unknown is left out. */
  async byIds(ids: readonly string[]): Promise<Signature[]> {
    return (await this.#db.rowsIn('select * from signatures where id in (:list)', [], ids)).map(fromRow)
  }

  /** Signatures captured before `before` and not sealed yet: an alarm, and what a sweep takes up again. */
  async unsealed(before: Instant, limit: number): Promise<string[]> {
    return (await this.#db.read('signatures').where({ seal_state: 'pending' }).where('signed_at', '<', before).orderBy('signed_at').limit(limit).select('id'))
      .map((row) => row.id)
  }

  /** D3: the claim comes first; one that is there already stays as it is. */
  async claimSeals(claims: readonly Pick<SealedRecord, 'signatureId' | 'sealNumber' | 'sealedAt' | 'certificateId' | 'renditionHash'>[]): Promise<void> {
    await this.#db.insertNew('sealed_records', claims.map((claim) => ({
      signature_id: claim.signatureId, seal_number: claim.sealNumber, sealed_at: claim.sealedAt, certificate_id: claim.certificateId,
      rendition_hash: claim.renditionHash, tail: null, file_sha256: null, unsigned_sha256: null,
    })))
  }

  /** The highest seal number of each, whether it is sealed or only claimed. Read from where it is written. */
  async newestRecords(signatureIds: readonly string[]): Promise<Map<string, SealedRecord>> {
    const rows = await this.#db.rows(`select * from sealed_records where signature_id in (${marks(signatureIds)}) order by seal_number`, signatureIds)
    return new Map(rows.map((row) => [row['signature_id'] as string, recordFromRow(row)]))
  }

  /** The newest seal that was made; null while there is none. */
  async sealedRecord(signatureId: string): Promise<SealedRecord | null> {
    const [row] = await this.#db.rows('select * from sealed_records where signature_id = ? and file_sha256 is not null order by seal_number desc limit 1', [signatureId])
    return row ? recordFromRow(row) : null
  }

  /** Keeps seals, in few statements. The first committed seal wins: gives those that were kept now. Within a transaction. */
  async keepSeals<S extends NewSeal>(seals: readonly S[]): Promise<S[]> {
    const kept: S[] = []
    for (const [sealNumber, ofNumber] of Map.groupBy(seals, (seal) => seal.sealNumber)) {
      const free = await this.#unsealedClaims(ofNumber.map((seal) => seal.signatureId), sealNumber)
      const wanted = ofNumber.filter((seal) => free.has(seal.signatureId))
      for (let from = 0, size = 0; from < wanted.length; from += size) {
        size = Math.min(this.#db.dialect.rowsPerInsert(wanted.length - from), SEALS_PER_STATEMENT)
        await this.#writeSeals(wanted.slice(from, from + size), sealNumber)
      }
      kept.push(...wanted)
    }
    return kept
  }

  /**
   * Claims of this number that wait for their seal, locked until the transaction ends. They are found by their key: by the index of hashes a
   * worker would lock every claim that waits, and the gap into which others put theirs.
   */
  async #unsealedClaims(signatureIds: readonly string[], sealNumber: number): Promise<Set<string>> {
    const lock = this.#db.dialect.lockRows ? ' for update' : ''
    const rows = await this.#db.rowsIn(`select signature_id from sealed_records where seal_number = ? and coalesce(file_sha256, '') = '' and signature_id in (:list)${lock}`, [sealNumber], signatureIds)
    return new Set(rows.map((row) => row['signature_id'] as string))
  }

  async #writeSeals(seals: readonly NewSeal[], sealNumber: number): Promise<void> {
    const pick = `case signature_id${' when ? then ?'.repeat(seals.length)} end`
    const ids = seals.map(({ signatureId }) => signatureId)
    const picked = (value: (seal: NewSeal) => unknown) => seals.flatMap((seal) => [seal.signatureId, value(seal)])
    const written = await this.#db.run(`update sealed_records set tail = ${pick}, file_sha256 = ${pick}, unsigned_sha256 = ${pick} where seal_number = ? and coalesce(file_sha256, '') = '' and signature_id in (${marks(ids)})`,
      [...picked((seal) => seal.tail), ...picked((seal) => seal.fileSha256), ...picked((seal) => seal.unsignedSha256), sealNumber, ...ids])
    if (written !== seals.length) throw new Error(`${written} of ${seals.length} seals were kept`)
  }

  async record(signatureId: string, sealNumber = 1): Promise<SealedRecord | null> {
    const row = await this.#db.sql('sealed_records').where({ signature_id: signatureId, seal_number: sealNumber }).first()
    return row ? recordFromRow(row) : null
  }

  /** The signature behind a whole file's hash. */
  async signatureOfFile(fileSha256: string): Promise<Signature | null> {
    const row = await this.#db.read('sealed_records').where({ file_sha256: fileSha256 }).first('signature_id')
    return row ? this.byId(row.signature_id) : null
  }

  /** Walks sealed records, oldest signature first, for export. */
  async* sealed(size = 200): AsyncIterable<{ signature: Signature; record: SealedRecord }[]> {
    let after = ''
    for (;;) {
      const rows = await this.#db.read('signatures').where({ seal_state: 'sealed' }).andWhere('id', '>', after).orderBy('id').limit(size)
      if (rows.length === 0) return
      const records = await this.#db.read('sealed_records').whereIn('signature_id', rows.map((row) => row.id)).whereNotNull('file_sha256').orderBy('seal_number', 'desc')
      yield rows.flatMap((row) => {
        const record = records.find((candidate) => candidate.signature_id === row.id)
        return record ? [{ signature: fromRow(row), record: recordFromRow(record) }] : []
      })
      if (rows.length < size) return
      after = rows[rows.length - 1].id
    }
  }
}

const marks = (ids: readonly string[]): string => `?${', ?'.repeat(ids.length - 1)}`

function fromRow(row: Record<string, unknown>): Signature {
  return {
    id: row['id'] as string,
    signatoryId: row['signatory_id'] as string,
    requestId: row['request_id'] as string,
    active: row['active'] === 1,
    subjectId: row['subject_id'] as string,
    signerId: row['signer_id'] as string,
    actor: row['actor'] as string,
    method: row['method'] as Signature['method'],
    signedAt: row['signed_at'] as number,
    renditionHash: row['rendition_hash'] as string,
    evidence: JSON.parse(row['evidence'] as string) as Signature['evidence'],
    formKey: row['form_key'] as string,
    sealState: row['seal_state'] as Signature['sealState'],
    endedKind: row['ended_kind'] as Signature['endedKind'],
  }
}

function recordFromRow(row: Record<string, unknown>): SealedRecord {
  const tail = row['tail']
  return {
    signatureId: row['signature_id'] as string,
    sealNumber: row['seal_number'] as number,
    sealedAt: row['sealed_at'] as number,
    certificateId: row['certificate_id'] as string,
    renditionHash: row['rendition_hash'] as string,
    // One driver gives an ArrayBuffer, the other a Buffer.
    tail: tail === null ? null : Buffer.from(tail as ArrayBuffer),
    fileSha256: row['file_sha256'] as string | null,
    unsignedSha256: row['unsigned_sha256'] as string | null,
  }
}
