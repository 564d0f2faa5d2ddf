import { lookup as resolveName, type LookupAddress } from 'node:dns'
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** Where this server itself may go on somebody's word. */
export interface RequestLimits {
  /** Host names, written out. */
  hosts: readonly string[]
  /** For a trial on this computer: http, other ports, and addresses of this computer. */
  mayBePlain: boolean
  /** Milliseconds until everything must have come; 8 seconds unless told. */
  timeMs?: number
  /** Most bytes that are read; a megabyte unless told. 0: the answer's body is not read at all. */
  mostBytes?: number
}

/** Why nothing came back. */
export type RequestProblem = 'not-allowed' | 'inside' | 'no-answer' | 'too-late' | 'certificate' | 'redirect' | 'too-large'

/** The request was not made, or has no answer that may be used. */
export class RequestFailed extends Error {
  readonly problem: RequestProblem
  constructor(problem: RequestProblem) {
    super(problem)
    this.name = 'RequestFailed'
    this.problem = problem
  }
}

/** What was answered; the body as bytes, empty where none may be read. */
export interface GuardedAnswer { status: number; headers: IncomingMessage['headers']; body: Buffer }
/** Rejects with RequestFailed. */
export type GuardedRequest = (url: string, init?: { method?: string; headers?: Record<string, string>; body?: string; signal?: AbortSignal | undefined }) => Promise<GuardedAnswer>

const MOST_BYTES = 1_000_000
const LIMIT_MS = 8_000

/** Addresses that are not on the open internet: ours, our neighbours', and those of the machine itself. IPv4 written as IPv6 is judged as IPv4. */
const inside = new BlockList()
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.88.99.0', 24], ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [['::', 96], ['::ffff:0:0:0', 96], ['64:ff9b::', 96], ['64:ff9b:1::', 48], ['100::', 64],
  ['2001::', 23], ['2001:db8::', 32], ['2002::', 16], ['5f00::', 16], ['fc00::', 7], ['fe80::', 10], ['fec0::', 10], ['ff00::', 8]] as const) inside.addSubnet(net, bits, 'ipv6')

/** True for an address that must never be asked on a stranger's word. */
export function isInside(address: string): boolean {
  const kind = isIP(address)
  // An address with a zone is one of this very wire.
  return kind === 0 || address.includes('%') || inside.check(address, kind === 4 ? 'ipv4' : 'ipv6')
}

/** What forbids this address, or null. Names are looked up only when they are asked. */
export function addressProblem(address: string, { hosts, mayBePlain }: RequestLimits): RequestProblem | null {
  const url = URL.canParse(address) ? new URL(address) : null
  if (!url || url.username !== '' || url.password !== '') return 'not-allowed'
  if (url.protocol !== 'https:' && !(mayBePlain && url.protocol === 'http:')) return 'not-allowed'
  const name = url.hostname.replace(/^\[|\]$/g, '')
  // A bare address is never looked up, so it is looked at here.
  if (isIP(name) !== 0 && isInside(name) && !mayBePlain) return 'inside'
  return hosts.includes(url.hostname) && (mayBePlain || url.port === '') ? null : 'not-allowed'
}

/**
 * Asks the named hosts only: https, no redirects, no address inside, within a time and a size. The address that was looked at is
 * the one connected to, so that a name cannot change its mind in between.
 */
export function guardedRequest(limits: RequestLimits): GuardedRequest {
  const { mayBePlain, timeMs = LIMIT_MS, mostBytes = MOST_BYTES } = limits
  return async (address, { method = 'GET', headers = {}, body = '', signal } = {}) => {
    const problem = addressProblem(address, limits)
    if (problem) throw new RequestFailed(problem)
    const late = AbortSignal.timeout(timeMs)
    const options: RequestOptions = {
      method, signal: signal ? AbortSignal.any([signal, late]) : late, lookup: guardedLookup(mayBePlain), agent: false,
      headers: { ...headers, ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
    }
    try {
      const answer = await send(new URL(address), options, body)
      const status = answer.statusCode ?? 0
      // A redirect would lead where nobody looked.
      if (status >= 300 && status < 400) {
        answer.destroy()
        throw new RequestFailed('redirect')
      }
      return { status, headers: answer.headers, body: await bytesOf(answer, mostBytes) }
    } catch (error) {
      if (error instanceof RequestFailed) throw error
      throw new RequestFailed(late.aborted ? 'too-late' : problemOf(error))
    }
  }
}

function problemOf(error: unknown): RequestProblem {
  const code = String((error as NodeJS.ErrnoException).code ?? '')
  if (code === 'ASSENT_INSIDE') return 'inside'
  return /CERT|TLS|SSL|SIGNATURE/.test(code) ? 'certificate' : 'no-answer'
}

function guardedLookup(mayBePlain: boolean): LookupFunction {
  return (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const good = error ? [] : found.filter(({ address }) => mayBePlain || !isInside(address))
      const [first] = good
      // One address of several that lies inside is reason enough.
      if (!first || good.length !== found.length) return done(error ?? Object.assign(new Error('not allowed'), { code: 'ASSENT_INSIDE' }), '', 0)
      if (options.all) done(null, good)
      else done(null, first.address, first.family)
    })
  }
}

function send(url: URL, options: RequestOptions, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? tlsRequest : plainRequest)(url, options, resolve)
    request.once('error', reject)
    request.end(body)
  })
}

async function bytesOf(answer: IncomingMessage, most: number): Promise<Buffer> {
  if (most === 0) {
    answer.on('error', () => undefined).destroy()
    return Buffer.alloc(0)
  }
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > most) throw new RequestFailed('too-large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
