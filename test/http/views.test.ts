import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { assetFolders, assetUrl } from '../../src/http/assets.ts'
import { galleryViews, renderSample } from '../support/gallery.ts'
import { samples } from '../journeys/look-samples.ts'

const views = galleryViews()

describe('views', () => {
  it('escapes what people wrote', () => {
    const html = views.render('pages/errors/message.njk', { title: '<script>alert(1)</script>', brand: { schoolName: 'A & B', trustName: 'T', initials: 'AB', colour: '#123456' } })
    expect(html).not.toContain('<script>alert')
    expect(html).toContain('&lt;script&gt;alert(1)')
    expect(html).toContain('A &amp; B')
  })
  it('says which template is missing', () => {
    expect(() => views.render('pages/nowhere.njk', {})).toThrow('nowhere.njk')
  })
  it('marks the nearest entry of the navigation only', () => {
    const board = samples.find((s) => s.name === 'board')
    if (!board) throw new Error('The board has no sample.')
    const current = [...renderSample(views, board).matchAll(/href="([^"]+)" aria-current="page"/g)].map((m) => m[1])
    expect(current).toEqual(['/office/board'])
  })
  it.each(samples)('$name carries its nonce on every style and script, and no inline style or handler', (sample) => {
    const html = renderSample(views, sample)
    for (const tag of html.match(/<(?:script|style)\b[^>]*>/g) ?? []) expect(tag).toContain('nonce="')
    expect(html).not.toMatch(/\sstyle="|\son[a-z]+="|javascript:/)
    expect(html).not.toMatch(/undefined|\[object Object\]|NaN/)
  })
  it('V4: no address on a sample page carries a name or an address of a person', () => {
    for (const sample of samples) {
      for (const [, href = ''] of renderSample(views, sample).matchAll(/(?:href|action)="(\/[^"]*)"/g)) {
        expect(href).not.toMatch(/@|kowalska|adeyemi|begum/i)
      }
    }
  })
})

describe('assets', () => {
  it('serves fonts and the signature pad from their packages', () => {
    expect(assetFolders().filter(({ dir }) => !existsSync(dir))).toEqual([])
  })
  it('every address in a style sheet or module leads to a file', () => {
    const folders = assetFolders()
    const found: string[] = []
    const missing: string[] = []
    for (const file of ['assent.css', 'young.css', 'office.css', 'print.css', 'js/assent.js', 'js/signature.js']) {
      const text = readFileSync(new URL(`../../public/${file}`, import.meta.url), 'utf8')
      for (const [url] of text.matchAll(/\/assets\/[\w./-]+/g)) {
        const folder = folders.find((f) => url.startsWith(`${f.url}/`))
        found.push(url)
        if (!folder || !existsSync(join(folder.dir, url.slice(folder.url.length)))) missing.push(url)
      }
    }
    expect(missing).toEqual([])
    expect(found.length).toBeGreaterThanOrEqual(9)
  })
  it('marks addresses with the content, so that they can be kept for a year', () => {
    expect(assetUrl('assent.css')).toMatch(/^\/assets\/assent\.css\?v=[0-9a-f]{8}$/)
    expect(assetUrl('assent.css')).toBe(assetUrl('assent.css', true))
  })
})
