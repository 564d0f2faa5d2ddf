import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zipSync } from 'fflate'
import type { GrantedRole } from '../../src/features/identity/permissions.ts'
import { type Browser, tokenIn } from '../http/browser.ts'
import type { TestApp } from './test-app.ts'

/** A person with one role, signed in. */
export async function withRole(app: TestApp, role: GrantedRole, options: { schoolId?: string; name?: string } = {}): Promise<{ id: string; browser: Browser }> {
  const { peopleStore, roles, clock } = app.services
  const [id = ''] = await peopleStore.insert([{ preferredForename: options.name ?? 'Idris', surname: role, email: null, username: null, feedDisabled: false }])
  const until = role === 'external-it' || role === 'cover' ? clock.now() + 90 * 86_400_000 : null
  await roles.grant({ personId: id, role, schoolId: options.schoolId ?? null, groupName: null, until, grantedBy: 'os:test' })
  return { id, browser: await app.as(id) }
}

/** A folder of a roster as one zip. */
export function zipOf(folder: string): Buffer {
  return Buffer.from(zipSync(Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]))))
}

/** Sends a file with the upload form, as a browser does. */
export async function upload(browser: Browser, bytes: Buffer | string, fields: Record<string, string> = {}, filename = 'roster.zip') {
  const body = new FormData()
  body.append('_csrf', tokenIn(await browser.get('/rosters/upload')))
  for (const [name, value] of Object.entries({ source: '', 'new-source': 'mis', format: 'auto', school: '', decision: 'apply', ...fields })) body.append(name, value)
  body.append('file', new Blob([new Uint8Array(Buffer.from(bytes))]), filename)
  return browser.send('POST', '/rosters/upload', { body, headers: { 'sec-fetch-site': 'same-origin' } })
}

/** Uploads, lets the worker read it, and gives the page of the run. */
export async function readRoster(app: TestApp, browser: Browser, folder: string, fields: Record<string, string> = {}) {
  const answer = await upload(browser, zipOf(folder), fields)
  const path = answer.location ?? ''
  if (!path.startsWith('/rosters/runs/')) throw new Error(`The file was not taken in: ${answer.status} ${textOf(path === '' ? answer.text : (await browser.get(path)).text)}`)
  await app.services.worker.runUntilIdle()
  const page = await browser.get(path)
  if (page.status >= 500) throw new Error(app.log.filter((line) => line.includes('"err"')).join('\n'))
  return { path, page }
}

/** What a page says, without its markup. */
export function textOf(html: string): string {
  return (/<main[\s\S]*<\/main>/.exec(html)?.[0] ?? html).replace(/<(script|style)[\s\S]*?<\/\1>/g, ' ').replace(/<[^>]+>/g, ' ').replace(/&#39;/g, '’').replace(/&quot;/g, '"').replace(/\s+/g, ' ')
}

export const PUPILS = '/School/Pupils'
export const SUSPENDED = '/School/Suspended'

/** Settings of a simulated directory for `startTestApp`. */
export const simulatedDirectory = {
  name: 'school', kind: 'simulated' as const, containers: [PUPILS, SUSPENDED], groups: ['internet', 'pupils'], mode: 'propose' as const,
  mapping: { suspendedContainer: SUSPENDED, profiles: {}, restrictedGroups: [], restrictedWithoutGroups: [] },
}

/** An account in that directory for each of these people of the source. */
export async function giveAccounts(app: TestApp, externalIds: readonly string[]): Promise<void> {
  await app.db.transaction(() => app.db.insertNew('simulated_accounts', externalIds.map((id) => ({
    immutable_id: `sim-${id}`, account: JSON.stringify({
      immutableId: `sim-${id}`, username: `u.${id.toLowerCase()}`, displayName: id, enabled: true, container: PUPILS, groups: ['internet', 'pupils'], protected: false, match: { employeeId: id },
    }),
  }))))
}

/** What the simulated directory holds of one account. */
export async function accountOf(app: TestApp, externalId: string): Promise<{ enabled: boolean; container: string; groups: string[] }> {
  const row = await app.db.read('simulated_accounts').where({ immutable_id: `sim-${externalId}` }).first('account')
  const { enabled, container, groups } = JSON.parse(row.account)
  return { enabled, container, groups }
}

/** Approves what a page holds, with the count where the page asks for it. */
export async function approve(browser: Browser, path: string, count: number, fields: Record<string, string> = {}): Promise<void> {
  const page = await browser.get(path)
  const answer = await browser.post(path, { _csrf: tokenIn(page), ...(page.text.includes('value="anyway"') ? { start: 'anyway' } : {}), ...fields, ...(page.text.includes('name="count"') ? { count: String(count) } : {}) })
  const after = await browser.get(answer.location ?? path)
  if (after.text.includes('error-summary')) throw new Error(textOf(after.text))
}
