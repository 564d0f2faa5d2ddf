import type { AddressInfo } from 'node:net'
import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { smtpTransport } from '../../../src/adapters/mail/mail-transport.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'

describe('mail that leaves', () => {
  const got: { to: string[]; text: string }[] = []
  // Both lead to this computer; only the first is one of its usual names.
  const servers = ['127.0.0.1', '127.0.0.2'].map((host) => ({ host, server: smtpServer(got) }))
  let [near, elsewhere] = ['', '']
  beforeAll(async () => {
    for (const { host, server } of servers) await new Promise<void>((resolve) => { server.listen(0, host, resolve) });
    [near = '', elsewhere = ''] = servers.map(({ host, server }) => `smtp://${host}:${(server.server.address() as AddressInfo).port}`)
  })
  afterAll(async () => {
    for (const { server } of servers) await new Promise<void>((resolve) => { server.close(resolve) })
  })

  const mail = { messageId: '<one@heron.example>', to: 'parent@families.example', subject: 'Please read', text: 'Hello', html: '<p>Hello</p>' }
  const transport = (smtpUrl = near) => smtpTransport({ smtpUrl, from: 'Assent <assent@heron.example>', password: null })

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
    await expect(transport(elsewhere).send(mail)).rejects.toMatchObject({ cause: { code: 'ETLS' } })
    expect(got).toHaveLength(before)
  })
})

/** Takes every mail, and knows no encryption. */
function smtpServer(got: { to: string[]; text: string }[]): SMTPServer {
  return new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (bytes: Buffer) => { text += bytes.toString('utf8') })
      stream.on('end', () => { got.push({ to: session.envelope.rcptTo.map(({ address }) => address), text }); done() })
    },
  })
}
