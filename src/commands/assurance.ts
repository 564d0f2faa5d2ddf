import { assuranceCsv } from '../features/accounts/assurance/assurance-routes.ts'
import { mayReadFamilies } from '../features/accounts/family-names.ts'
import { type Command, parse, withServices } from './command.ts'
import { writePrivately } from './private-file.ts'
import { runnerOf, TOKEN_FLAG } from './runner.ts'

const usage = 'assurance [--csv FILE] [--token T]'

export const assuranceCommand: Command = {
  name: 'assurance',
  usage,
  summary: 'The access assurance report: accounts without a current person, unused ones, administrators, shared logins, days from leaving to suspended.',
  run(argv, out) {
    const { values } = parse(argv, { csv: { type: 'string' }, ...TOKEN_FLAG }, usage)
    return withServices(async (services) => {
      const runner = await runnerOf(services, values.token, 'assurance')
      const report = await services.accounts.assurance.report(runner.schools('access:report'), services.clock.now(), { families: runner.actor === null || mayReadFamilies(runner.actor) })
      if (values.csv !== undefined) writePrivately(values.csv, assuranceCsv(report))
      const { leaving } = report
      out.answer(report, [
        `${report.active} of ${report.accounts} accounts are switched on: ${report.withoutPerson.length} without a current person, ${report.administrators.length} administrators or services, ${report.shared.length} shared, ${report.unused.length} not used for ${report.unusedDays} days.`,
        ...report.signIns.map(({ directory, known, active, note }) => `${directory}: sign-ins known of ${known} of ${active}${note === null ? '' : `; it ${note}`}.`),
        `Leaving: ${leaving.people} people in a year, ${leaving.median ?? '-'} days in the middle, ${leaving.longest ?? '-'} at most.`,
        ...(values.csv === undefined ? [] : [`Written: ${values.csv}`]),
      ].join('\n'))
      return 0
    })
  },
}
