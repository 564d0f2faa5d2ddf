// A page left open goes on showing what it showed, though its session has ended: then a neutral view takes its place (ASVS 14.3.1).
// Counted from the last request of any page of this session, since each keeps it alive.
const LAST = 'assent-last-request'
const view = document.querySelector('template[data-idle]')
const { idle, left, session } = view.dataset
const opened = Date.now()

function note() {
  try { localStorage[LAST] = `${session} ${Date.now()}` } catch { /* no storage: each page counts for itself */ }
}

function noted() {
  try { return (localStorage[LAST] ?? '').split(' ') } catch { return [''] }
}

function look() {
  const now = Date.now()
  const [whose, at] = noted()
  const last = Math.min(now, whose === session ? Math.max(opened, at) : opened)
  const another = whose !== session && at > opened
  // An answer of a class that has no connection is nowhere else: it stays.
  if (!(another || now - last >= idle * 1000 || now - opened >= left * 1000) || document.querySelector('[data-keep-answer]')) return
  clearInterval(timer)
  const main = document.createElement('main')
  main.append(view.content)
  document.title = main.querySelector('h1').textContent
  document.body.className = 'one'
  document.body.replaceChildren(main)
}

note()
const timer = setInterval(look, 15000)
for (const name of ['pageshow', 'focus']) addEventListener(name, look)
// What a script of this page asked counts too, if it arrived.
new PerformanceObserver((list) => {
  if (list.getEntries().some((one) => one.initiatorType === 'fetch' && one.responseStatus)) note()
}).observe({ type: 'resource' })
