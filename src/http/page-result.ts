import type { Readable } from 'node:stream'
import type { Flash } from './view-types.ts'

/** What a page answers. */
export type PageResult =
  | { kind: 'view'; template: string; data: object; status: number }
  | { kind: 'redirect'; to: string; flash: Flash | null }
  | { kind: 'leave'; to: string }
  | { kind: 'download'; filename: string; contentType: string; body: Buffer | string | Readable; inline: boolean; policy: string | null }
  | { kind: 'json'; value: unknown; status: number }

/** A page of HTML. */
export function view(template: string, data: object = {}, status = 200): PageResult {
  return { kind: 'view', template, data, status }
}

/**
 * On to another page of ours (303), with a message shown there once.
 * @throws Error for an address outside this site: an open redirect is a phishing aid (ASVS 3.7.2).
 */
export function redirect(to: string, flash?: Flash | string): PageResult {
  if (!isLocal(to)) throw new Error('A page may only redirect to a path of this site.')
  return { kind: 'redirect', to, flash: typeof flash === 'string' ? { kind: 'success', text: flash } : flash ?? null }
}

/**
 * On to another site, such as the school's sign-in (303). For addresses that an administrator set, never for what a request says; and only from
 * a GET, because a form of ours may lead nowhere else.
 */
export function leave(to: string): PageResult {
  if (!/^https?:$/.test(new URL(to).protocol)) throw new Error('A page leads on to web addresses only.')
  return { kind: 'leave', to }
}

/**
 * A file; saved by the browser unless `inline` (a PDF to look at). `policy` stands in place of the pages' content security policy,
 * for a document of somebody else that is shown fenced in.
 */
export function download(file: { filename: string; contentType: string; body: Buffer | string | Readable; inline?: boolean; policy?: string }): PageResult {
  return { kind: 'download', filename: file.filename, contentType: file.contentType, body: file.body, inline: file.inline ?? false, policy: file.policy ?? null }
}

/** For the pages' own scripts; machines use `/api`. */
export function json(value: unknown, status = 200): PageResult {
  return { kind: 'json', value, status }
}

/** True for a path of this site: `/x`, but not `//host` or `/\host`, which browsers read as another site. */
export function isLocal(to: string): boolean {
  // eslint-disable-next-line no-control-regex -- browsers drop tabs and line ends before they read an address
  return /^\/(?![/\\])/.test(to) && !/[\u0000-\u001f\\]/.test(to)
}
