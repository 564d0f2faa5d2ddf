import { createTransport } from 'nodemailer'
import type { Clock } from '../clock.ts'
import type { Ids } from '../ids.ts'
import type { Database } from '../../db/database.ts'
import { OutsideFailure } from '../../shared/errors.ts'

export interface OutgoingMail {
  /** Stable per message, so that a repeat is recognised by mail servers. */
  messageId: string
  to: string
  subject: string
  text: string
  html: string
  attachments?: { filename: string; content: Buffer; contentType: string }[]
}

/** Hands a mail to the outside world. */
export interface MailTransport {
  /** @throws OutsideFailure when the mail was not accepted. */
  send(mail: OutgoingMail): Promise<void>
  /** True when mail really leaves. */
  readonly reaches: boolean
}

/** SMTP by nodemailer; TLS is required unless the server is on this computer. */
export function smtpTransport(settings: { smtpUrl: string; from: string; password: string | null }): MailTransport {
  const url = new URL(settings.smtpUrl)
  if (settings.password !== null) url.password = encodeURIComponent(settings.password)
  const local = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname)
  const transport = createTransport({ url: url.toString(), requireTLS: !local && url.protocol === 'smtp:', disableFileAccess: true, disableUrlAccess: true })
  return {
    reaches: true,
    async send(mail) {
      try {
        await transport.sendMail({ from: settings.from, ...mail, headers: { 'Auto-Submitted': 'auto-generated' } })
      } catch (error) {
        throw new OutsideFailure({
          what: 'The mail server did not take a message.', where: `${url.hostname}:${url.port || 25}`, remedy: 'It is tried again by itself. Check the mail settings if this goes on.',
        }, error)
      }
    },
  }
}

/** The demo's mailbox: mails are kept where a page shows them, and never leave. */
export function capturingTransport(db: Database, clock: Clock, ids: Ids): MailTransport {
  return {
    reaches: false,
    async send(mail) {
      await db.transaction(async () => {
        await db.sql('captured_mails').insert({
          id: ids.next(), recipient: mail.to, subject: mail.subject, body_text: mail.text, body_html: mail.html, sent_at: clock.now(),
        })
      })
    },
  }
}

/** No mail is configured: everything that would be sent waits. */
export function noTransport(): MailTransport {
  return {
    reaches: false,
    async send() {
      throw new OutsideFailure({ what: 'No mail server is configured, so this message waits.', where: 'mail', remedy: 'Set mail.from and mail.smtpUrl in the configuration file.' })
    },
  }
}
