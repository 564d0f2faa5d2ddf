import { lookup as resolveName, type LookupAddress } from 'node:dns'
import { request as plainRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as tlsRequest } from 'node:https'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { IdentityDoubted } from './proven-identity.ts'

/** Where this server itself may go to fetch something for signing in. */
export interface FetchLimits {
  /** Host names, written out. */
  hosts: readonly string[]
  /** For a trial on this computer: http, and addresses of this computer. */
  mayBePlain: boolean
}

/** As `fetch`, of text. */
export type GuardedFetch = (url: string, init?: { method?: string; headers?: unknown; body?: unknown; signal?: AbortSignal | undefined }) => Promise<Response>

const MOST_BYTES = 1_000_000
const LIMIT_MS = 8_000

/** Addresses that are not on the open internet: ours, our neighbours', and those of the machine itself. IPv4 written as IPv6 is judged as IPv4. */
const inside = new BlockList()
for (const [net, bits] of [['0.0.0.0', 8], ['10.0.0.0', 8], ['100.64.0.0', 10], ['127.0.0.0', 8], ['169.254.0.0', 16], ['172.16.0.0', 12], ['192.0.0.0', 24], ['192.0.2.0', 24],
  ['192.168.0.0', 16], ['198.18.0.0', 15], ['198.51.100.0', 24], ['203.0.113.0', 24], ['224.0.0.0', 4], ['240.0.0.0', 4]] as const) inside.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of [['::', 96], ['64:ff9b::', 96], ['100::', 64], ['2001:db8::', 32], ['2002::', 16], ['fc00::', 7], ['fe80::', 10], ['ff00::', 8]] as const) inside.addSubnet(net, bits, 'ipv6')

/** True for an address that must never be asked on a stranger's word. */
export function isInside(address: string): boolean {
  const kind = isIP(address)
  return kind === 0 || inside.check(address, kind === 4 ? 'ipv4' : 'ipv6')
}

/**
 * Fetches from the named hosts only: https, no redirects, no address inside, within a time and a size. The address that was looked at is
 * the one connected to, so that a name cannot change its mind in between.
 * Rejects with IdentityDoubted `unreachable` for whatever is not allowed or does not answer.
 */
export function guardedFetch(limits: FetchLimits): GuardedFetch {
  return async (address, init = {}) => {
    const url = URL.canParse(address) ? new URL(address) : null
    if (!url || !isAllowed(url, limits)) throw new IdentityDoubted('unreachable')
    const headers = Object.fromEntries(new Headers(init.headers as Record<string, string> | undefined))
    const signal = init.signal ? AbortSignal.any([init.signal, AbortSignal.timeout(LIMIT_MS)]) : AbortSignal.timeout(LIMIT_MS)
    const body = init.body === undefined || init.body === null ? '' : String(init.body)
    const options: RequestOptions = {
      method: init.method ?? 'GET', signal, lookup: guardedLookup(limits.mayBePlain), agent: false,
      headers: { ...headers, ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }) },
    }
    try {
      const answer = await send(url, options, body)
      const status = answer.statusCode ?? 0
      // A redirect would lead where nobody looked.
      if (status >= 300 && status < 400) throw new IdentityDoubted('unreachable')
      const sent = await bytesOf(answer)
      const said = Object.entries(answer.headers).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as [string, string]] : []))
      return new Response(status === 204 ? null : new Uint8Array(sent), { status, headers: said.filter(([name]) => name !== 'content-encoding' && name !== 'transfer-encoding') })
    } catch (error) {
      throw error instanceof IdentityDoubted ? error : new IdentityDoubted('unreachable')
    }
  }
}

function isAllowed(url: URL, { hosts, mayBePlain }: FetchLimits): boolean {
  if (url.username !== '' || url.password !== '') return false
  if (url.protocol !== 'https:' && !(mayBePlain && url.protocol === 'http:')) return false
  const name = url.hostname.replace(/^\[|\]$/g, '')
  // A bare address is never looked up, so it is looked at here.
  if (isIP(name) !== 0 && isInside(name) && !mayBePlain) return false
  return hosts.includes(url.hostname) && (mayBePlain || url.port === '')
}

function guardedLookup(mayBePlain: boolean): LookupFunction {
  return (name, options, done) => {
    resolveName(name, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const good = error ? [] : found.filter(({ address }) => mayBePlain || !isInside(address))
      const [first] = good
      // One address of several that lies inside is reason enough.
      if (!first || good.length !== found.length) return done(error ?? new Error('not allowed'), '', 0)
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

async function bytesOf(answer: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MOST_BYTES) throw new IdentityDoubted('unreachable')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
