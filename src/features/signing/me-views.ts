import type { Brand } from '../../http/views.ts'
import { longDate, today } from '../../shared/dates.ts'
import type { Training } from '../issuing/training-store.ts'
import { at } from './my-task.ts'
import type { SigningTask } from './signing-queries.ts'
import { yearWords } from './year-words.ts'

interface TaskLine {
  title: string
  href?: string
  hint?: string
  status: string
  statusText: string
  links?: { text: string; href: string; about: string }[]
}

const COUNTS = ['Nothing', 'One thing', 'Two things', 'Three things', 'Four things', 'Five things', 'Six things', 'Seven things', 'Eight things', 'Nine things']

/** "Year 4, class 4B, Larkmoor Primary School": which of one's children this is. */
export function placeWords(task: Pick<SigningTask, 'place' | 'school'>): string {
  const group = task.place?.regGroup
  return [yearWords(task.place?.yearCode ?? null), group ? `class ${group}` : null, task.school.name].filter(Boolean).join(', ')
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
    ...(first.link ? { name: first.subject.name, detail: placeWords(first) } : children.length > 0 ? { name: 'For you', detail: first.school.name } : {}),
    tasks: linesOf(tasks.filter((task) => task.subject.id === first.subject.id), first.link ? [] : extras.trainings),
  }))
  if (own.length === 0 && extras.trainings.length > 0) people.unshift({ ...(children.length > 0 ? { name: 'For you', detail: '' } : {}), tasks: linesOf([], extras.trainings) })
  return {
    template: 'pages/signing/start.njk',
    data: {
      heading: open.length === 0 ? 'Nothing left to sign' : `${COUNTS[open.length] ?? `${open.length} things`} for you to ${asked.length < open.length ? 'do' : 'read'}`,
      lead: leadOf(asked, open.length, tasks.length + extras.trainings.length, children.length, person.name), people, finished: open.length === 0,
      more: [
        ...(extras.choices === null ? [] : [{ text: `Your choices about photos and more${extras.choices > 0 ? ` (${extras.choices} not answered)` : ''}`, href: '/me/choices' }]),
        ...(extras.groupLists ? [{ text: 'Photos and publication: who in your groups said yes', href: '/consents' }] : []),
        { text: 'What you agreed to', href: '/me/history' },
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
  if (training.state === 'complete') return { title: training.title, status: 'signed', statusText: 'Done', hint: training.doneOn ? `On ${longDate(training.doneOn)}` : '', links: [{ text: 'Details', href, about: training.title }] }
  return { title: training.title, href, status: 'outstanding', statusText: 'Not yet', hint: `A training. Tell us when you completed it.${training.dueOn ? ` Please do this by ${longDate(training.dueOn)}.` : ''}` }
}

/** Several children at once, where more than one still waits. */
function togetherOf(open: SigningTask[]): { together?: { href: string; text: string } } {
  const waiting = new Map(open.filter((task) => task.link && task.signatory.required).map((task) => [task.subject.id, task.subject.preferredForename]))
  if (waiting.size < 2) return {}
  const names = [...waiting.values()]
  return { together: { href: '/me/together', text: `Sign for ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''} in one go` } }
}

function leadOf(asked: SigningTask[], openCount: number, all: number, children: number, name: string): string {
  if (all === 0) return `${name}, the school is not asking you for anything now. It writes to you when something new comes up.`
  if (openCount === 0) return `Thank you, ${name}. What you have done is below. We write to you when something new comes up.`
  if (asked.length < openCount) return 'Please go through the list from top to bottom. You can stop and come back at any time.'
  const one = openCount === 1
  if (children > 0) return `${one ? 'It is' : 'They are'} about how your ${children === 1 ? 'child uses' : 'children use'} computers and the internet. ${one ? 'It' : 'Each'} says at the top how long it takes to read. You can say yes or no.`
  return `${one ? 'It is' : 'They are'} about how you use the school’s computers and the internet. You can say yes or no.`
}

function youngList(tasks: SigningTask[], open: SigningTask[], forename: string): { template: string; data: object } {
  const [first] = open
  const signed = tasks.flatMap((task) => (task.standing.kind === 'signed' ? [task.standing.signature] : []))
  return {
    template: 'pages/signing/young/start.njk',
    data: {
      name: forename, finished: !first, picture_name: first ? 'wave' : 'done',
      lead: first ? 'We have rules for computers and tablets. Let us look at them, one at a time.' : 'There is nothing for you to do now. Well done.',
      ...(first ? { startHref: at.read(first.signatory.id) } : {}),
      records: signed.map((signature) => ({ text: 'See the page you put your name on', href: at.record(signature.id) })),
    },
  }
}

function taskLine(task: SigningTask): TaskLine {
  const { standing, signatory, request } = task
  switch (standing.kind) {
    case 'open': return {
      title: task.title, href: at.read(signatory.id), status: signatory.required ? 'outstanding' : 'quiet', statusText: signatory.required ? 'Not yet' : 'If you like',
      hint: [signatory.act === 'acknowledge' ? 'To read. It needs no signature.' : 'To read and sign.', request.dueOn ? `Please do this by ${longDate(request.dueOn)}.` : ''].join(' ').trim(),
    }
    case 'signed': return {
      title: task.title, status: 'signed', statusText: signatory.act === 'acknowledge' ? 'Read' : 'Signed',
      hint: `By you, on ${longDate(today(standing.signature.signedAt, task.school.timezone))}`,
      links: [
        { text: 'Signed PDF', href: at.record(standing.signature.id), about: aboutOf(task) },
        { text: 'Details, or take it back', href: at.done(signatory.id), about: aboutOf(task) },
      ],
    }
    case 'declined': return {
      title: task.title, status: 'quiet', statusText: 'You said no', hint: 'We have kept your answer.',
      links: [{ text: 'See what happens now, or change your mind', href: at.done(signatory.id), about: aboutOf(task) }],
    }
    default: return { title: task.title, status: 'quiet', statusText: 'Done', hint: 'The school has an answer. There is nothing for you to do.' }
  }
}

const aboutOf = (task: SigningTask): string => (task.link ? `${task.title}, ${task.subject.name}` : task.title)

/** The school leads when all is about one; else the trust. */
export function brandFor(tasks: SigningTask[], brandOf: (school: SigningTask['school'] | null) => Brand): Brand {
  const [first] = tasks
  return brandOf(first && tasks.every((task) => task.school.id === first.school.id) ? first.school : null)
}

/** What is outstanding after one is done, for going on without the list. */
export function nextOf(tasks: SigningTask[], doneId: string): { text: string; href: string } | null {
  const next = tasks.find((task) => task.standing.kind === 'open' && task.signatory.required && task.signatory.id !== doneId)
  return next ? { text: next.link ? `Go on to ${next.subject.preferredForename}` : `Go on to “${next.title}”`, href: at.read(next.signatory.id) } : null
}
