import type { Answer, Browser } from '../../http/browser.ts'
import { hidden, hrefs } from '../signing/signing-walk.ts'

/** Starts a session by the teacher's page; gives its id and the code on the board. */
export async function startSession(teacher: Browser, group: { schoolId: string; kind: string; name: string }): Promise<{ id: string; code: string }> {
  const started = await teacher.submit('/class', group, '/class/sessions')
  const id = /^\/class\/sessions\/(\w{26})$/.exec(started.location ?? '')?.[1]
  if (!id) throw new Error(`Starting answered ${started.status} ${started.text.slice(0, 200)}`)
  const page = await teacher.get(`/class/sessions/${id}`)
  return { id, code: (/door-code">([A-Z0-9 ]+)</.exec(page.text)?.[1] ?? '').replace(' ', '') }
}

/** Joins by the code as a pupil's device does. */
export async function join(device: Browser, code: string): Promise<Answer> {
  await device.submit(`/class/${code}`)
  return device.get(`/class/${code}`)
}

/** Presses a name; gives the slot. */
export async function pressName(device: Browser, code: string, name: string): Promise<string> {
  const page = await device.get(`/class/${code}`)
  const found = [...page.text.matchAll(/href="\/class\/\w+\/(\w{26})"[^>]*>([^<]+)</g)].find((match) => match[2] === name)
  if (!found?.[1]) throw new Error(`${name} is not among the names`)
  return found[1]
}

/** Reads to the answer page by the page's own links; gives its address. */
export async function readInClass(device: Browser, code: string, slot: string): Promise<string> {
  let at = `/class/${code}/${slot}/read`
  for (let step = 0; step < 60; step += 1) {
    const links = hrefs(await device.get(at))
    const sign = links.find((href) => href.startsWith(`/class/${code}/${slot}/sign?`))
    if (sign) return sign
    const number = Number(/step=(\d+)/.exec(at)?.[1] ?? 1)
    const next = links.find((href) => href.startsWith(`/class/${code}/${slot}/read?step=${number + 1}&text=`))
    if (!next) throw new Error(`${at} leads nowhere`)
    at = next
  }
  throw new Error('The text does not end')
}

/** Goes through the pages and answers every friendly question with its second answer; gives what was chosen. */
export async function answerQuestions(device: Browser, code: string, slot: string): Promise<string[]> {
  const chosen: string[] = []
  let at = `/class/${code}/${slot}/read`
  for (let step = 2; step < 60; step += 1) {
    const shown = await device.get(at)
    const second = /<button[^>]*name="answer" value="1">([^<]+)</.exec(shown.text)?.[1]
    if (second) {
      chosen.push(second.replaceAll('&#39;', "'"))
      const told = await device.post(at, { _csrf: hidden(shown, '_csrf'), answer: '1' })
      if (told.status !== 303) throw new Error(`The question answered ${told.status}`)
    }
    const next = hrefs(shown).find((href) => href.includes(`step=${step}&`))
    if (!next) break
    at = next
  }
  return chosen
}

/** The fields of the answer page, ready to be sent. */
export async function answerFields(device: Browser, sign: string, filled: Record<string, string>): Promise<Record<string, string>> {
  const page = await device.get(sign)
  return { _csrf: hidden(page, '_csrf'), text: hidden(page, 'text'), formKey: hidden(page, 'formKey'), signature: '', signatureDrawn: '', ...filled }
}

/** The whole way of one pupil; gives the answer of the last POST. */
export async function answerAs(device: Browser, code: string, name: string, filled: Record<string, string> = { answer: 'yes', signature: name }): Promise<{ slot: string; sent: Answer }> {
  const slot = await pressName(device, code, name)
  const sign = await readInClass(device, code, slot)
  return { slot, sent: await device.post(sign, await answerFields(device, sign, filled)) }
}

/** Ids of the answers that wait, by the name on the button. */
export function waitingOn(page: Answer): Map<string, string> {
  return new Map([...page.text.matchAll(/name="yes" value="(\w{26})" type="submit"><span>Yes, that was <bdi>([^<]+)</g)].map((match) => [match[2] ?? '', match[1] ?? '']))
}

/** "Yes, that was Amira". */
export async function witness(teacher: Browser, id: string, name: string): Promise<Answer> {
  const answer = waitingOn(await teacher.get(`/class/sessions/${id}`)).get(name)
  if (!answer) throw new Error(`${name} does not wait`)
  return teacher.submit(`/class/sessions/${id}`, { yes: answer }, `/class/sessions/${id}/witness`)
}
