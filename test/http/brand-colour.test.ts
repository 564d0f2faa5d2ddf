import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandStyle, brandTokens, contrast, GROUNDS, readableOn } from '../../src/http/brand-colour.ts'

const colour = fc.integer({ min: 0, max: 0xffffff }).map((n) => `#${n.toString(16).padStart(6, '0')}`)

describe('contrast', () => {
  it('agrees with the figures of WCAG', () => {
    expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5)
    expect(contrast('#767676', '#fff')).toBeCloseTo(4.54, 2)
    expect(contrast('#777', '#ffffff')).toBeCloseTo(4.48, 2)
  })
})

describe('readableOn', () => {
  it('chooses the better of black and white', () => {
    expect(readableOn('#7a2048')).toBe('#ffffff')
    expect(readableOn('#f5c400')).toBe('#000000')
  })
  it('reaches AA on every colour there is', () => {
    fc.assert(fc.property(colour, (c) => { expect(contrast(c, readableOn(c))).toBeGreaterThanOrEqual(4.5) }), { seed: 7, numRuns: 2000 })
  })
  it('refuses what is not a colour, so that no style can be smuggled in', () => {
    for (const text of ['red', '#12', '#12345g', '#fff;}body{display:none', '']) {
      expect(() => readableOn(text)).toThrow('brand colour')
      expect(() => brandStyle(text)).toThrow('brand colour')
    }
  })
})

describe('brandTokens', () => {
  it('keeps text, buttons and edges readable in light and dark, whatever the school chose', () => {
    fc.assert(fc.property(colour, (c) => {
      const tokens = brandTokens(c)
      for (const scheme of ['light', 'dark'] as const) {
        const t = tokens[scheme]
        const ground = GROUNDS[scheme]
        for (const g of [ground.page, ground.surface, t.tint]) expect(contrast(t.ink, g)).toBeGreaterThanOrEqual(4.5)
        expect(contrast(ground.ink, t.tint)).toBeGreaterThanOrEqual(4.5)
        expect(contrast(t.onAction, t.action)).toBeGreaterThanOrEqual(4.5)
        expect(contrast(t.onBrand, t.brand)).toBeGreaterThanOrEqual(4.5)
        expect(contrast(t.actionEdge, ground.page)).toBeGreaterThanOrEqual(3)
      }
    }), { seed: 7, numRuns: 500 })
  })
  it('leaves a colour alone that already reads well', () => {
    expect(brandTokens('#7a2048').light).toMatchObject({ brand: '#7a2048', action: '#7a2048', actionEdge: '#7a2048', ink: '#7a2048' })
  })
  it('measures against the grounds that the style sheet really paints', () => {
    const css = readFileSync(new URL('../../public/assent.css', import.meta.url), 'utf8')
    const [light = '', dark = ''] = [...css.matchAll(/:root \{[^}]*--page[^}]*\}/g)].map((m) => m[0])
    for (const [scheme, rules] of [['light', light], ['dark', dark]] as const) {
      for (const [name, value] of Object.entries(GROUNDS[scheme])) expect(rules).toContain(`--${name}: ${value};`)
    }
  })
})
