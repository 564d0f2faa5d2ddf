import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { createWords } from '../../../src/adapters/words/words.ts'
import { MailRenderer, type RenderedMail } from '../../../src/features/messages/mail-renderer.ts'
import { templateFolder } from '../../../src/http/assets.ts'
import type { Language } from '../../../src/shared/dates.ts'
import { readability } from './readability.ts'

const root = fileURLToPath(new URL('../../../templates/emails/', import.meta.url))
const renderer = new MailRenderer(templateFolder(), createWords(templateFolder()))

const common = { schoolName: 'Larch Hill School', trustName: 'Vale Trust', serviceOrigin: 'https://sign.vale.example', officeEmail: 'office@larch.example' }
const link = 'https://sign.vale.example/f/abc?a=1&b=2'
const mails: Record<string, { surname: string; values: object }> = {
  'guardian-sign-link': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', children: [{ forename: 'Robin' }, { forename: 'Ash' }], link, linkExpiresOn: 'Friday 18 September 2026', dueOn: 'Tuesday 15 September 2026', askUrl: 'https://sign.vale.example/ask' } },
  'staff-sign-link': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', agreements: [{ title: 'Using technology at work' }], link, linkExpiresOn: 'Friday 18 September 2026', startsOn: 'Tuesday 1 September 2026', dueOn: 'Tuesday 15 September 2026', askUrl: 'https://sign.vale.example/ask' } },
  'visitor-sign-link': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', comesOn: 'Tuesday 1 September 2026', host: 'Amara Okafor', link, linkExpiresOn: 'Friday 18 September 2026', askUrl: 'https://sign.vale.example/ask' } },
  'link-code': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', code: '482915' } },
  'pupil-sign-link': { surname: 'Oakley', values: { forename: 'Robin', link, dueOn: 'Tuesday 15 September 2026' } },
  'own-link': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', link, linkExpiresOn: 'Friday 18 September 2026', askUrl: 'https://sign.vale.example/ask' } },
  receipt: { surname: 'Oakley', values: { recipientName: 'Sam Oakley', items: [{ title: 'How I use computers', versionLabel: 'Version 1', act: 'Signed', signedAt: '1 September 2026 at 14:05', reference: '01J0000000000000000000ABCD', about: 'Robin' }], choices: [{ question: 'Photos in the newsletter', answer: 'No', about: 'Robin' }], attached: true, verifyUrl: 'https://sign.vale.example/verify', ledger: { size: 4711, root: 'ab'.repeat(32) } } },
  'consent-receipt': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', choices: [{ question: 'Photos on the school website', answer: 'No', about: 'Robin' }], link: 'https://sign.vale.example/me/choices', ledger: { size: 4711, root: 'ab'.repeat(32) } } },
  reminder: { surname: 'Oakley', values: { audience: 'guardian', recipientName: 'Sam Oakley', items: [{ title: 'How I use computers', about: 'Robin' }], link, linkExpiresOn: 'Friday 18 September 2026', dueOn: 'Tuesday 15 September 2026', askUrl: 'https://sign.vale.example/ask', lastReminder: true } },
  'leaver-notice': { surname: 'Oakley', values: { recipientName: 'Sam', lastDay: 'Friday 17 July 2026', soon: true, staff: true, link } },
  certificate: { surname: 'Oakley', values: { recipientName: 'Sam Oakley', endsOn: 'Tuesday 1 September 2026', left: 30, ended: false, own: false } },
  'certificate-ends': { surname: 'Oakley', values: { providerLabel: 'School account', endsOn: 'Tuesday 1 September 2026', link } },
  'sign-in-changed': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', what: 'A passkey was added.', at: '1 September 2026 at 14:05', link } },
  'circle-joined': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', memberName: 'Kit Ash', roleName: 'Headteacher', place: 'Larch Hill School', giverName: 'themselves', link } },
  'review-due': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', title: 'How I use computers', dueOn: 'Tuesday 15 September 2026', overdue: false, because: 'After an incident.', link } },
  'plan-held': { surname: 'Oakley', values: { planName: 'Roster import "MIS"', runReference: '01J0000000000000000000ABCD', heldAt: '1 September 2026 at 07:00', reasons: ['More than 5 % of pupils would leave.'], counts: [{ label: 'Leavers', value: 61 }], link, lapsesOn: 'Tuesday 8 September 2026', secondPerson: true } },
  'webhook-paused': { surname: 'Oakley', values: { recipientName: 'Sam Oakley', webhookName: 'helpdesk', host: 'hooks.vale.example', pausedAt: '1 September 2026 at 14:05', why: 'Paused: it took nothing for a day.', link } },
}

function render(name: string, change: object = {}, language: Language = 'en-GB'): RenderedMail {
  return renderer.render(name, { ...common, ...mails[name]?.values, ...change }, language)
}

describe('mails', () => {
  it('come in three parts each, and each is tried here', () => {
    const parts = globSync('*.njk', { cwd: root }).filter((path) => !path.startsWith('_')).sort()
    expect(parts).toEqual(Object.keys(mails).flatMap((name) => ['html', 'subject', 'text'].map((part) => `${name}.${part}.njk`)).sort())
  })

  describe.each(Object.keys(mails))('%s', (name) => {
    const { subject, text, html } = render(name)

    it('says the school and the checkable address, in text and HTML', () => {
      expect(subject.startsWith('Larch Hill School: ')).toBe(true)
      for (const part of [text, html]) {
        expect(part).toContain('Larch Hill School')
        expect(part).toContain('https://sign.vale.example/')
        expect(part).toContain('office@larch.example')
      }
    })

    it('names nobody in the subject and fits on a phone', () => {
      expect(subject).not.toMatch(/Robin|Ash|Oakley|Sam/)
      expect(subject.length).toBeLessThanOrEqual(65)
    })

    it('has no picture, script, table, style sheet or tracking, and links only to the service', () => {
      expect(html).not.toMatch(/<(?:img|table|script|style|link|iframe|form)\b|background-image|url\(|utm_/i)
      for (const [, url] of html.matchAll(/href="([^"]*)"/g)) expect(url?.startsWith('https://sign.vale.example/')).toBe(true)
    })

    it('leaves no hole and no template mark', () => {
      for (const part of [subject, text, html]) expect(part).not.toMatch(/\{\{|\{%|undefined|\[object|\bnull\b/)
      expect(text).not.toMatch(/\n{4,}|&amp;|<[a-z]/)
    })

    it('escapes in HTML and not in text', () => {
      const odd = render(name, { schoolName: 'St <b>A</b> & "B"' })
      expect(odd.html).not.toContain('<b>')
      expect(odd.html).toContain('St &lt;b&gt;A&lt;/b&gt; &amp;')
      expect(odd.text).toContain('St <b>A</b> & "B"')
    })

    it('says the same in text as in HTML', () => {
      const words = (part: string) => part.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').toLowerCase()
      const inText = words(text)
      const sentences = words(html.replace(/<head>[\s\S]*<\/head>/, '').replace(/&amp;/g, '&').replace(/&quot;/g, '"').replace(/&#39;/g, "'")).split(/(?<=[.?]) /)
      const missing = sentences.filter((sentence) => !inText.includes(sentence.trim().replace(/ ([.,])/g, '$1')))
      // Headings, labels of links and sentences around a button differ by nature.
      expect(missing.length).toBeLessThanOrEqual(6)
    })

    it('reads at age 9 to 11', () => {
      const prose = text.split('\n').filter((line) => !/https:|ledger:|@|^[-\s]/.test(line)).join('\n')
      expect(readability(prose).grade).toBeLessThanOrEqual(6)
    })

    it('does not hurry or threaten', () => {
      expect(text).not.toMatch(/urgent|immediately|final notice|failure|overdue|act now|last chance|!/i)
    })
  })

  it.each(['guardian-sign-link', 'staff-sign-link', 'reminder'])('%s says how to check that it is real, and what to do if it is not for you', (name) => {
    for (const part of [render(name).text, render(name).html]) {
      expect(part).toMatch(/is this really from the school\?/i)
      expect(part).toMatch(/on the number you already have/)
      expect(part).toContain('https://sign.vale.example/ask')
      expect(part).toMatch(/is it not for you\?/i)
    }
  })

  it('L2: the receipt carries the head of the audit log as a line of its own', () => {
    const { text, html } = render('receipt')
    expect(text).toMatch(new RegExp(`^ledger: 4711 ${'ab'.repeat(32)}$`, 'm'))
    expect(html).toContain(`ledger: 4711 ${'ab'.repeat(32)}`)
  })

  it('the button and the address lead to the whole link', () => {
    const { html, text } = render('guardian-sign-link')
    expect(html.split(link.replace('&', '&amp;')).length - 1).toBe(2)
    expect(text).toContain(`\n${link}\n`)
  })

  it('speaks of one child or several as it is', () => {
    expect(render('guardian-sign-link').subject).toBe('Larch Hill School: please read and sign for your children')
    expect(render('guardian-sign-link', { children: [{ forename: 'Robin' }] }).subject).toBe('Larch Hill School: please read and sign for your child')
  })

  it('leaves optional parts out', () => {
    const bare = render('receipt', { choices: undefined, attached: false, officeEmail: '', trustName: 'Larch Hill School' })
    expect(bare.text).not.toMatch(/Your choices|attached|part of|\(\)/)
    expect(bare.text).toContain('Questions? Ask the school office.')
    expect(render('staff-sign-link', { startsOn: undefined, linkExpiresOn: undefined }).text).not.toMatch(/your start|It works until/)
    const pupil = render('reminder', { audience: 'pupil', linkExpiresOn: undefined, lastReminder: false, askUrl: undefined })
    expect(pupil.text).toMatch(/^Hello/m)
    expect(pupil.text).not.toMatch(/lessons because|ask for paper|not write to you/)
  })

  it('documents every variable it uses', () => {
    const readme = readFileSync(`${root}README.md`, 'utf8')
    const used = new Set<string>()
    for (const path of globSync('*.njk', { cwd: root })) {
      for (const [, name] of readFileSync(root + path, 'utf8').matchAll(/(?:\{\{|\{%-? (?:if|for \w+ in)) ([a-z]\w+)/gi)) if (name) used.add(name)
    }
    const local = ['linkText', 'child', 'agreement', 'item', 'choice', 'reason', 'count']
    expect([...used].filter((name) => !local.includes(name) && !readme.includes(name))).toEqual([])
    expect(used.size).toBeGreaterThan(25)
  })
})
