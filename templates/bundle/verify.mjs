#!/usr/bin/env node
// Checks a folder of signed agreements exported by Assent. Needs Node 20 or newer and nothing else: no network, no database, no packages.
//
//   node verify.mjs [FOLDER] [--fingerprint SHA256-OF-THE-AUTHORITY] [--json]
//
// For every PDF: (1) its bytes are those of index.csv; (2) its seal covers the whole file, is genuine, and leads to the authority in
// certificates.pem, valid at the time of sealing; (3) the ledger holds an entry for exactly these bytes, and that entry is part of the
// tree whose head is signed. For the ledger: every entry, root and signature. What this cannot know: whether the authority in this folder is
// the school's. Compare its fingerprint with the one on the school's page "Check a signed PDF", or pass it with --fingerprint.
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto'
import { createReadStream, existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest()
const hex = (bytes) => bytes.toString('hex')
class Bad extends Error {}

/** Sorted keys, no white space, whole numbers (RFC 8785, narrower). */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

// ---- the ledger: a Merkle tree (RFC 9162, 2.1) whose heads are signed with Ed25519

const leafHash = (text) => sha256(Buffer.of(0), text)
const nodeHash = (left, right) => sha256(Buffer.of(1), left, right)

async function readLedger(path) {
  const leaves = []
  const peaks = []
  const keys = new Map()
  const heads = new Map()
  const named = new Set()
  let signed = null
  let ended = false
  const root = () => peaks.reduceRight((right, { hash }) => (right === null ? hash : nodeHash(hash, right)), null)
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue
    if (ended) throw new Bad('something follows the end of the ledger')
    const item = JSON.parse(line)
    if (item.type === 'log') {
      for (const pem of item.public_keys) keys.set(hex(sha256(createPublicKey(pem).export({ type: 'spki', format: 'der' }))), createPublicKey(pem))
    } else if (item.type === 'leaf') {
      const at = leaves.length
      if (item.index !== at) throw new Bad(`entry ${at} of the ledger is missing or out of its place`)
      const hash = leafHash(canonical(item.entry))
      if (hex(hash) !== item.hash || item.entry.id !== item.entry_id) throw new Bad(`entry ${at} of the ledger is not what was recorded`)
      if (item.entry.event === 'audit.key-changed' && item.entry.subject?.startsWith('key:')) named.add(item.entry.subject.slice(4))
      leaves.push({ hash, entry: item.entry })
      let peak = { size: 1, hash }
      while (peaks.at(-1)?.size === peak.size) {
        const left = peaks.pop()
        peak = { size: left.size * 2, hash: nodeHash(left.hash, peak.hash) }
      }
      peaks.push(peak)
    } else if (item.type === 'head') {
      const key = keys.get(item.key_id)
      const message = `assent audit tree head 1\n${canonical({ at: item.at, key_id: item.key_id, root: item.root, size: item.size })}`
      // The first head's key begins; every other was named before, in the ledger that its predecessor signed.
      if (!signed) named.add(item.key_id)
      if (!key || !named.has(item.key_id)) throw new Bad(`the head of ${item.size} entries is signed with an unknown key`)
      if (!verify(null, Buffer.from(message), key, Buffer.from(item.signature, 'base64'))) throw new Bad(`the signature of the head of ${item.size} entries is not genuine`)
      if (item.size !== leaves.length || item.root !== hex(root() ?? Buffer.alloc(0))) throw new Bad(`the ledger is not what the head of ${item.size} entries was signed over`)
      heads.set(item.size, sha256(message))
      signed = { size: item.size, root: item.root, at: item.at, keyId: item.key_id }
    } else if (item.type === 'end') {
      ended = true
    }
  }
  if (!ended) throw new Bad('the ledger is cut short')
  if (!signed || signed.size !== leaves.length) throw new Bad('no signed head speaks for the last entries of the ledger')
  return { leaves, signed, heads }
}

function included({ leaf, index, size, path, root }) {
  let at = index
  let last = size - 1
  let hash = leaf
  for (const sibling of path) {
    if (last === 0) return false
    if (at % 2 === 1 || at === last) {
      hash = nodeHash(sibling, hash)
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)]
    } else hash = nodeHash(hash, sibling)
    at = Math.floor(at / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 && hex(hash) === root
}

// ---- the seal: a detached CMS signature (RFC 5652, ETSI EN 319 142-1) inside the PDF

/** One DER element: tag, contents, whole encoding. */
function der(bytes) {
  const size = bytes[1]
  const extra = size < 0x80 ? 0 : size & 0x7f
  if (bytes.length < 2 + extra || extra > 4 || size === 0x80) throw new Bad('the seal cannot be read')
  const length = extra === 0 ? size : bytes.readUIntBE(2, extra)
  const end = 2 + extra + length
  if (end > bytes.length) throw new Bad('the seal cannot be read')
  return { tag: bytes[0], content: bytes.subarray(2 + extra, end), whole: bytes.subarray(0, end) }
}
function children({ content }) {
  const out = []
  for (let at = 0; at < content.length;) {
    const child = der(content.subarray(at))
    out.push(child)
    at += child.whole.length
  }
  return out
}
const OID = { contentType: '2a864886f70d010903', digest: '2a864886f70d010904', certificate: '2a864886f70d010910022f', data: '2a864886f70d010701' }

function checkSeal(file, authorities) {
  const text = file.toString('latin1')
  const ranges = [...text.matchAll(/\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)]
  if (ranges.length !== 1) throw new Bad('it does not hold exactly one seal')
  const [start, before, after, rest] = ranges[0].slice(1).map(Number)
  if (start !== 0 || after + rest !== file.length || before >= after || file[before] !== 0x3c || file[after - 1] !== 0x3e) throw new Bad('its seal does not cover the whole file')
  const gap = text.slice(before + 1, after - 1)
  if (!/^[0-9a-f]+$/.test(gap)) throw new Bad('its seal is written in another way')
  const padded = Buffer.from(gap, 'hex')
  const cms = der(padded)
  if (padded.subarray(cms.whole.length).some((byte) => byte !== 0)) throw new Bad('bytes are hidden beside its seal')
  const signedData = children(children(children(cms)[1])[0])
  const certificates = children(signedData.find(({ tag }) => tag === 0xa0)).map(({ whole }) => new X509Certificate(whole))
  const signers = children(signedData.at(-1))
  if (signers.length !== 1) throw new Bad('it does not hold exactly one signer')
  const [, , , attributes, , signature] = children(signers[0])
  const named = new Map(children(attributes).map((attribute) => {
    const [type, values] = children(attribute)
    return [hex(type.content), children(values)[0]]
  }))
  const covered = sha256(file.subarray(0, before), file.subarray(after))
  if (!named.get(OID.digest)?.content.equals(covered)) throw new Bad('it has been changed since it was sealed')
  if (hex(named.get(OID.contentType)?.content ?? Buffer.alloc(0)) !== OID.data) throw new Bad('its seal is for another kind of content')
  const certificateHash = named.get(OID.certificate) && children(children(children(named.get(OID.certificate))[0])[0])[0]
  const leaf = certificates.find((certificate) => certificateHash?.content.equals(sha256(certificate.raw)))
  if (!leaf) throw new Bad('its seal does not name its certificate')
  const signed = Buffer.from(attributes.whole)
  signed[0] = 0x31
  if (!verify('sha256', signed, leaf.publicKey, signature.content)) throw new Bad('its seal is not genuine')
  const time = /\/M \(D:(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\+00'00'\)/.exec(text.slice(Math.max(0, before - 2_000), before))
  if (!time) throw new Bad('the time of sealing is missing')
  const at = Date.UTC(+time[1], +time[2] - 1, +time[3], +time[4], +time[5], +time[6])
  const valid = (certificate) => Date.parse(certificate.validFrom) - 1_000 <= at && at <= Date.parse(certificate.validTo)
  let current = leaf
  for (let step = 0; step < 6; step += 1) {
    if (!valid(current)) throw new Bad('its certificate was not valid at the time of sealing')
    if (authorities.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)) return new Date(at).toISOString()
    const issuer = [...authorities, ...certificates].find((one) => one.ca && one.fingerprint256 !== current.fingerprint256 && current.checkIssued(one) && current.verify(one.publicKey))
    if (!issuer) break
    current = issuer
  }
  throw new Bad('it was sealed with a certificate that leads to none of the authorities here')
}

// ---- what an authority outside said of the ledger: time-stamp tokens (RFC 3161)

const DIGESTS = { '608648016503040201': 'sha256', '608648016503040202': 'sha384', '608648016503040203': 'sha512' }
const SIGNED_WITH = { '2a864886f70d01010b': 'sha256', '2a864886f70d01010c': 'sha384', '2a864886f70d01010d': 'sha512', '2a8648ce3d040302': 'sha256', '2a8648ce3d040303': 'sha384', '2a8648ce3d040304': 'sha512' }

function checkStamp(token, imprint, authorities) {
  const signedData = children(children(children(der(token))[1])[0])
  const certificates = children(signedData.find(({ tag }) => tag === 0xa0)).map(({ whole }) => new X509Certificate(whole))
  const info = children(children(signedData[2])[1])[0].content
  const [, , asked, , time] = children(der(info))
  if (!children(asked)[1].content.equals(imprint)) throw new Bad('it is for another head')
  const [, , digestAlgorithm, attributes, algorithm, signature] = children(children(signedData.at(-1))[0])
  const digest = DIGESTS[hex(children(digestAlgorithm)[0].content)]
  const named = new Map(children(attributes).map((attribute) => [hex(children(attribute)[0].content), children(children(attribute)[1])[0]]))
  if (!digest || !named.get(OID.digest)?.content.equals(createHash(digest).update(info).digest())) throw new Bad('it was changed')
  const signed = Buffer.from(attributes.whole)
  signed[0] = 0x31
  const leaf = certificates.find((one) => one.keyUsage?.join() === '1.3.6.1.5.5.7.3.8' && verify(SIGNED_WITH[hex(children(algorithm)[0].content)] ?? digest, signed, one.publicKey, signature.content))
  if (!leaf) throw new Bad('its signature is not genuine')
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)/.exec(time.content.toString('latin1'))
  const at = Date.UTC(+year, month - 1, +day, +hour, +minute, +second)
  let current = leaf
  for (let step = 0; step < 6; step += 1) {
    if (at < Date.parse(current.validFrom) || at > Date.parse(current.validTo)) throw new Bad('its certificate was not valid then')
    if (authorities.some(({ fingerprint256 }) => fingerprint256 === current.fingerprint256)) return at
    const issuer = [...authorities, ...certificates].find((one) => one.fingerprint256 !== current.fingerprint256 && current.checkIssued(one) && current.verify(one.publicKey))
    if (!issuer) break
    current = issuer
  }
  throw new Bad('its authority is not the one in time-authority.pem')
}

function checkStamps(folder, { heads }, report, wrong) {
  const path = join(folder, 'timestamps.jsonl')
  const lines = existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : []
  const pems = lines.length > 0 ? readFileSync(join(folder, 'time-authority.pem'), 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [] : []
  for (const line of lines) {
    try {
      const { size, token } = JSON.parse(line)
      if (!heads.has(size)) throw new Bad('there is no head of its size in the ledger')
      const at = checkStamp(Buffer.from(token, 'base64'), heads.get(size), pems.map((pem) => new X509Certificate(pem)))
      report.stamps.push({ size, at })
    } catch (error) {
      wrong('timestamps.jsonl', error)
    }
  }
}

// ---- the folder

/** Rows of a CSV file with quotes (RFC 4180). */
function csv(text) {
  const rows = [[]]
  let cell = ''
  let quoted = false
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]
    if (quoted) {
      if (sign !== '"') cell += sign
      else if (text[at + 1] === '"') cell += text[at += 1]
      else quoted = false
    } else if (sign === '"') quoted = true
    else if (sign === ',' || sign === '\n') {
      rows.at(-1).push(cell.replace(/\r$/, ''))
      cell = ''
      if (sign === '\n') rows.push([])
    } else cell += sign
  }
  if (cell !== '' || rows.at(-1).length > 0) rows.at(-1).push(cell)
  return rows.filter((row) => row.length > 1)
}

async function readProofs(path) {
  const proofs = new Map()
  for await (const line of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line === '') continue
    const proof = JSON.parse(line)
    proofs.set(proof.file, proof)
  }
  return proofs
}

function checkProof(proof, sha, { leaves, signed }) {
  if (!proof) throw new Bad('the ledger says nothing of it')
  const leaf = leaves[proof.index]
  if (!leaf || leaf.entry.id !== proof.entry_id || leaf.entry.event !== 'record.sealed') throw new Bad('its entry is not in the ledger')
  if (hex(sha256(Buffer.from(proof.salt, 'hex'), proof.payload)) !== leaf.entry.commitment) throw new Bad('its entry in the ledger is for something else')
  if (JSON.parse(proof.payload).file !== sha) throw new Bad('its entry in the ledger is for other bytes')
  const path = proof.path.map((part) => Buffer.from(part, 'hex'))
  if (!included({ leaf: leaf.hash, index: proof.index, size: signed.size, path, root: signed.root })) throw new Bad('its path does not lead to the signed head')
}

/** Judges a folder; never throws for what is wrong with its contents. */
export async function verifyBundle(folder, { fingerprint = null } = {}) {
  const report = { valid: false, records: 0, good: 0, bad: [], ledger: null, stamps: [], authorities: [] }
  const wrong = (what, error) => report.bad.push({ file: what, reason: error instanceof Bad ? error.message : `it cannot be read (${error.code ?? error.name})` })
  try {
    const pems = readFileSync(join(folder, 'certificates.pem'), 'utf8').match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []
    const authorities = pems.map((pem) => new X509Certificate(pem)).filter((certificate) => certificate.ca || pems.length === 1)
    report.authorities = authorities.map((one) => ({ subject: one.subject.replaceAll('\n', ', '), fingerprint: one.fingerprint256.replaceAll(':', '') }))
    const wanted = fingerprint === null ? null : fingerprint.replaceAll(/[^0-9a-f]/gi, '').toUpperCase()
    const trusted = wanted === null ? authorities : authorities.filter((one) => one.fingerprint256.replaceAll(':', '') === wanted)
    if (trusted.length === 0) throw new Bad(wanted === null ? 'no authority is in it' : 'the authority with that fingerprint is not in it')
    const ledger = await readLedger(join(folder, 'ledger.jsonl'))
    report.ledger = ledger.signed
    checkStamps(folder, ledger, report, wrong)
    const proofs = await readProofs(join(folder, 'proofs.jsonl'))
    const [head = [], ...rows] = csv(readFileSync(join(folder, 'index.csv'), 'utf8').replace(/^\uFEFF/, ''))
    const listed = new Set()
    for (const row of rows) {
      const { file, sha256: sha } = Object.fromEntries(head.map((name, at) => [name, row[at]]))
      report.records += 1
      try {
        if (file !== basename(file) || listed.has(file)) throw new Bad('it is listed in another way')
        listed.add(file)
        if (!existsSync(join(folder, file))) throw new Bad('it is listed and not there')
        const bytes = readFileSync(join(folder, file))
        if (hex(sha256(bytes)) !== sha) throw new Bad('its bytes are not those that index.csv names')
        checkSeal(bytes, trusted)
        checkProof(proofs.get(file), sha, ledger)
        report.good += 1
      } catch (error) {
        wrong(file, error)
      }
    }
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.pdf') && !listed.has(name))) wrong(file, new Bad('it is there and not listed'))
  } catch (error) {
    wrong(error instanceof Bad ? 'folder' : basename(error.path ?? 'folder'), error)
  }
  report.valid = report.bad.length === 0
  return report
}

if (process.argv[1] && fileURLToPath(import.meta.url) === process.argv[1]) {
  const words = process.argv.slice(2)
  const at = words.indexOf('--fingerprint')
  const fingerprint = at < 0 ? null : words.splice(at, 2)[1] ?? ''
  const json = words.includes('--json')
  const folder = words.find((word) => !word.startsWith('--')) ?? dirname(fileURLToPath(import.meta.url))
  const report = await verifyBundle(folder, { fingerprint })
  const say = json ? [JSON.stringify(report)] : [
    ...report.bad.map(({ file, reason }) => `BAD   ${file}: ${reason}`),
    `${report.good} of ${report.records} records are whole, sealed and in the ledger.`,
    ...(report.ledger ? [`Ledger: ${report.ledger.size} entries, root ${report.ledger.root}, signed ${new Date(report.ledger.at).toISOString()}.`] : []),
    ...report.stamps.slice(-1).map(({ size, at: when }) => `Time-stamped: ${report.stamps.length} heads; the last, of ${size} entries, on ${new Date(when).toISOString()}.`),
    ...report.authorities.map(({ subject, fingerprint: print }) => `Authority: ${subject}\n  SHA-256 ${print.replace(/(.{4})(?=.)/g, '$1 ')}`),
    report.valid ? 'Everything fits together.' : 'NOT everything fits together.',
  ]
  process.stdout.write(`${say.join('\n')}\n`)
  process.exitCode = report.valid ? 0 : 5
}
