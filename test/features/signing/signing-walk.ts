import type { Browser, Answer } from '../../http/browser.ts'
import type { TestApp } from '../../support/test-app.ts'

/** Addresses in a page's links, in order, as a reader follows them. */
export function hrefs(answer: Answer): string[] {
  return [...answer.text.matchAll(/ href="([^"]+)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'))
}

/** Value of a hidden field. */
export function hidden(answer: Answer, name: string): string {
  return new RegExp(`name="${name}" value="([^"]*)"`).exec(answer.text)?.[1] ?? ''
}

/** Every slot that is open on somebody's list. */
export async function openSlots(browser: Browser): Promise<string[]> {
  return hrefs(await browser.get('/me')).flatMap((href) => /^\/me\/sign\/([0-9A-Z]{26})$/.exec(href)?.[1] ?? [])
}

/** Reads to the end by the page's own links; gives the address of the sign page. */
export async function readThrough(browser: Browser, slot: string): Promise<string> {
  let at = `/me/sign/${slot}`
  for (let step = 0; step < 60; step += 1) {
    const page = await browser.get(at)
    if (page.status !== 200) throw new Error(`${at} answered ${page.status} ${page.location ?? ''}`)
    const links = hrefs(page)
    const sign = links.find((href) => href.startsWith(`/me/sign/${slot}/sign?`))
    if (sign) return sign
    const number = Number(/step=(\d+)/.exec(at)?.[1] ?? 1)
    const next = links.find((href) => href.startsWith(`/me/sign/${slot}?step=${number + 1}&text=`))
    if (!next) throw new Error(`${at} leads nowhere`)
    at = next
  }
  throw new Error('The text does not end')
}

/** Fills in the sign page; gives the answer of the POST. */
export async function fillIn(browser: Browser, sign: string, fields: Record<string, string>): Promise<Answer> {
  const page = await browser.get(sign)
  return browser.post(sign, { _csrf: hidden(page, '_csrf'), text: hidden(page, 'text'), signature: '', signatureDrawn: '', ...fields })
}

/** The fields of a check page, ready to be sent. */
export async function checkFields(browser: Browser, slot: string): Promise<Record<string, string>> {
  const page = await browser.get(`/me/sign/${slot}/check`)
  if (page.status !== 200) throw new Error(`check answered ${page.status} ${page.location ?? ''}`)
  return { _csrf: hidden(page, '_csrf'), text: hidden(page, 'text'), shown: hidden(page, 'shown'), formKey: hidden(page, 'formKey') }
}

/** The whole way by links and forms: read, yes, name, check, sign, done. Gives the done page. */
export async function signAs(browser: Browser, slot: string, name: string): Promise<Answer> {
  await fillIn(browser, await readThrough(browser, slot), { answer: 'yes', signature: name })
  const sent = await browser.post(`/me/sign/${slot}/check`, await checkFields(browser, slot))
  if (sent.location !== `/me/sign/${slot}/done`) throw new Error(`signing answered ${sent.status} ${sent.location ?? ''}`)
  return browser.get(`/me/sign/${slot}/done`)
}

/** Runs the worker until nothing is left: seals, receipts, mails. */
export async function work({ services }: Pick<TestApp, 'services'>): Promise<void> {
  await services.worker.runUntilIdle()
}

/** Rows of a table that fit. */
export async function count({ db }: Pick<TestApp, 'db'>, table: string, where: Record<string, unknown> = {}): Promise<number> {
  const row = await db.read(table).where(where).count({ n: '*' }).first() as { n: number } | undefined
  return Number(row?.n ?? 0)
}

/** The bytes of a download. */
export async function bytesOf(app: Pick<TestApp, 'url'>, browser: Browser, path: string): Promise<{ status: number; type: string | null; disposition: string | null; bytes: Buffer }> {
  const cookie = [...browser.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(app.url + path, { headers: { cookie }, redirect: 'manual' })
  return {
    status: answer.status, type: answer.headers.get('content-type'), disposition: answer.headers.get('content-disposition'), bytes: Buffer.from(await answer.arrayBuffer()),
  }
}
