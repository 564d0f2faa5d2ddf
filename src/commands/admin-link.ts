import { type Command, parse, withServices } from './command.ts'

export const adminLinkCommand: Command = {
  name: 'admin-link',
  usage: 'admin-link',
  summary: 'Prints a one-time link by which an administrator gets in (valid 24 hours).',
  run(argv, out) {
    parse(argv, {}, 'admin-link')
    return withServices(async (services) => {
      const link = await services.setup.issue()
      const url = `${services.config.baseUrl}${link.path}`
      out.answer({ link: url, expiresAt: new Date(link.expiresAt).toISOString() }, `Open this link within 24 hours (it works once):\n${url}`)
      return 0
    })
  },
}
