// Offers a drawn signature beside the typed one. Strokes travel as JSON in a box of 1000 x 400, whatever the screen.
import SignaturePad from '/assets/vendor/signature_pad/signature_pad.min.js'

const BOX = { width: 1000, height: 400 }
/** Above this a drawing is thinned: the record needs the look of the line, not every sample. */
const MAX_POINTS = 2000

function strokesOf(pad, scale) {
  const strokes = pad.toData().map((group) => group.points.map((p) => ({ x: within(p.x * scale, BOX.width), y: within(p.y * scale, BOX.height) })))
  const total = strokes.reduce((sum, stroke) => sum + stroke.length, 0)
  const step = Math.ceil(total / MAX_POINTS)
  return step > 1 ? strokes.map((stroke) => stroke.filter((_, i) => i % step === 0 || i === stroke.length - 1)) : strokes
}

function within(value, most) {
  return Math.min(most, Math.max(0, Math.round(value)))
}

function earlier(text) {
  try {
    const strokes = JSON.parse(text)
    return Array.isArray(strokes) ? strokes : []
  } catch {
    return []
  }
}

function enhance(root) {
  const area = root.querySelector('[data-pad]')
  const canvas = area.querySelector('canvas')
  const value = root.querySelector('[data-pad-value]')
  const status = root.querySelector('[data-pad-status]')
  area.hidden = false
  const ink = getComputedStyle(canvas).color
  const pad = new SignaturePad(canvas, { penColor: ink, minWidth: 1.2, maxWidth: 3.2 })
  let cssWidth = 0

  // The drawing is kept in the hidden field, so turning the tablet or coming back to the page loses nothing.
  function fit() {
    const ratio = Math.max(window.devicePixelRatio || 1, 1)
    cssWidth = canvas.clientWidth
    canvas.width = cssWidth * ratio
    canvas.height = canvas.clientHeight * ratio
    canvas.getContext('2d').scale(ratio, ratio)
    pad.clear()
    const back = cssWidth / BOX.width
    const groups = earlier(value.value).map((points) => ({
      penColor: ink, minWidth: 1.2, maxWidth: 3.2, dotSize: 0, velocityFilterWeight: 0.7, compositeOperation: 'source-over',
      points: points.map((p, i) => ({ x: p.x * back, y: p.y * back, pressure: 0.5, time: i + 1 })),
    }))
    if (groups.length > 0) pad.fromData(groups)
  }

  pad.addEventListener('endStroke', () => {
    value.value = JSON.stringify(strokesOf(pad, BOX.width / cssWidth))
    status.textContent = status.dataset.kept
  })
  root.querySelector('[data-pad-clear]').addEventListener('click', () => {
    pad.clear()
    value.value = ''
    status.textContent = status.dataset.cleared
  })
  let width = 0
  new ResizeObserver(() => {
    if (canvas.clientWidth === width) return
    width = canvas.clientWidth
    fit()
  }).observe(canvas)
}

for (const root of document.querySelectorAll('[data-signature]')) enhance(root)
