// An answer given in class survives a lost connection: it stays on this device until the school has it, and is never called sent or
// signed before. The form's own key makes sending it again harmless (S2, S6).
const PREFIX = 'assent-class-answer:'
const AGAIN_MS = 4000
const KEPT_MS = 24 * 60 * 60 * 1000
const SLOW_MS = 1000
let sending = false

/** What waits on this device, oldest first; what is older than a day is of no use to any session and goes. */
function waiting() {
  const found = []
  for (let n = localStorage.length - 1; n >= 0; n -= 1) {
    const name = localStorage.key(n)
    if (!name?.startsWith(PREFIX)) continue
    try {
      const kept = JSON.parse(localStorage.getItem(name))
      if (kept.at + KEPT_MS > Date.now()) found.push({ name, ...kept })
      else localStorage.removeItem(name)
    } catch {
      localStorage.removeItem(name)
    }
  }
  return found.sort((a, b) => a.at - b.at)
}

/** Says one of the sentences that the page has in the reader's language; null says nothing. */
function tell(words, waits = 0) {
  const place = document.querySelector('[data-kept]')
  if (!place) return
  place.hidden = words === null
  place.textContent = words === null ? '' : place.dataset[words].replace('{{waiting}}', String(waits))
}

function tellWhatWaits() {
  const { length } = waiting()
  tell(length === 0 ? null : length === 1 ? 'waits' : 'waitsMany', length)
}

/** Sends one answer. Only the school's own word that it has it takes it off this device. */
async function send(kept) {
  const answer = await fetch(kept.to, {
    method: 'POST', body: kept.body, credentials: 'same-origin', headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
  })
  if (!answer.ok) {
    // The session of this browser is gone or the school is too busy: the answer stays, and a grown-up is needed if that does not change.
    if (answer.status < 500 && answer.status !== 429) tell('refused')
    else tellWhatWaits()
    return null
  }
  const said = await answer.json()
  if (said.joinAgain) {
    tell('join')
    return null
  }
  localStorage.removeItem(kept.name)
  return said.to
}

async function sendAll(here) {
  if (sending) return
  sending = true
  // What is sent at once needs no word: "not sent yet" for a blink would only worry a child.
  const slow = setTimeout(tellWhatWaits, SLOW_MS)
  try {
    for (const kept of waiting()) {
      const to = await send(kept)
      if (to !== null) tellWhatWaits()
      if (to !== null && kept.name === here) {
        location.assign(to)
        return
      }
    }
  } catch {
    tellWhatWaits()
  } finally {
    clearTimeout(slow)
    sending = false
  }
}

let here = null
for (const form of document.querySelectorAll('[data-keep-answer]')) {
  form.addEventListener('submit', (event) => {
    const fields = new FormData(form)
    const name = PREFIX + fields.get('formKey')
    fields.set('by', 'script')
    try {
      localStorage.setItem(name, JSON.stringify({ to: new URL(form.action).pathname + new URL(form.action).search, body: new URLSearchParams(fields).toString(), at: Date.now() }))
    } catch {
      // No room on this device: the form is sent the plain way.
      return
    }
    event.preventDefault()
    here = name
    // Another one is under way, so this one waits for its turn.
    if (sending) tellWhatWaits()
    void sendAll(here)
  })
}
window.addEventListener('online', () => void sendAll(here))
setInterval(() => { if (waiting().length > 0) void sendAll(here) }, AGAIN_MS)
tellWhatWaits()
if (waiting().length > 0) void sendAll(here)
