import { type Command, parse, withServices } from './command.ts'

export const migrateCommand: Command = {
  name: 'migrate',
  usage: 'migrate',
  summary: 'Brings the database up to date and publishes the starter agreements.',
  run(argv, out) {
    parse(argv, {}, 'migrate')
    return withServices(async (services) => {
      const agreements = await services.agreements.store.all()
      out.answer({ agreements: agreements.length }, `The database is up to date; ${agreements.length} agreements are in place.`)
      return 0
    }, { migrate: true, testSeal: true })
  },
}
