/** What is kept about whom, in plain words: the same that the read page says, for everything at once. */
export function storedGroups(): { title: string; rows: { key: string; value: string }[] }[] {
  return [
    {
      title: 'When you sign',
      rows: [
        { key: 'We keep', value: 'Your name, whom it is about, the text as you saw it, your answer, your signature as typed or drawn, and the time.' },
        { key: 'Kept apart', value: 'The network address and the kind of device. They are deleted after 12 months.' },
        { key: 'Who sees it', value: 'You, the school office and the staff who look after safety. Another parent or carer never sees yours.' },
      ],
    },
    {
      title: 'About pupils, families and staff',
      rows: [
        { key: 'We keep', value: 'Names, school, year and class, who is linked to which child, an e-mail address, and the school login’s name.' },
        { key: 'Where it comes from', value: 'The school’s own register. A mistake is put right there.' },
        { key: 'We never ask for', value: 'Passwords, bank cards, or a date of birth.' },
      ],
    },
    {
      title: 'How long',
      rows: [
        { key: 'Agreements', value: 'Until some time after leaving, as the school’s privacy notice says. Then the document is deleted and only a number without a name stays.' },
        { key: 'A note of each step', value: 'A log that nobody can change shows when something was signed, taken back or looked at.' },
      ],
    },
  ]
}

/** What people ask most, answered where they are. */
export function helpQuestions(): { summary: string; text: string }[] {
  return [
    { summary: 'My link does not work', text: 'A link ends after 28 days, when a newer one was sent, and on every device but the one that opened it first. Ask for a new one on the page “Send me my link”.' },
    { summary: 'I am not sure that this is the school', text: 'Compare the address bar with the address at the foot of the page. We never ask for a password, a bank card or a date of birth. When in doubt, telephone the school with the number you already have.' },
    { summary: 'I do not want to sign', text: 'Choose “No” on the page. You can say why, and ask for a call. A child does not miss lessons because an adult has not signed.' },
    { summary: 'I signed, and I have changed my mind', text: 'Open your list, choose “Details, or take it back” and take your signature back. The school keeps a note that it was there.' },
    { summary: 'A child is missing from my list', text: 'The list shows the children whom the school’s register links to you. Tell the school office if one is missing.' },
    { summary: 'I need paper, another language or help with reading', text: 'Tell the school office. They can print it, read it with you or find somebody who does.' },
    { summary: 'I am worried about something online', text: 'Tell the school’s safeguarding lead or any teacher. If a child is in danger now, call 999. Children can call Childline on 0800 1111, free at any time.' },
  ]
}
