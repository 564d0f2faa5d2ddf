import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, it } from 'vitest'
import { createWords } from '../../../src/adapters/words/words.ts'
import { governingText, lacksCheck } from '../../../src/features/agreements/agreement.ts'
import { parseAgreementTranslation } from '../../../src/features/agreements/agreement-translation.ts'
import { clausesOf } from '../../../src/features/agreements/clauses.ts'
import { makeRendition } from '../../../src/features/agreements/rendition.ts'
import { sayInRecord } from '../../../src/features/agreements/say-in-record.ts'
import { readStarterSet, readStarterTranslations } from '../../../src/features/agreements/starter-set.ts'
import { starterTexts, translatedTexts } from '../../../src/features/agreements/starter-variants.ts'
import { AuditQueries } from '../../../src/features/audit/audit-queries.ts'
import { templateFolder } from '../../../src/http/assets.ts'
import { onBothDatabases } from '../../support/databases.ts'
import { authoringWorld } from './authoring-world.ts'

const root = fileURLToPath(new URL('../../../templates/agreements/', import.meta.url))
const english = readStarterSet(root)
const welsh = readStarterTranslations(root, 'cy', english)
const say = sayInRecord(createWords(templateFolder()))
const pairs = english.map((file) => ({ key: file.key, file, words: welsh.find(({ translates }) => translates === file.key) }))
const approval = { by: 'A. Chair', board: 'Trust board', on: '2026-09-01' }

/** Words that Welsh and English do not share: running English in a Welsh text is one that was forgotten. */
const ENGLISH_WORDS = /\b(?:the|and|you|your|with|not|school|pupil|please|what|when|if|is(?!-)|are|for|of)\b/i

describe.each(pairs)('G6: the Welsh of $key', ({ file, words }) => {
  it('is there, with the clauses, lines, statements, questions, answers and places of the English, and says who made it', () => {
    expect(words).toMatchObject({ language: 'cy', translatedBy: 'Assent' })
    expect(words?.sections.map(({ id }) => id)).toEqual(file.sections.map(({ id }) => id))
    expect(Object.keys(words?.clauses ?? {})).toEqual(Object.keys(file.clauses))
    expect(Object.keys(words?.statements ?? {}).sort()).toEqual(Object.keys(file.statements).sort())
    expect(words?.questions.map(({ clause, answers, right }) => [clause, answers.length, right])).toEqual(file.questions.map(({ clause, answers, right }) => [clause, answers.length, right]))
    const places = (text: string) => text.match(/\{\{[^}]+\}\}/g)?.toSorted()
    expect(places(words?.markdown ?? '')).toEqual(places(file.markdown))
  })

  it('has words of its own everywhere: as many paragraphs, and no English in them', () => {
    if (!words) throw new Error('missing')
    expect(words.sections.map(({ markdown }) => markdown.split('\n\n').length)).toEqual(file.sections.map(({ markdown }) => markdown.split('\n\n').length))
    const all = [words.title, words.summary, words.markdown, ...Object.values(words.statements), ...Object.values(words.clauses), ...words.questions.flatMap(({ ask, answers, because }) => [ask, ...answers, because])].join('\n')
    expect(ENGLISH_WORDS.exec(all.replace(/\{[^}]*\}+/g, '').replaceAll(/Report Remove|Childline/g, ''))).toBeNull()
    for (const { markdown } of words.sections) expect(file.markdown).not.toContain(markdown)
  })

  it('speaks to a pupil as ti and to an adult as chi', () => {
    if (!words) throw new Error('missing')
    const own = words.sections.filter(({ id }) => !file.adultClauses.includes(id ?? '')).map(({ markdown }) => markdown).join('\n')
    if (file.family === 'pupil') expect(own).not.toMatch(/\b(?:chi|eich|rydych|gwnewch|dywedwch|peidiwch)\b/i)
    else expect(own).not.toMatch(/\b(?:ti|dy|rwyt)\b/i)
    if (file.statements.guardian) expect(words.statements['guardian']).toMatch(/^Rwyf wedi darllen/)
  })

  it('keeps what no translation may lose: 999 and Childline’s number where the English has them, and that monitoring asks no consent (G5)', () => {
    const count = (text: string, number: string) => text.split(number).length
    for (const number of ['999', '0800 1111', '72', '18', 'Report Remove']) expect([number, count(words?.markdown ?? '', number)]).toEqual([number, count(file.markdown, number)])
    expect(words?.markdown).toMatch(/(?:hidlo|fonitro|monitro)/)
    expect(words?.markdown).toMatch(/(?:[Nn]id ydym|[Dd]ydyn ni ddim) yn gofyn (?:am gydsyniad|am dy gydsyniad|i chi gydsynio)/)
    expect(Object.values(words?.statements ?? {}).join(' ')).not.toMatch(/cydsyni|caniat|llun|monitro/i)
  })

  it('can be read in every kind of text that the English has, with its label in Welsh', () => {
    if (!words) throw new Error('missing')
    const texts = translatedTexts(file, words)
    expect(texts.map(({ variant }) => variant)).toEqual(starterTexts(file).map(({ variant }) => variant))
    for (const [at, text] of texts.entries()) {
      expect(clausesOf(text.markdown).map(({ id }) => id)).toEqual(clausesOf(starterTexts(file)[at]?.markdown ?? '').map(({ id }) => id))
      const version = { ...publishedOf(file.key), texts: [...starterTexts(file), ...texts] }
      const rendition = makeRendition({ version, school: { name: 'Ysgol y Bryn' }, trust: { name: 'Ymddiriedolaeth y Dyffryn' }, language: 'cy', variant: text.variant, say })
      expect(rendition.versionLabel).toBe('Fersiwn 1, cyhoeddwyd 1 Medi 2026 (set gychwynnol, heb ei chymeradwyo eto gan eich ymddiriedolaeth). Cyfieithwyd gan Assent, heb ei wirio eto gan eich ysgol; y testun Saesneg sy’n llywodraethu')
      if (text.markdown.includes('{{version.published}}')) expect(rendition.markdown).toContain('a gyhoeddwyd ar 1 Medi 2026')
    }
  })
})

function publishedOf(key: string) {
  return {
    agreementKey: key, band: 'staff', signerRule: 'self', owner: '', number: 1, origin: 'starter', change: 'major', changeNote: '', reviewCycleMonths: 12, status: 'published',
    approval: null, publishedAt: 0, publishedOn: '2026-09-01', supersededAt: null, supersededBy: null, withdrawn: null, texts: [],
  } as const
}

describe('a translation that does not fit its English', () => {
  const file = english.find(({ key }) => key === 'pupil-ks1')
  const text = (change: (whole: string) => string) => change(`---
translates: visitor
language: cy
title: Teitl
summary: Crynodeb
translatedBy: Assent
statements:
  self: Cytunaf.
clauses:
${english.find(({ key }) => key === 'visitor')?.sections.map(({ id }) => `  ${id}: Llinell.`).join('\n')}
---
${english.find(({ key }) => key === 'visitor')?.markdown}`)
  it.each([
    ['a clause is missing', (whole: string) => whole.replace(/## Your phone[^]*?(?=## Pictures)/, ''), /phones is missing/],
    ['the clauses stand in another order', (whole: string) => whole.replace('{#phones}', '{#x}').replace('{#images}', '{#phones}').replace('{#x}', '{#images}'), /another order/],
    ['a place is filled by hand', (whole: string) => whole.replace('{{trust.name}}', 'Vale Trust'), /trust\.name is missing/],
    ['a line is missing', (whole: string) => whole.replace('  phones: Llinell.\n', ''), /phones is missing/],
    ['a question is made up', (whole: string) => whole.replace('---\nWelcome', 'questions:\n  - clause: phones\n    ask: Pam?\n    answers: [Ie, Na]\n    because: Dyna.\n---\nWelcome'), /is too much/],
    ['it is English', (whole: string) => whole.replace('language: cy', 'language: en-GB'), /cannot be used/],
    ['it translates nothing', (whole: string) => whole.replace('translates: visitor', 'translates: nobody'), /no agreement/],
    ['something still waits', (whole: string) => whole.replace('Teitl', 'Teitl [insert name]'), /still has/],
  ])('is refused where %s', (_, change, reason) => {
    expect(file).toBeDefined()
    expect(parseAgreementTranslation(text((whole) => whole), english).translates).toBe('visitor')
    expect(() => parseAgreementTranslation(text(change), english)).toThrow(reason)
  })
})

onBothDatabases('Welsh starters in a trust', (get) => {
  let world: Awaited<ReturnType<typeof authoringWorld>>
  beforeEach(async () => { world = await authoringWorld(get().db) })
  const state = async () => ({
    versions: await get().db.read('agreement_versions').orderBy('id').select('id', 'state', 'content_hash'),
    requirements: await get().db.read('requirements').orderBy('id'), outbox: await get().db.read('outbox').count({ n: '*' }),
  })

  it('G6: come as a minor version, for which nobody signs again, once and no more; English stays what governs and a starter a starter', async () => {
    const before = await world.currentOf('pupil-ks2')
    expect((await world.agreements.addTranslations(english, welsh, 'os:test')).toSorted()).toEqual(english.map(({ key }) => key).toSorted())
    const now = await world.currentOf('pupil-ks2')
    expect(now).toMatchObject({ number: 2, change: 'minor', origin: 'starter', approval: null, status: 'published' })
    expect(now?.texts.slice(0, 3)).toEqual(before?.texts)
    expect(now?.texts.map(({ language, variant }) => `${language} ${variant}`)).toEqual(['en-GB standard', 'en-GB easy-read', 'en-GB symbols', 'cy standard', 'cy easy-read', 'cy symbols'])
    expect(now && governingText(now).language).toBe('en-GB')
    const id = await world.idOf('pupil-ks2')
    expect((await world.agreements.store.lastMajor(id))?.version.number).toBe(1)
    const { entries } = await new AuditQueries(get().db).bySubject(`agreement:${id}`)
    expect(entries[0]).toMatchObject({ event: 'agreement.published', payload: { number: 2, change: 'minor' } })
    const after = await state()
    expect(await world.agreements.addTranslations(english, welsh, 'os:test')).toEqual([])
    expect(await world.agreements.seedStarters(english, 'os:test', welsh)).toEqual([])
    expect(await state()).toEqual(after)
  })

  it('G6: stand in version 1 of a new installation, and an English one has none', async () => {
    expect((await world.currentOf('staff'))?.texts).toHaveLength(1)
    for (const table of ['requirements', 'agreement_versions', 'agreements']) await get().db.sql(table).del()
    await world.agreements.seedStarters(english, 'os:test', welsh)
    const first = await world.currentOf('staff')
    expect(first?.number).toBe(1)
    expect(first?.texts.map(({ language }) => language)).toEqual(['en-GB', 'cy'])
    expect(await world.agreements.addTranslations(english, welsh, 'os:test')).toEqual([])
  })

  it('G1: an approval of the same English words goes on, and one of other words gets no Welsh that does not translate them', async () => {
    await world.authoring.approveStarters(['staff'], approval, 'os:test')
    const changed = (await world.currentOf('governor'))?.texts.map((text) => ({ ...text, markdown: text.markdown.replace('Thank you', 'Many thanks') })) ?? []
    await world.agreements.publishNext({ key: 'governor', change: 'minor', changeNote: 'A word.', texts: changed, approval, actor: 'os:test' })
    const added = await world.agreements.addTranslations(english, welsh, 'os:test')
    expect(added).toContain('staff')
    expect(added).not.toContain('governor')
    expect(await world.currentOf('staff')).toMatchObject({ number: 3, change: 'minor', origin: 'trust', approval })
    expect((await world.currentOf('governor'))?.texts).toHaveLength(1)
  })

  it('G6: what the trust took out stays out', async () => {
    await world.agreements.addTranslations(english, welsh, 'os:test')
    const texts = (await world.currentOf('visitor'))?.texts.slice(0, 1) ?? []
    await world.agreements.publishNext({ key: 'visitor', change: 'minor', changeNote: 'English only.', texts, approval, actor: 'os:test' })
    expect(await world.agreements.addTranslations(english, welsh, 'os:test')).toEqual([])
    expect((await world.currentOf('visitor'))?.texts).toHaveLength(1)
  })

  it('G6: may go on unchecked while they translate the English beside them; changed words, here or there, want a checker', async () => {
    await world.agreements.addTranslations(english, welsh, 'os:test')
    await world.authoring.approveStarters(['visitor'], approval, 'os:test')
    const approved = await world.currentOf('visitor')
    expect(approved).toMatchObject({ origin: 'trust', approval })
    const [governs, translated] = approved?.texts ?? []
    if (!governs || !translated) throw new Error('missing')
    expect(lacksCheck(translated, [governs, translated])).toBe(false)
    const next = (texts: (typeof governs)[]) => world.agreements.publishNext({ key: 'visitor', change: 'minor', changeNote: 'x', texts, approval, actor: 'os:test' })
    await expect(next([{ ...governs, markdown: governs.markdown.replace('Welcome', 'Good day') }, translated])).rejects.toMatchObject({ status: 409 })
    const { shipped: _, ...unshipped } = translated.translation ?? { translatedBy: '', checkedBy: '' }
    await expect(next([governs, { ...translated, translation: unshipped }])).rejects.toMatchObject({ status: 409 })
    await next([governs, { ...translated, translation: { translatedBy: 'Assent', checkedBy: 'Mair Pugh', checkedOn: '2026-09-03', shipped: translated.translation?.shipped ?? '' } }])
    const label = makeRendition({ version: await world.currentOf('visitor') ?? publishedOf('visitor'), school: { name: 'Y' }, trust: { name: 'D' }, language: 'cy', variant: 'standard', say }).versionLabel
    expect(label).toMatch(/^Fersiwn 4, cyhoeddwyd 7 Medi 2026\. Cyfieithwyd gan Assent, gwiriwyd gan Mair Pugh ar 3 Medi 2026; y testun Saesneg sy’n llywodraethu$/)
  })
})
