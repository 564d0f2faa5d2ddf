import type { Brand } from '../../http/views.ts'
import { longDate, today } from '../../shared/dates.ts'
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

/** The list of everything asked of one person, and what is done. Pure. */
export function listView(tasks: SigningTask[], person: { name: string; forename: string }): { template: string; data: object } {
  const open = tasks.filter((task) => task.standing.kind === 'open')
  if (tasks.length > 0 && tasks.every((task) => task.young)) return youngList(tasks, open, person.forename)
  const subjects = [...new Map(tasks.map((task) => [task.subject.id, task])).values()]
  const own = subjects.filter((task) => !task.link)
  const children = subjects.filter((task) => task.link).sort((a, b) => a.subject.name.localeCompare(b.subject.name, 'en'))
  const people = [...own, ...children].map((first) => ({
    ...(first.link ? { name: first.subject.name, detail: placeWords(first) } : children.length > 0 ? { name: 'For you', detail: first.school.name } : {}),
    tasks: tasks.filter((task) => task.subject.id === first.subject.id).map(taskLine),
  }))
  return {
    template: 'pages/signing/start.njk',
    data: {
      heading: open.length === 0 ? 'Nothing left to sign' : `${COUNTS[open.length] ?? `${open.length} things`} for you to read`,
      lead: leadOf(open, tasks, children.length, person.name), people, finished: open.length === 0,
      ...togetherOf(open),
    },
  }
}

/** Several children at once, where more than one still waits. */
function togetherOf(open: SigningTask[]): { together?: { href: string; text: string } } {
  const waiting = new Map(open.filter((task) => task.link && task.signatory.required).map((task) => [task.subject.id, task.subject.preferredForename]))
  if (waiting.size < 2) return {}
  const names = [...waiting.values()]
  return { together: { href: '/me/together', text: `Sign for ${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''} in one go` } }
}

function leadOf(open: SigningTask[], tasks: SigningTask[], children: number, name: string): string {
  if (tasks.length === 0) return `${name}, the school is not asking you for anything now. It writes to you when something new comes up.`
  if (open.length === 0) return `Thank you, ${name}. What you have done is below. We write to you when something new comes up.`
  const one = open.length === 1
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
