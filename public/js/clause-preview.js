// Shows how a clause reads while it is being written. Without it, the button "Show how it reads" does the same.
const QUIET = 350

function enhance(form) {
  const place = (name) => document.querySelector(`[data-preview="${name}"]`)
  let timer = 0
  let asked = 0
  async function show() {
    const turn = asked += 1
    try {
      const answer = await fetch(form.dataset.clausePreview, { method: 'POST', credentials: 'same-origin', body: new URLSearchParams(new FormData(form)), headers: { accept: 'application/json' } })
      if (!answer.ok || turn !== asked) return
      const read = await answer.json()
      place('title').textContent = read.title
      // Made by the server's own renderer, which lets no markup of the author through.
      place('html').innerHTML = read.html
      const line = place('line')
      if (line) line.textContent = read.line
      const use = place('symbol')?.querySelector('use')
      if (use) use.setAttribute('href', use.getAttribute('href').replace(/#.*/, `#${read.symbol}`))
    } catch { /* no connection just now: the next change asks again */ }
  }
  form.addEventListener('input', () => {
    clearTimeout(timer)
    timer = setTimeout(show, QUIET)
  })
}

for (const form of document.querySelectorAll('[data-clause-preview]')) enhance(form)
