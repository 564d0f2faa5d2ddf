import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { isLocal, redirect } from '../../http/page-result.ts'
import type { SessionHandle } from '../../http/session-handle.ts'
import { searchText } from '../../shared/names.ts'

/** Words of a search as `people.name_search` is written, without the signs that mean something to LIKE; at most six. */
export function searchWords(text: string): string[] {
  return searchText(text).replace(/[%_\\,;]/g, ' ').split(' ').filter(Boolean).slice(0, 6)
}

const keyOf = (list: string): string => `search:${list}`

/** The name somebody last searched this list for; empty when none. */
export function keptSearch(session: SessionHandle, list: string): string {
  const kept = session.get(keyOf(list))
  return typeof kept === 'string' ? kept : ''
}

/**
 * The form that searches a list by name: the name goes by POST into the session and never into an address, where logs and
 * histories would keep it (V4). `back` is the list's address with the mark that the kept name counts.
 */
export function nameSearchPage(spec: { list: string; path: string; permission: string; listPath: string }): Page {
  return definePage({
    name: `search ${spec.list}`,
    path: spec.path,
    permission: spec.permission,
    post: {
      body: z.strictObject({ name: z.string().trim().max(100).default(''), back: z.string().max(1000).default(spec.listPath) }),
      audit: 'people.searched',
      handle: async (ctx) => {
        const { name, back } = ctx.body
        if (name === '') ctx.session.delete(keyOf(spec.list))
        else ctx.session.set(keyOf(spec.list), name)
        const to = isLocal(back) && (back === spec.listPath || back.startsWith(`${spec.listPath}?`)) ? back : spec.listPath
        return redirect(withMark(to, name !== ''))
      },
    },
  })
}

function withMark(to: string, named: boolean): string {
  const [path = '', query = ''] = to.split('?', 2)
  const chosen = new URLSearchParams(query)
  chosen.delete('page')
  if (named) chosen.set('named', '1')
  else chosen.delete('named')
  return chosen.size === 0 ? path : `${path}?${chosen.toString()}`
}
