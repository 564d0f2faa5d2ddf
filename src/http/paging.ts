import { z } from 'zod'

/** `page=2` of a list's address; anything else is the first page. */
export const pageNumber = z.coerce.number().int().min(1).max(100_000).catch(1)

/** Where one is in a list, for the pagination component. */
export interface Pages {
  from: number
  to: number
  total: number
  what: string
  whatMany?: string
  previousHref?: string
  nextHref?: string
}

/** Builds the links of a list's pages; `keep` are the filters that stay in the address. */
export function pagesOf(list: { page: number; size: number; shown: number; total: number; what: string; whatMany?: string; path: string; keep?: Record<string, string | undefined> }): Pages {
  const { page, size, shown, total, what, whatMany, path, keep = {} } = list
  const href = (to: number): string => {
    const query = new URLSearchParams(Object.entries(keep).filter((entry): entry is [string, string] => Boolean(entry[1])))
    if (to > 1) query.set('page', String(to))
    return query.size > 0 ? `${path}?${query.toString()}` : path
  }
  const first = (page - 1) * size
  return {
    from: shown === 0 ? 0 : first + 1, to: first + shown, total, what, ...(whatMany ? { whatMany } : {}),
    ...(page > 1 ? { previousHref: href(page - 1) } : {}), ...(first + shown < total ? { nextHref: href(page + 1) } : {}),
  }
}
