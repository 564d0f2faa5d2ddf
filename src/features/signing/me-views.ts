import type { Brand } from '../../http/views.ts'
import { today } from '../../shared/dates.ts'
import { type Said, saidDay, saidInTurn, saidNames, sentence, type Sentence } from '../../shared/sentence.ts'
import type { Training } from '../issuing/training-store.ts'
import { at } from './my-task.ts'
import type { SigningTask } from './signing-queries.ts'
import { yearSaid } from './year-said.ts'

interface TaskLine {
  title: string
  /** Language of the title, where it is one of a text. */
  lang?: string
  href?: string
  hint?: Said
  status: string
  statusText: Said
  links?: { text: Said; href: string; about: string; aboutLang?: string }[]
}

const COUNTS: readonly Sentence[] = [
  sentence('Nothing'), sentence('One thing'), sentence('Two things'), sentence('Three things'), sentence('Four things'), sentence('Five things'), sentence('Six things'), sentence('Seven things'),
  sentence('Eight things'), sentence('Nine things'),
]

/** "Year 4, class 4B, Larkmoor Primary School": which of one's children this is. */
export function placeWords(task: Pick<SigningTask, 'place' | 'school'>): Said {
  const group = task.place?.regGroup
  const year = yearSaid(task.place?.yearCode ?? null)
  return saidInTurn([...(year ? [year] : []), ...(group ? [sentence('class {{group}}', { group })] : []), task.school.name])
}

/** What stands on the list beside agreements. */
export interface ListExtras {
  trainings: readonly Training[]
  /** Optional questions without an answer; null when none is asked at all. */
  choices: number | null
  /** A member of staff who has groups, whose lists of yes and no they need. */
  groupLists?: boolean
}

/** The list of everything asked of one person, and what is done. Pure. */
export function listView(tasks: SigningTask[], person: { name: string; forename: string }, extras: ListExtras = { trainings: [], choices: null }): { template: string; data: object } {
  const asked = tasks.filter((task) => task.standing.kind === 'open')
  if (tasks.length > 0 && tasks.every((task) => task.young)) return youngList(tasks, asked, person.forename)
  const open = [...asked, ...extras.trainings.filter((training) => training.state === 'open')]
  const subjects = [...new Map(tasks.map((task) => [task.subject.id, task])).values()]
  const own = subjects.filter((task) => !task.link)
  const children = subjects.filter((task) => task.link).sort((a, b) => a.subject.name.localeCompare(b.subject.name, 'en'))
  const people = [...own, ...children].map((first) => ({
    ...(first.link ? { name: first.subject.name, detail: placeWords(first) } : children.length > 0 ? { name: sentence('For you'), detail: first.school.name } : {}),
    tasks: linesOf(tasks.filter((task) => task.subject.id === first.subject.id), first.link ? [] : extras.trainings),
  }))
  if (own.length === 0 && extras.trainings.length > 0) people.unshift({ ...(children.length > 0 ? { name: sentence('For you'), detail: '' } : {}), tasks: linesOf([], extras.trainings) })
  return {
    template: 'pages/signing/start.njk',
    data: {
      heading: headingOf(open.length, asked.length < open.length),
      lead: leadOf(asked, open.length, tasks.length + extras.trainings.length, children.length, person.name), people, finished: open.length === 0,
      more: [
        ...(extras.choices === null ? [] : [{ text: extras.choices > 0 ? sentence('Your choices about photos and more ({{count}} not answered)', { count: extras.choices }) : sentence('Your choices about photos and more'), href: '/me/choices' }]),
        ...(extras.groupLists ? [{ text: sentence('Photos and publication: who in your groups said yes'), href: '/consents' }] : []),
        { text: sentence('What you agreed to'), href: '/me/history' },
      ],
      ...togetherOf(asked),
    },
  }
}

/** I7: what is to be read, then what is to be learned, then what is to be signed; what is done comes last. */
function linesOf(tasks: readonly SigningTask[], trainings: readonly Training[]): TaskLine[] {
  const rank = (act: 'sign' | 'acknowledge' | 'train', open: boolean) => (open ? 0 : 3) + (trainings.length === 0 && act !== 'train' ? 0 : { acknowledge: 0, train: 1, sign: 2 }[act])
  const lines = [
    ...tasks.map((task) => ({ rank: rank(task.signatory.act, task.standing.kind === 'open'), line: taskLine(task) })),
    ...trainings.map((training) => ({ rank: rank('train', training.state === 'open'), line: trainingLine(training) })),
  ]
  return lines.sort((a, b) => a.rank - b.rank).map(({ line }) => line)
}

function trainingLine(training: Training): TaskLine {
  const href = `/me/trainings/${training.id}`
  if (training.state === 'complete') return { title: training.title, status: 'signed', statusText: sentence('Done'), hint: training.doneOn ? sentence('Date: {{date}}', { date: saidDay(training.doneOn) }) : '', links: [{ text: sentence('Details'), href, about: training.title }] }
  return { title: training.title, href, status: 'outstanding', statusText: sentence('Not yet'), hint: saidInTurn([sentence('A training. Tell us when you completed it.'), ...dueWords(training.dueOn)], ' ') }
}

/** Several children at once, where more than one still waits. */
function togetherOf(open: SigningTask[]): { together?: { href: string; text: Said } } {
  const waiting = new Map(open.filter((task) => task.link && task.signatory.required).map((task) => [task.subject.id, task.subject.preferredForename]))
  if (waiting.size < 2) return {}
  const names = [...waiting.values()]
  return { together: { href: '/me/together', text: sentence('Sign for {{names}} in one go', { names: saidNames(names) }) } }
}

function leadOf(asked: SigningTask[], openCount: number, all: number, children: number, name: string): Said {
  if (all === 0) return sentence('{{name}}, the school is not asking you for anything now. It writes to you when something new comes up.', { name })
  if (openCount === 0) return sentence('Thank you, {{name}}. What you have done is below. We write to you when something new comes up.', { name })
  if (asked.length < openCount) return sentence('Please go through the list from top to bottom. You can stop and come back at any time.')
  const one = openCount === 1
  if (children === 0) {
    return one ? sentence('It is about how you use the school’s computers and the internet. You can say yes or no.') : sentence('They are about how you use the school’s computers and the internet. You can say yes or no.')
  }
  if (one) return sentence('It is about how your child uses computers and the internet. It says at the top how long it takes to read. You can say yes or no.')
  return children === 1
    ? sentence('They are about how your child uses computers and the internet. Each says at the top how long it takes to read. You can say yes or no.')
    : sentence('They are about how your children use computers and the internet. Each says at the top how long it takes to read. You can say yes or no.')
}

function headingOf(open: number, toDo: boolean): Said {
  if (open === 0) return sentence('Nothing left to sign')
  if (open === 1) return toDo ? sentence('One thing for you to do') : sentence('One thing for you to read')
  const things = COUNTS[open] ?? sentence('{{count}} things', { count: open })
  return toDo ? sentence('{{things}} for you to do', { things }) : sentence('{{things}} for you to read', { things })
}

const dueWords = (dueOn: string | null): Said[] => (dueOn ? [sentence('Please do this by {{date}}.', { date: saidDay(dueOn) })] : [])

function youngList(tasks: SigningTask[], open: SigningTask[], forename: string): { template: string; data: object } {
  const [first] = open
  const signed = tasks.flatMap((task) => (task.standing.kind === 'signed' ? [task.standing.signature] : []))
  return {
    template: 'pages/signing/young/start.njk',
    data: {
      name: forename, finished: !first, picture_name: first ? 'wave' : 'done',
      lead: first ? sentence('We have rules for computers and tablets. Let us look at them, one at a time.') : sentence('There is nothing for you to do now. Well done.'),
      ...(first ? { startHref: at.read(first.signatory.id) } : {}),
      records: signed.map((signature) => ({ text: sentence('See the page you put your name on'), href: at.record(signature.id) })),
    },
  }
}

function taskLine(task: SigningTask): TaskLine {
  const { standing, signatory, request } = task
  switch (standing.kind) {
    case 'open': return {
      title: task.title, lang: task.titleLanguage, href: at.read(signatory.id), status: signatory.required ? 'outstanding' : 'quiet', statusText: signatory.required ? sentence('Not yet') : sentence('If you like'),
      hint: saidInTurn([signatory.act === 'acknowledge' ? sentence('To read. It needs no signature.') : sentence('To read and sign.'), ...dueWords(request.dueOn)], ' '),
    }
    case 'signed': return {
      title: task.title, lang: task.titleLanguage, status: 'signed', statusText: signatory.act === 'acknowledge' ? sentence('Read') : sentence('Signed'),
      hint: sentence('By you: {{date}}', { date: saidDay(today(standing.signature.signedAt, task.school.timezone)) }),
      links: [
        { text: sentence('Signed PDF'), href: at.record(standing.signature.id), about: aboutOf(task), aboutLang: task.titleLanguage },
        { text: sentence('Details, or take it back'), href: at.done(signatory.id), about: aboutOf(task), aboutLang: task.titleLanguage },
      ],
    }
    case 'declined': return {
      title: task.title, lang: task.titleLanguage, status: 'quiet', statusText: sentence('You said no'), hint: sentence('We have kept your answer.'),
      links: [{ text: sentence('See what happens now, or change your mind'), href: at.done(signatory.id), about: aboutOf(task), aboutLang: task.titleLanguage }],
    }
    default: return { title: task.title, lang: task.titleLanguage, status: 'quiet', statusText: sentence('Done'), hint: sentence('The school has an answer. There is nothing for you to do.') }
  }
}

const aboutOf = (task: SigningTask): string => (task.link ? `${task.title}, ${task.subject.name}` : task.title)

/** The school leads when all is about one; else the trust. */
export function brandFor(tasks: SigningTask[], brandOf: (school: SigningTask['school'] | null) => Brand): Brand {
  const [first] = tasks
  return brandOf(first && tasks.every((task) => task.school.id === first.school.id) ? first.school : null)
}

/** What is outstanding after one is done, for going on without the list. */
export function nextOf(tasks: SigningTask[], doneId: string): { text: Said; href: string } | null {
  const next = tasks.find((task) => task.standing.kind === 'open' && task.signatory.required && task.signatory.id !== doneId)
  return next ? { text: next.link ? sentence('Go on to {{name}}', { name: next.subject.preferredForename }) : sentence('Go on to “{{title}}”', { title: next.title }), href: at.read(next.signatory.id) } : null
}
