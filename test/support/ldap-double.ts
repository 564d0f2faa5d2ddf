import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:tls'
import { Ber, BerReader, BerWriter } from 'ldapts'
import { selfSigned } from './self-signed.ts'

/** What a client asked: enough of it to answer by. */
export interface LdapQuestion {
  kind: 'bind' | 'search' | 'modify' | 'other'
  /** Base of a search, name in a bind or modify. */
  name: string
  /** How many questions of this kind came before, over all connections. */
  before: number
}

export type LdapAnswer =
  | { entries?: LdapEntry[]; code?: number; message?: string; cookie?: string | null }
  | 'hang up' | 'say nothing'

export interface LdapEntry {
  dn: string
  attributes: Record<string, (string | Buffer)[]>
}

/** Tags of RFC 4511: the request, and the final answer to it. */
const KINDS: Readonly<Record<number, { kind: LdapQuestion['kind']; answer: number }>> = {
  0x60: { kind: 'bind', answer: 0x61 }, 0x63: { kind: 'search', answer: 0x65 }, 0x66: { kind: 'modify', answer: 0x67 },
}
const UNBIND = 0x42

/**
 * An LDAPS server that says what a test wants said: the misbehaviour that a healthy domain controller does not show. `cookie`
 * is the paging cookie of a search's answer ('' is the end); null leaves the paging control out.
 */
export async function ldapDouble(answer: (question: LdapQuestion) => LdapAnswer) {
  const { key, certificate } = selfSigned('double.test')
  const asked: LdapQuestion[] = []
  const sockets = new Set<Socket>()
  const server = createServer({ key, cert: certificate }, socket => {
    let pending = Buffer.alloc(0)
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('data', data => {
      pending = Buffer.concat([pending, data])
      for (let message = firstMessage(pending); message; message = firstMessage(pending)) {
        pending = pending.subarray(message.length)
        reply(socket, message)
      }
    })
  })
  const reply = (socket: Socket, message: Buffer) => {
    const reader = new BerReader(message)
    reader.readSequence()
    const id = reader.readInt() ?? 0
    const tag = reader.readSequence() ?? 0
    if (tag === UNBIND) return
    const { kind, answer: answerTag } = KINDS[tag] ?? { kind: 'other' as const, answer: 0x65 }
    if (kind === 'bind') reader.readInt()
    const question: LdapQuestion = { kind, name: reader.readString() ?? '', before: asked.filter(each => each.kind === kind).length }
    asked.push(question)
    const said = answer(question)
    if (said === 'hang up') socket.destroy()
    if (typeof said === 'string') return
    for (const entry of said.entries ?? []) socket.write(entryMessage(id, entry))
    socket.write(doneMessage(id, answerTag, said.code ?? 0, said.message ?? '', kind === 'search' ? said.cookie ?? null : null))
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `ldaps://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ca: certificate,
    servername: 'double.test',
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

function firstMessage(bytes: Buffer): Buffer | null {
  if (bytes.length < 2) return null
  const reader = new BerReader(bytes)
  if (reader.readSequence() === null || reader.remain < reader.length) return null
  return bytes.subarray(0, reader.offset + reader.length)
}

function entryMessage(id: number, entry: LdapEntry): Buffer {
  return ldapMessage(id, writer => {
    writer.startSequence(0x64)
    writer.writeString(entry.dn)
    writer.startSequence()
    for (const [type, values] of Object.entries(entry.attributes)) {
      writer.startSequence()
      writer.writeString(type)
      writer.startSequence(0x31)
      for (const value of values) writer.writeBuffer(Buffer.from(value), Ber.OctetString)
      writer.endSequence()
      writer.endSequence()
    }
    writer.endSequence()
    writer.endSequence()
  })
}

function doneMessage(id: number, tag: number, code: number, message: string, cookie: string | null): Buffer {
  return ldapMessage(id, writer => {
    writer.startSequence(tag)
    writer.writeEnumeration(code)
    writer.writeString('')
    writer.writeString(message)
    writer.endSequence()
    if (cookie === null) return
    const value = new BerWriter()
    value.startSequence()
    value.writeInt(0)
    value.writeString(cookie)
    value.endSequence()
    writer.startSequence(0xa0)
    writer.startSequence()
    writer.writeString('1.2.840.113556.1.4.319')
    writer.writeBuffer(value.buffer, Ber.OctetString)
    writer.endSequence()
    writer.endSequence()
  })
}

function ldapMessage(id: number, body: (writer: BerWriter) => void): Buffer {
  const writer = new BerWriter()
  writer.startSequence()
  writer.writeInt(id)
  body(writer)
  writer.endSequence()
  return writer.buffer
}
