import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smtpTransport } from '../../../src/adapters/mail/mail-transport.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'

describe('mail that leaves', () => {
  const got: { to: string[]; text: string }[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (bytes: Buffer) => { text += bytes.toString('utf8') })
      stream.on('end', () => { got.push({ to: session.envelope.rcptTo.map(({ address }) => address), text }); done() })
    },
  })
  let port = 0
  beforeAll(async () => {
    await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
    port = (server.server.address() as AddressInfo).port
  })
  afterAll(() => new Promise<void>((resolve) => { server.close(resolve) }))

  const mail = { messageId: '<one@heron.example>', to: 'parent@families.example', subject: 'Please read', text: 'Hello', html: '<p>Hello</p>' }
  const transport = () => smtpTransport({ smtpUrl: `smtp://127.0.0.1:${port}`, from: 'Assent <assent@heron.example>', password: null })

  it('ASVS 1.3.11: a line break in a subject, an address or a file name adds no header and nobody else to the readers', async () => {
    const evil = '\r\nBcc: thief@evil.example\r\nX-Evil: yes\r\n\r\n'
    await transport().send({ ...mail, subject: `Please${evil}read` })
    await transport().send({ ...mail, attachments: [{ filename: `a${evil}.pdf`, content: Buffer.from('x'), contentType: 'application/pdf' }] })
    await transport().send({ ...mail, to: `parent@families.example${evil}` }).catch((error: unknown) => expect(error).toBeInstanceOf(OutsideFailure))
    expect(got.length).toBeGreaterThanOrEqual(2)
    for (const { to, text } of got) {
      expect(to).toEqual(['parent@families.example'])
      expect(text).not.toMatch(/^(Bcc|X-Evil):/im)
    }
  })

  it('ASVS 12.3.1: a server elsewhere that does not encrypt gets no mail', async () => {
    const before = got.length
    // Any name but the loopback ones counts as elsewhere, also where it leads here.
    const plain = smtpTransport({ smtpUrl: `smtp://127.0.0.2:${port}`, from: 'assent@heron.example', password: null })
    await expect(plain.send(mail)).rejects.toThrow(OutsideFailure)
    expect(got).toHaveLength(before)
  })
})
