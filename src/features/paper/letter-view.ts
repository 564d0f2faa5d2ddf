import type { Words } from '../../adapters/words/words.ts'
import { qrPicture } from '../../adapters/qr/qr-picture.ts'
import { type CalendarDate, type Language, today } from '../../shared/dates.ts'
import { type Said, saidDay, saidNames, sentence } from '../../shared/sentence.ts'
import type { PrintedLetter } from './letter-service.ts'

export interface LetterLook {
  words: Pick<Words, 'say'>
  baseUrl: string
  on: CalendarDate
  /** False: the trust offers English alone. */
  welsh: boolean
}

/**
 * One letter in the language that its reader chose for their pages. The page around it belongs to the office and is English, so the words
 * are put in here. As in mails, who never chose gets English with one line in Welsh (G6).
 */
export function letterView(letter: PrintedLetter, { words, baseUrl, on, welsh }: LetterLook): object {
  const language: Language = welsh ? letter.person.language ?? 'en-GB' : 'en-GB'
  const say = (said: Said): string => words.say(language, said)
  const children = [...new Set(letter.tasks.filter((task) => task.link).map((task) => task.subject.preferredForename))]
  const due = letter.tasks.map((task) => task.request.dueOn).filter((day): day is string => day !== null && day >= on).sort()[0]
  return {
    lang: language, date: say(saidDay(on)), greeting: say(sentence('Dear {{name}}', { name: letter.person.name })),
    to: [letter.person.name, ...(children.length > 0 ? [say(sentence('Parent or carer of {{name}}', { name: saidNames(children) }))] : []), letter.school.name],
    paragraphs: [
      say(children.length > 0
        ? sentence('We ask every family to read how computers and the internet are used at school, and to say yes or no. This letter is about {{names}}.', { names: saidNames(children) })
        : sentence('We ask you to read how computers and the internet are used at school, and to say yes or no.')),
      `${due ? `${say(sentence('Please do this by {{date}}.', { date: saidDay(due) }))} ` : ''}${say(sentence('It takes a few minutes on any phone or computer. You need no account and no app.'))}`,
    ],
    way: {
      qr: qrPicture(`${baseUrl}${letter.path}`), address: `${baseUrl.replace(/^https?:\/\//, '')}/letter`, code: letter.code,
      pictureWords: say(sentence('Picture that opens your list')), addressWords: say(sentence('Point a phone’s camera at the picture, or type')), codeWords: say(sentence('Your code')),
    },
    paper: [
      sentence('The code is for you alone, works until {{date}} and for one device.', { date: saidDay(today(letter.expiresAt)) }), sentence('We never ask for a password or a date of birth.'),
      sentence('You would rather sign on paper, or in another language? Ask at the school office.'),
    ].map(say).join(' '),
    offersWelsh: welsh && letter.person.language === null,
    signedBy: [say(sentence('The school office')), letter.school.name],
  }
}
