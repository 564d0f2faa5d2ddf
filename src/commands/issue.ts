import { isCalendarDate } from '../shared/dates.ts'
import { UnusableInput } from '../shared/errors.ts'
import { type Command, operator, parse, withServices } from './command.ts'

const usage = 'issue [--plan] [--date YYYY-MM-DD]'

export const issueCommand: Command = {
  name: 'issue',
  usage,
  summary: 'Puts due requests: one per person, requirement and occasion.',
  async run(argv, out) {
    const { values } = parse(argv, { plan: { type: 'boolean', default: false }, date: { type: 'string' } }, usage)
    if (values.date !== undefined && !isCalendarDate(values.date)) {
      throw new UnusableInput({ what: `--date "${values.date}" is not a date.`, where: 'command line', remedy: 'Write it as 2026-09-01.' })
    }
    return withServices(async (services) => {
      const report = await services.issuing.issue({ actor: operator(), planOnly: values.plan, ...(values.date ? { date: values.date } : {}) })
      out.answer(report, `${report.created} requests ${values.plan ? 'would be ' : ''}put, ${report.existing} existed already, ${report.unreachable.length} people are reached by no known route.`)
      return 0
    })
  },
}
