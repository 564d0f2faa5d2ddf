// Reads a text aloud with the browser's own voice: all of it, or one part. Where there is no voice for the language, nothing is offered.
const synth = window.speechSynthesis

/** A voice of the language, best one of this device first; null when a wrong voice would mangle the words. */
function voiceFor(lang) {
  const short = lang.toLowerCase().split('-')[0]
  const fitting = synth.getVoices().filter((voice) => voice.lang.toLowerCase().replace('_', '-').split('-')[0] === short)
  return fitting.find((voice) => voice.lang.toLowerCase() === lang.toLowerCase() && voice.localService) ?? fitting.find((voice) => voice.localService) ?? fitting[0] ?? null
}

/** Sentences: some browsers stop by themselves in the middle of a long one. */
function sentencesOf(element) {
  const copy = element.cloneNode(true)
  for (const aside of copy.querySelectorAll('button, [data-read-tools], .vh, details:not([open]) > :not(summary)')) aside.remove()
  for (const block of copy.querySelectorAll('h1, h2, h3, p, li')) block.append(' . ')
  return copy.textContent.replace(/\s+/g, ' ').replace(/([.!?])\s*\./g, '$1').split(/(?<=[.!?])\s+/).map((text) => text.trim()).filter((text) => /\p{L}/u.test(text))
}

function enhance(root) {
  const tools = root.querySelector('[data-read-tools]')
  const holder = root.querySelector('[lang]')
  const lang = holder?.lang || document.documentElement.lang || 'en-GB'
  const voice = voiceFor(lang)
  if (!tools || !voice || !tools.hidden) return
  let speaking = null

  function stop() {
    synth.cancel()
    speaking?.button.replaceChildren(speaking.label)
    speaking?.element.classList.remove('being-read')
    speaking = null
  }
  function read(button, element) {
    const same = speaking?.button === button
    stop()
    if (same) return
    const mine = speaking = { button, element, label: button.textContent }
    button.textContent = tools.dataset.readStop
    element.classList.add('being-read')
    const said = sentencesOf(element)
    said.forEach((text, n) => {
      const utterance = new SpeechSynthesisUtterance(text)
      utterance.lang = lang
      utterance.voice = voice
      utterance.rate = 0.95
      if (n === said.length - 1) utterance.onend = () => { if (speaking === mine) stop() }
      utterance.onerror = () => { if (speaking === mine) stop() }
      synth.speak(utterance)
    })
  }
  function button(words, element, about) {
    const made = document.createElement('button')
    made.type = 'button'
    made.className = 'link-like'
    made.textContent = words
    if (about) made.setAttribute('aria-label', `${words}: ${about}`)
    made.addEventListener('click', () => {
      made.removeAttribute('aria-label')
      read(made, element)
    })
    return made
  }

  const parts = [...root.querySelectorAll('[data-read-part]')]
  tools.append(button(tools.dataset.readAll, root))
  tools.hidden = false
  if (parts.length > 1) {
    for (const part of parts) {
      const heading = part.querySelector('h1, h2, h3')
      const line = document.createElement('p')
      line.className = 'read-aloud no-print'
      line.lang = document.documentElement.lang
      line.append(button(tools.dataset.readOne, part, heading?.textContent))
      part.append(line)
    }
  }
  window.addEventListener('pagehide', stop)
}

function begin() {
  for (const root of document.querySelectorAll('[data-read-aloud]')) enhance(root)
}

if (synth && window.SpeechSynthesisUtterance) {
  begin()
  // Some browsers learn of their voices only later.
  synth.addEventListener?.('voiceschanged', begin)
}
