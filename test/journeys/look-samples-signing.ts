import { high, instant, parent, yellow } from '../support/sample.ts'
import type { Sample } from '../support/sample.ts'

const agreement = {
  title: 'Using computers and the internet at school', lang: 'en-GB', dir: 'ltr', versionLabel: 'Version 3, published Monday 6 July 2026. Agreed by the governors on Tuesday 30 June 2026.',
  html: `<p>Your child uses computers, tablets and the internet at Larkmoor Primary School. This page says what we do, what your child agrees to, and what we ask of you.</p>
<h2>What the school does</h2><ul><li>We teach children how to stay safe online, in every year.</li><li>We filter what can be reached and we check how our systems are used. A trained member of staff looks at alerts.</li><li>We tell you if something worrying happens.</li></ul>
<h2>What your child agrees to</h2><ul><li>I use my own login and keep my password secret.</li><li>I ask before I use a new website or app.</li><li>I am kind in what I write and share.</li><li>I tell a grown-up straight away if something upsets me. I will not be in trouble for telling.</li></ul>
<h2>What we ask of you</h2><ul><li>Talk with your child about these rules.</li><li>Tell us if you are worried about something online.</li><li>Do not share pictures of other people’s children from school events.</li></ul>`,
}
const stored = [
  { key: 'We keep', value: 'Your name, your child’s name, this text, your signature and the time.' },
  { key: 'Who sees it', value: 'The school office and the people who look after safeguarding. Nobody outside the trust.' },
  { key: 'How long', value: 'Until one year after your child leaves the school.' },
]
const subject = { name: 'Zofia', detail: 'Year 4' }
const strokes = [[{ x: 120, y: 250 }, { x: 180, y: 120 }, { x: 240, y: 260 }, { x: 300, y: 130 }, { x: 350, y: 250 }, { x: 450, y: 240 }, { x: 520, y: 190 }, { x: 600, y: 250 }, { x: 760, y: 210 }], [{ x: 110, y: 300 }, { x: 800, y: 280 }]]
const choices = [{ value: 'yes', text: 'Yes, I agree' }, { value: 'no', text: 'No, I do not agree' }]
const sign = {
  agreement, subject, readHref: '/f/1/read', action: '/f/1/sign', formKey: '01J7Z', text: 'ab12', question: 'Do you agree?', back: { href: '/f/1/read', text: 'Back to the agreement' },
  statement: 'I have read this agreement with Zofia. I will help her to keep to it.', choices, nameLabel: 'Your full name', nameHint: 'This is your signature. Write it as you would on paper.',
  options: [{ id: 'photos', legend: 'May we show photos with Zofia in them on the school’s website?', hint: 'You can change this whenever you like.', items: [{ value: 'yes', text: 'Yes' }, { value: 'no', text: 'No' }] }],
}
const signedRows = [
  { key: 'Agreement', value: `${agreement.title}, version 3` }, { key: 'For', value: 'Zofia Kowalska, Year 4' }, { key: 'You sign as', value: 'Maria Kowalska, parent or carer' },
  { key: 'Your answer', value: 'Yes, I agree', change: { href: '/f/1/sign#answer', what: 'your answer' } }, { key: 'Photos on the website', value: 'No', change: { href: '/f/1/sign#photos', what: 'your choice about photos' } },
]

export const signingSamples: Sample[] = [
  { name: 'start-parent', template: 'pages/signing/start.njk', actor: parent, mainAction: 'Read and sign the agreement', data: {
    heading: 'Two things for you to read', lead: 'They are about how your children use computers and the internet. Each says at the top how long it takes to read. You can say yes or no.', finished: false,
    people: [
      { name: 'Zofia', detail: 'Year 4, Larkmoor Primary School', tasks: [{ title: 'Read and sign the agreement', href: '/f/1/read', hint: 'Please do this by Friday 18 September 2026', status: 'outstanding', statusText: 'Not yet' }, { title: 'Photos on the website', href: '/f/1/photos', hint: 'Your choice. No answer counts as no.', status: 'quiet', statusText: 'Optional' }] },
      { name: 'Jan', detail: 'Year 8, Ashbeck High School', tasks: [{ title: 'Read what Jan has signed', href: '/f/2/read', hint: 'Jan signed it himself on Friday 4 September 2026', status: 'outstanding', statusText: 'Not yet' }] },
      { name: 'Hanna', detail: 'Reception, Larkmoor Primary School', tasks: [{ title: 'Agreement signed', hint: 'By you, on Tuesday 1 September 2026', status: 'signed', links: [{ text: 'Signed PDF', href: '/me/records/1', about: 'Agreement, Hanna' }, { text: 'Details, or take it back', href: '/me/sign/1/done', about: 'Agreement, Hanna' }] }] },
    ] } },
  { name: 'start-finished', template: 'pages/signing/start.njk', actor: { name: 'Amara Okafor', role: 'Teacher' }, brand: high, data: { heading: 'Nothing left to sign', lead: 'Thank you, Amara. We will write to you when something new comes up.', finished: true, people: [{ tasks: [{ title: 'Agreement for staff 2026/27', hint: 'Signed on Tuesday 1 September 2026', status: 'signed' }] }] } },
  { name: 'start-rtl', template: 'pages/signing/start.njk', actor: parent, brand: high, mainAction: 'اقرأ الاتفاق ووقّع عليه', data: { lang: 'ar', dir: 'rtl', heading: 'لديك اتفاق واحد للقراءة', lead: 'يستغرق ذلك نحو أربع دقائق.', finished: false, back: { href: '/f', text: 'رجوع' }, people: [{ name: 'يوسف', detail: 'Year 8, Ashbeck High School', tasks: [{ title: 'اقرأ الاتفاق ووقّع عليه', href: '/f/1/read', hint: 'حتى يوم الجمعة 18 سبتمبر 2026', status: 'outstanding', statusText: 'ليس بعد' }] }] } },
  { name: 'read', template: 'pages/signing/read.njk', actor: parent, mainAction: 'I have read this', data: { agreement, subject, signsAs: 'Parent or carer of Zofia Kowalska', act: 'sign', minutes: 3, stored, continueHref: '/f/1/sign', back: { href: '/f' } } },
  { name: 'read-urdu', template: 'pages/signing/read.njk', actor: parent, brand: yellow, mainAction: 'I have read this', data: { subject, signsAs: 'Parent or carer of Zofia Kowalska', act: 'acknowledge', minutes: 3, stored, continueHref: '/f/1/sign', agreement: { ...agreement, lang: 'ur', dir: 'rtl', translation: 'Translated by the trust’s language service and checked by a second reader.', englishHref: '/f/1/read?lang=en', html: '<p>آپ کا بچہ اسکول میں کمپیوٹر اور انٹرنیٹ استعمال کرتا ہے۔</p><h2>اسکول کیا کرتا ہے</h2><ul><li>ہم بچوں کو آن لائن محفوظ رہنا سکھاتے ہیں۔</li></ul>' } } },
  { name: 'sign', template: 'pages/signing/sign.njk', actor: parent, mainAction: 'Check what I have written', data: sign },
  { name: 'sign-errors', template: 'pages/signing/sign.njk', actor: parent, mainAction: 'Check what I have written', data: { ...sign, options: [], errors: [{ field: 'answer', text: 'Choose yes or no. Both are fine.' }, { field: 'signature', text: 'Write your full name. It is your signature.' }] } },
  { name: 'check', template: 'pages/signing/check.njk', actor: parent, mainAction: 'Sign now', data: { agreement, subject, agrees: true, act: 'sign', text: 'ab12', shown: 'cd34', typed: 'Maria Kowalska', statement: sign.statement, rows: signedRows, strokes, signerName: 'Maria Kowalska', changeHref: '/f/1/sign', action: '/f/1/confirm', formKey: '01J7Z' } },
  { name: 'check-no', template: 'pages/signing/check.njk', actor: parent, mainAction: 'Send this answer', data: { agreement, subject, agrees: false, act: 'sign', text: 'ab12', shown: 'cd34', contact: { name: 'Mrs Hughes in the school office' }, statement: 'I do not agree to this agreement for Zofia.', rows: signedRows.slice(0, 3), changeHref: '/f/1/sign', action: '/f/1/confirm', formKey: '01J7Z' } },
  { name: 'done', template: 'pages/signing/done.njk', actor: parent, mainAction: 'Go on to Jan', data: { title: 'Signed. Thank you, Maria.', text: 'Your signature for Zofia is kept.', reference: '01J7ZK4T9Q', signedAt: instant, more: { text: 'Go on to Jan', href: '/f/2/read' }, next: [{ icon: 'mail', text: 'We send you a mail with the signed PDF, usually within a few minutes.' }, { icon: 'info', text: 'Zofia reads and signs her own short version with her class.' }, { icon: 'undo', text: 'You can take your signature back at any time.', href: '/f/1', linkText: 'See how' }] } },
  { name: 'declined', template: 'pages/signing/declined.njk', actor: parent, mainAction: 'I have changed my mind', data: { agreementTitle: agreement.title, subjectName: 'Zofia', follows: ['Zofia keeps using computers in lessons, with an adult close by.', 'Mrs Hughes from the office will get in touch within five school days.', 'We do not send you more reminders about this.'], contact: { name: 'Mrs Hughes', phone: '01632 960 145', email: 'office@larkmoor.example' }, againAction: '/f/1/again' } },
  { name: 'changed', template: 'pages/signing/changed.njk', actor: parent, mainAction: 'Read the new text', data: { title: agreement.title, versionLabel: agreement.versionLabel, subject, readHref: '/f/1/read', changes: [
    { kind: 'changed', heading: 'What the school does', html: '<p>We teach children how to stay safe online, every term.</p>' }, { kind: 'gone', heading: 'Memory sticks', html: '<p>No memory sticks.</p>' }] } },
  { name: 'closed', template: 'pages/signing/closed.njk', actor: parent, data: { agreementTitle: agreement.title, subjectName: 'Zofia', answered: true, contact: { name: 'the school office' } } },
  { name: 'question', template: 'pages/signing/question.njk', actor: parent, mainAction: 'Go on', data: { ask: 'A message asks for your password. What do you do?', answers: [{ text: 'I tell somebody.', href: '?a=0', chosen: true }, { text: 'I send it.', href: '?a=1', chosen: false }], because: 'You tell somebody. Nobody honest asks for it.', fits: true, clauseHtml: '<p>My password is mine.</p>', nextHref: '/f/1/sign' } },
  { name: 'sealing', template: 'pages/signing/sealing.njk', actor: parent, mainAction: 'Look again', data: { againHref: '/me/records/1', stopHref: '/me/records/1?wait=no', reload: null } },
  { name: 'withdraw', template: 'pages/signing/withdraw.njk', actor: parent, mainAction: 'Take it back', data: { action: '/me/records/1/withdraw', act: 'sign', statement: sign.statement, signedAt: instant, subjectName: 'Zofia Kowalska', keepHref: '/me' } },
  { name: 'ask', template: 'pages/signing/ask.njk', mainAction: 'Send my link', data: { action: '/ask', errors: [{ field: 'email', text: 'Write an e-mail address, such as name@example.org.' }] } },
  { name: 'asked', template: 'pages/signing/asked.njk', data: { contact: { name: 'the school office', email: 'office@larkmoor.example' } } },
  { name: 'front-door', template: 'pages/about/start.njk', mainAction: 'Sign an agreement', data: { trustName: 'Fellside Learning Trust', signHref: '/ask', verifyHref: '/verify', signedIn: false, demo: false } },
  { name: 'sign-in', template: 'pages/about/sign-in.njk', mainAction: 'Send me my link', data: { ways: [], askHref: '/ask' } },
  { name: 'sign-in-ways', template: 'pages/about/sign-in.njk', mainAction: 'Larkmoor school account (Google)', data: { askHref: '/ask', ways: [
    { label: 'Larkmoor school account (Google)', href: '/sign-in/larkmoor', school: 'Larkmoor Primary School' }, { label: 'Ashbeck school account (Microsoft)', href: '/sign-in/ashbeck', school: 'Ashbeck High School' }, { label: 'Trust staff account', href: '/sign-in/staff', school: null }] } },
  { name: 'young-question', template: 'pages/signing/young/question.njk', mainAction: 'Next', data: { ask: 'A message in a game makes you feel scared. What do you do?', answers: [{ text: 'I stop and tell a trusted adult.', href: '?a=0', chosen: false }, { text: 'I keep it to myself.', href: '?a=1', chosen: true }], because: 'You stop and tell. It is not your fault.', fits: false, nextHref: '/me/5' } },
  { name: 'young-check', template: 'pages/signing/young/check.njk', mainAction: 'Yes, send it', data: { agrees: true, statement: 'Put your mark to say you will try.', typed: 'Zofia', signerName: 'Zofia', changeHref: '/me/4', action: '/me/check', formKey: '01J7Z', text: 'ab12', shown: 'cd34' } },
  { name: 'young-start', template: 'pages/signing/young/start.njk', mainAction: 'Let us start', data: { name: 'Zofia', lead: 'We have rules for computers and tablets. There are four. Let us look at them.', startHref: '/me/1' } },
  { name: 'young-read', template: 'pages/signing/young/read.njk', mainAction: 'Next', brand: yellow, data: { now: 3, of: 4, picture_name: 'talk', titleHtml: 'I tell a grown-up', html: '<p>Something on the screen can make me sad or worried. Then I tell a grown-up at once. I am not in trouble.</p>', forAdults: false, nextHref: '/me/4', back: { href: '/me/2' } } },
  { name: 'young-sign', template: 'pages/signing/young/sign.njk', mainAction: 'I am finished', data: { heading: 'Will you try?', action: '/me/sign', ideas: [{ picture: 'together', text: 'A grown-up is near me.' }, { picture: 'secret', text: 'I keep my password secret.' }, { picture: 'kind', text: 'I am kind.' }, { picture: 'talk', text: 'I tell a grown-up.' }], statement: 'I will try to keep these rules.', choices: [{ value: 'yes', text: 'Yes' }, { value: 'no', text: 'No' }], markLabel: 'Put your mark to say you will try', markHint: 'Write your name, or draw below.', padLabel: 'Draw here with your finger' } },
  { name: 'young-done', template: 'pages/signing/young/done.njk', data: { name: 'Zofia', agreed: true, lines: ['We have kept your mark.', 'You can go back to your lesson now.'] } },
  { name: 'young-no', template: 'pages/signing/young/done.njk', data: { name: 'Zofia', agreed: false, lines: ['You said no. That is all right.', 'Your teacher will talk with you about it.'] } },
]

