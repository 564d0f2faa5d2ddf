import { type Said, sentence } from '../../shared/sentence.ts'

/** What is kept about whom, in plain words: the same that the read page says, for everything at once. */
export function storedGroups(): { title: Said; rows: { key: Said; value: Said }[] }[] {
  return [
    {
      title: sentence('When you sign'),
      rows: [
        { key: sentence('We keep'), value: sentence('Your name, whom it is about, the text as you saw it, your answer, your signature as typed or drawn, and the time.') },
        { key: sentence('Kept apart'), value: sentence('The network address and the kind of device. They are deleted after 12 months.') },
        { key: sentence('Who sees it'), value: sentence('You, the school office and the staff who look after safety. Another parent or carer never sees yours.') },
      ],
    },
    {
      title: sentence('About pupils, families and staff'),
      rows: [
        { key: sentence('We keep'), value: sentence('Names, school, year and class, who is linked to which child, an e-mail address, and the school login’s name.') },
        { key: sentence('Where it comes from'), value: sentence('The school’s own register. A mistake is put right there.') },
        { key: sentence('We never ask for'), value: sentence('Passwords, bank cards, or a date of birth.') },
      ],
    },
    {
      title: sentence('How long'),
      rows: [
        { key: sentence('Agreements'), value: sentence('Until some time after leaving, as the school’s privacy notice says. Then the document is deleted and only a number without a name stays.') },
        { key: sentence('A note of each step'), value: sentence('A log that nobody can change shows when something was signed, taken back or looked at.') },
      ],
    },
  ]
}

/** What people ask most, answered where they are. */
export function helpQuestions(): { summary: Said; text: Said }[] {
  return [
    { summary: sentence('My link does not work'), text: sentence('A link ends after 28 days, when a newer one was sent, and on every device but the one that opened it first. Ask for a new one on the page “Send me my link”.') },
    { summary: sentence('I am not sure that this is the school'), text: sentence('Compare the address bar with the address at the foot of the page. We never ask for a password, a bank card or a date of birth. When in doubt, telephone the school with the number you already have.') },
    { summary: sentence('I do not want to sign'), text: sentence('Choose “No” on the page. You can say why, and ask for a call. A child does not miss lessons because an adult has not signed.') },
    { summary: sentence('I signed, and I have changed my mind'), text: sentence('Open your list, choose “Details, or take it back” and take your signature back. The school keeps a note that it was there.') },
    { summary: sentence('A child is missing from my list'), text: sentence('The list shows the children whom the school’s register links to you. Tell the school office if one is missing.') },
    { summary: sentence('I need paper, another language or help with reading'), text: sentence('Tell the school office. They can print it, read it with you or find somebody who does.') },
    { summary: sentence('I am worried about something online'), text: sentence('Tell the school’s safeguarding lead or any teacher. If a child is in danger now, call 999. Children can call Childline on 0800 1111, free at any time.') },
  ]
}
