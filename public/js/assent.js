// Small comforts. Every page works without this file.

/** A second press of a button does nothing: the server would answer it with the first answer anyway (S2). */
function guardDoubleSubmit(form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = 'yes'
    event.submitter?.setAttribute('aria-disabled', 'true')
    setTimeout(releaseForms, PATIENCE)
  })
}

/** How long a form stays closed when its answer does not bring a new page (a download, a lost connection). */
const PATIENCE = 8000

/** A page that is still there, or comes back from the browser's store, may be sent again. */
function releaseForms() {
  for (const form of document.querySelectorAll('form[data-sent]')) {
    delete form.dataset.sent
    form.querySelector('[aria-disabled]')?.removeAttribute('aria-disabled')
  }
}

/** Filters send themselves when a choice is made with the mouse or by touch; the keyboard keeps its button. */
function autoSubmit(form) {
  let pointer = false
  form.addEventListener('pointerdown', () => { pointer = true })
  form.addEventListener('keydown', () => { pointer = false })
  form.addEventListener('change', (event) => {
    if (pointer && event.target instanceof HTMLSelectElement) form.requestSubmit()
  })
}

/** A page that waits for a worker looks again; what changed is put in its place, and a finished one is opened. */
function keepLooking(region) {
  const timer = setInterval(async () => {
    if (document.hidden) return
    try {
      const answer = await fetch(location.href, { headers: { accept: 'text/html' }, credentials: 'same-origin' })
      // The main part only: the policy of this page refuses the style of another.
      const main = /<main[\s\S]*<\/main>/.exec(await answer.text())?.[0] ?? ''
      const fresh = new DOMParser().parseFromString(main, 'text/html').querySelector('[data-refresh]')
      if (answer.redirected || !answer.ok || !fresh) {
        clearInterval(timer)
        location.reload()
      } else if (fresh.innerHTML !== region.innerHTML && !region.contains(document.activeElement)) region.innerHTML = fresh.innerHTML
    } catch { /* no connection just now: the next turn asks again */ }
  }, Number(region.dataset.refresh))
}

for (const region of document.querySelectorAll('[data-refresh]')) keepLooking(region)
for (const form of document.querySelectorAll('form[method="post"]')) guardDoubleSubmit(form)
for (const form of document.querySelectorAll('[data-auto-submit]')) autoSubmit(form)
document.querySelector('[data-focus]')?.focus()
window.addEventListener('pageshow', (event) => { if (event.persisted) releaseForms() })
