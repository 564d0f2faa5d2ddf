import { OutsideFailure } from '../../../shared/errors.ts'
import type { RestClient } from '../web/rest-client.ts'

/** Pages to the positive end: the page that names no next one. @throws OutsideFailure; part of a list is never the whole. */
export async function* pages(client: RestClient, path: string): AsyncGenerator<unknown> {
  let token: string | undefined
  const used = new Set<string>()
  do {
    const { body } = await client.good({ method: 'GET', path: token === undefined ? path : `${path}&pageToken=${encodeURIComponent(token)}` })
    if (body === null || typeof body !== 'object') throw unproved(client)
    yield body
    token = (body as { nextPageToken?: string }).nextPageToken
    if (token !== undefined && used.has(token)) throw unproved(client)
    if (token !== undefined) used.add(token)
  } while (token !== undefined && token !== '')
}

function unproved(client: RestClient): OutsideFailure {
  return new OutsideFailure({ what: 'The accounts could not be read to the end. Part of a list is never taken for the whole.', where: client.where, remedy: 'Run again; nothing was changed.' })
}
