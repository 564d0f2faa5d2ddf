import { AssentError, Forbidden, NotFound } from '../shared/errors.ts'

/** What a person or machine is told about a failure. Nothing of a stack, a database or another person (ASVS 16.5.1). */
export interface ErrorFacts {
  status: number
  /** Which of `pages/errors/` says it: `message` says what the error itself says. */
  page: '403' | '404' | '500' | 'message'
  what: string
  where: string
  remedy: string
  /** Where to go on. */
  link?: { href: string; text: string }
}

const OURS: ErrorFacts = {
  status: 500,
  page: '500',
  what: 'Something went wrong on our side.',
  where: '',
  remedy: 'Nothing you did is lost unless a page told you so. Try again in a few minutes. If it goes on, tell the office the reference.',
}

/** Errors of Express and its body readers that a visitor can mend, by status. */
const REQUEST_FAULTS: Record<number, Pick<ErrorFacts, 'what' | 'remedy'>> = {
  400: { what: 'We could not read what was sent.', remedy: 'Go back, reload the page and try again.' },
  405: { what: 'This address does not take that kind of request.', remedy: 'Go back and use the page as it is shown.' },
  413: { what: 'What was sent is too large.', remedy: 'Send a smaller file, or ask the office for another way.' },
  415: { what: 'We could not read what was sent.', remedy: 'Go back, reload the page and try again.' },
  429: { what: 'Too many tries from this place in a short time.', remedy: 'Wait a few minutes, then try again.' },
}

/** A request no page can answer, such as one with the wrong method. */
export class RequestFault extends AssentError {
  constructor(status: 400 | 405 | 413 | 429) {
    super(REQUEST_FAULTS[status] ?? OURS, { exitCode: 2, status })
  }
}

/** A form that is not ours, or no longer: nothing was done. Other words than for a page that is not the actor's. */
export class FormRefused extends AssentError {
  constructor(what: string, remedy = 'Go back, reload the page and send it again.') {
    super({ what, remedy }, { exitCode: 3, status: 403 })
  }
}

/** Facts of any thrown value. Unless it is a refusal of ours or a fault of the request, it is our fault. */
export function errorFacts(error: unknown): ErrorFacts {
  if (error instanceof AssentError && error.status < 500) {
    return { status: error.status, page: pageOf(error), what: error.what, where: error.where, remedy: error.remedy, ...(error.link ? { link: error.link } : {}) }
  }
  if (error instanceof AssentError && error.status !== 500) return { ...OURS, status: error.status }
  const status = requestFaultStatus(error)
  const fault = REQUEST_FAULTS[status]
  return fault ? { status, page: 'message', where: '', ...fault } : OURS
}

function pageOf(error: AssentError): ErrorFacts['page'] {
  if (error instanceof NotFound) return '404'
  return error instanceof Forbidden ? '403' : 'message'
}

/** Express, its body readers (`status`, `expose`), its router (a path that cannot be decoded) and multer. */
function requestFaultStatus(error: unknown): number {
  if (typeof error !== 'object' || error === null) return 500
  const { status, name } = error as { status?: unknown; name?: unknown }
  if (name === 'MulterError') return 400
  return typeof status === 'number' && status < 500 ? (REQUEST_FAULTS[status] ? status : 400) : 500
}
