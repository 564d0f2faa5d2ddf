import type { AddressInfo } from 'node:net'
import express from 'express'
import SCIMMY from 'scimmy'
import SCIMMYRouters from 'scimmy-routers'

export interface CounterpartUser {
  id: string
  userName: string
  active: boolean
  externalId?: string
  displayName?: string
  roles?: { value: string }[]
  password?: string
}

export const SCIM_TOKEN = 'a token of the tests'
const users = new Map<string, CounterpartUser>()
const groups = new Map<string, { id: string; displayName: string; members: { value: string }[] }>()
let declared = false

/**
 * A SCIM 2.0 server that is not ours (scimmy-routers) over two maps. One for a process: that library keeps its resources
 * globally.
 */
export async function scimCounterpart(content: { users: CounterpartUser[]; groups: { id: string; displayName: string; members: string[] }[] }) {
  users.clear()
  groups.clear()
  for (const user of content.users) users.set(user.id, structuredClone(user))
  for (const group of content.groups) groups.set(group.id, { ...group, members: group.members.map((value) => ({ value })) })
  if (!declared) declare()
  const asked: string[] = []
  const app = express()
  app.use((request, _response, next) => {
    asked.push(`${request.method} ${decodeURIComponent(request.url)}`)
    // That library writes numbers into the query, which the Express of today makes anew at every look.
    Object.defineProperty(request, 'query', { value: { ...request.query }, writable: true })
    next()
  })
  app.use('/scim', new SCIMMYRouters({
    type: 'bearer',
    handler: (request: express.Request) => {
      if (request.header('authorization') !== `Bearer ${SCIM_TOKEN}`) throw new Error('Authorization not detected!')
      return 'assent'
    },
  }) as unknown as express.RequestHandler)
  const server = app.listen(0, '127.0.0.1')
  await new Promise((resolve) => { server.once('listening', resolve) })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/scim`, asked, users, groups,
    close: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => { server.close(resolve) })
    },
  }
}

function declare(): void {
  declared = true
  const missing = (id: string) => new SCIMMY.Types.Error(404, undefined as never, `Resource ${id} not found`)
  SCIMMY.Resources.declare(SCIMMY.Resources.User)
    .ingress((resource: { id?: string }, data: object) => {
      // The library keeps passwords out of what is written as JSON.
      const { password } = data as { password?: object }
      const given: Partial<CounterpartUser> = { ...JSON.parse(JSON.stringify(data)) as Partial<CounterpartUser>, ...(password === undefined ? {} : { password: String(password) }) }
      if (resource.id === undefined) {
        if ([...users.values()].some(({ userName }) => userName.toLowerCase() === given.userName?.toLowerCase())) throw new SCIMMY.Types.Error(409, 'uniqueness', 'The userName is in use')
        const id = `new-${users.size}`
        users.set(id, { userName: '', active: true, ...given, id })
        return users.get(id) as never
      }
      const user = users.get(resource.id)
      if (!user) throw missing(resource.id)
      if (given.password !== undefined && given.password.length < 8) throw new SCIMMY.Types.Error(400, 'invalidValue', 'The password is too short')
      users.set(user.id, { ...user, ...given, id: user.id })
      return users.get(user.id) as never
    })
    .egress((resource: { id?: string }) => {
      if (resource.id === undefined) return [...users.values()] as never
      const user = users.get(resource.id)
      if (!user) throw missing(resource.id)
      return user as never
    })
    .degress((resource: { id?: string }) => { users.delete(resource.id ?? '') })
  SCIMMY.Resources.declare(SCIMMY.Resources.Group)
    .ingress((resource: { id?: string }, data: object) => {
      const group = groups.get(resource.id ?? '')
      if (!group) throw missing(resource.id ?? '')
      const { members = [] } = JSON.parse(JSON.stringify(data)) as { members?: { value: string }[] }
      groups.set(group.id, { ...group, members: members.map(({ value }) => ({ value })) })
      return groups.get(group.id) as never
    })
    .egress((resource: { id?: string }) => {
      if (resource.id === undefined) return [...groups.values()] as never
      const group = groups.get(resource.id)
      if (!group) throw missing(resource.id)
      return group as never
    })
    .degress((resource: { id?: string }) => { groups.delete(resource.id ?? '') })
}
