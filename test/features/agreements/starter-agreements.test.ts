import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { basename, dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseAgreementFile } from '../../../src/features/agreements/agreement-file.ts'
import { BANDS, isPupilBand } from '../../../src/features/agreements/band.ts'
import type { Band } from '../../../src/features/agreements/band.ts'
import { unfilledPlaceholders } from '../../../src/features/agreements/placeholders.ts'
import { renderMarkdown } from '../../../src/features/agreements/render-markdown.ts'
import { makeRendition } from '../../../src/features/agreements/rendition.ts'
import { slotsOf } from '../../../src/features/agreements/requirement.ts'
import { reviewMismatch, statedReviewMonths } from '../../../src/features/agreements/review-cycle.ts'
import { plainWords, readability, syllablesOf } from './readability.ts'
import { starterVersion } from './support.ts'

const root = fileURLToPath(new URL('../../../templates/agreements/', import.meta.url))
const files = globSync('*/*.md', { cwd: root }).filter((path) => !path.endsWith('.cy.md')).sort().map((path) => ({ path, file: parseAgreementFile(readFileSync(root + path, 'utf8'), path) }))
const rules: Record<Band, string> = {
  EYFS: 'guardian', KS1: 'guardian', KS2: 'pupil-and-guardian', 'KS3-4': 'pupil-guardian-acknowledges', KS5: 'self',
  staff: 'self', governor: 'self', volunteer: 'self', visitor: 'self', guardian: 'self',
}
/** Upper bounds of the Flesch-Kincaid grade; reading age is about five years more. */
const grades: Record<Band, number> = {
  EYFS: 1.5, KS1: 2, KS2: 3, 'KS3-4': 5, KS5: 6, staff: 6, governor: 6, volunteer: 6, visitor: 6, guardian: 5,
}
/** Clauses for the reader the band is for, adults' clauses not counted. */
const lengths: Record<Band, [number, number]> = {
  EYFS: [4, 6], KS1: [6, 9], KS2: [12, 19], 'KS3-4': [20, 27], KS5: [20, 30], guardian: [10, 15], staff: [25, 35], governor: [12, 22], volunteer: [10, 18], visitor: [8, 12],
}

describe('the starter set', () => {
  it('G3: has one agreement for every band, in the folder of that band, with a key of its own', () => {
    expect(files.map(({ file }) => file.band).sort()).toEqual([...BANDS].sort())
    for (const { path, file } of files) {
      expect(dirname(path)).toBe(file.band.toLowerCase())
      expect(basename(path)).toBe(`${file.key}.md`)
    }
    expect(new Set(files.map(({ file }) => file.key)).size).toBe(BANDS.length)
  })

  describe.each(files)('$path', ({ file }) => {
    const rendition = makeRendition({
      version: starterVersion(file), school: { name: 'Larch Hill School' }, trust: { name: 'Vale Trust' }, language: 'en-GB', variant: 'standard',
    })

    it('G2: has nothing unfilled once school and trust are known, and names the school, the trust, the version and its date', () => {
      expect(unfilledPlaceholders(JSON.stringify(rendition))).toEqual([])
      for (const fact of ['Larch Hill School', 'Vale Trust', 'version 1', 'published 1 September 2026']) expect(rendition.markdown).toContain(fact)
      expect(rendition.versionLabel).toContain('not yet approved by your trust')
    })

    it('G4: has the signer rule of its band, and a sentence for each who signs and for nobody else', () => {
      expect(file.requirement.signerRule).toBe(rules[file.band])
      expect(Object.keys(file.statements).sort()).toEqual(slotsOf(file.requirement).map((rule) => rule.slot).sort())
    })

    it('I5: nothing but a reminder follows by default', () => {
      expect(['remind', 'nothing']).toContain(file.requirement.ifUnsigned)
    })

    it('has an id and a line for every clause, and the right number of clauses', () => {
      expect(file.sections.every((clause) => clause.id !== null && clause.markdown.length > 0)).toBe(true)
      expect(Object.keys(file.clauses).sort()).toEqual(file.sections.map((clause) => clause.id).sort())
      const count = file.sections.filter((clause) => !file.adultClauses.includes(clause.id ?? '')).length
      expect(count).toBeGreaterThanOrEqual(lengths[file.band][0])
      expect(count).toBeLessThanOrEqual(lengths[file.band][1])
    })

    it('G5: says that systems are filtered and monitored, and never asks for consent to it or to the use of data', () => {
      expect(file.markdown).toMatch(/filtered and monitored/)
      expect(file.markdown).toMatch(/(do not ask for|not asking you to|not asking for your) consent/)
      expect(file.markdown).toMatch(/not (?:give |giving )?consent (?:to use (?:your )?personal data|for your (?:personal )?data)/)
      const promises = Object.values(file.statements).join(' ')
      expect(promises).not.toMatch(/consent|permission|photo|monitor/i)
    })

    it('says what is kept, who sees it, whom to tell, when 999 is right and what follows when things go wrong', () => {
      expect(file.markdown).toMatch(/We keep your name/)
      expect(file.markdown).toMatch(/can see/)
      expect(file.markdown).toMatch(/privacy notice/)
      expect(file.markdown).toMatch(/\btell\b/i)
      expect(file.markdown).toMatch(/999/)
      expect(file.markdown).toMatch(/put (?:it|things|this) right|putting things right|try again|They help me/)
    })

    it('does not bluster, hurry or shout', () => {
      expect(file.markdown).not.toMatch(/zero tolerance|hereby|shall|forthwith|strictly prohibited|failure to comply|immediately|!|\b(?:MUST|NEVER|NOT|DO)\b/)
    })

    it('G1: states the review cycle that is set', () => {
      expect(statedReviewMonths(file.markdown)).toEqual([12])
      expect(reviewMismatch(file.markdown, file.reviewCycleMonths)).toEqual([])
    })

    it('S5: asks a child under Year 3 only to put a mark to say they will try', () => {
      if (file.band !== 'EYFS' && file.band !== 'KS1') return expect(file.statements.pupil ?? '').not.toMatch(/put your mark/i)
      expect(file.statements.pupil).toBe('Put your mark to say you will try.')
    })

    it('reads at the age of its readers', () => {
      const own = readability(plainWords(file.markdown, (id) => !file.adultClauses.includes(id ?? '')))
      expect(own.grade).toBeLessThanOrEqual(grades[file.band])
      expect(own.longestSentence.words).toBeLessThanOrEqual(isPupilBand(file.band) && file.band !== 'KS5' && file.band !== 'KS3-4' ? 20 : 26)
      const adult = file.sections.filter((clause) => file.adultClauses.includes(clause.id ?? ''))
      if (adult.length > 0) expect(readability(adult.map((clause) => clause.markdown).join('\n\n')).grade).toBeLessThanOrEqual(6)
      expect(readability(Object.values(file.statements).join('\n')).grade).toBeLessThanOrEqual(6)
    })

    it('asks the pupils of Years 1 to 11 two questions in words of their age, and nobody else any', () => {
      expect(file.questions.length).toBe(['KS1', 'KS2', 'KS3-4'].includes(file.band) ? 2 : 0)
      const words = file.questions.flatMap((question) => [question.ask, ...question.answers, question.because]).join('\n')
      if (words !== '') expect(readability(words).grade).toBeLessThanOrEqual(grades[file.band])
    })

    it('renders with an id on every heading', () => {
      const html = renderMarkdown(rendition.markdown)
      expect([...html.matchAll(/<h2 id="([^"]+)">/g)].map((match) => match[1])).toEqual(file.sections.map((clause) => clause.id))
      expect(html).not.toContain('{#')
    })
  })

  it('has renditions that all differ', () => {
    const hashes = files.map(({ file }) => makeRendition({
      version: starterVersion(file), school: { name: 'A' }, trust: { name: 'B' }, language: 'en-GB', variant: 'standard',
    }).hash)
    expect(new Set(hashes).size).toBe(files.length)
  })
})

describe('the topics of each band', () => {
  const topics: [Band, RegExp[]][] = [
    ['EYFS', [/ask a grown-up/i, /near/, /pick/, /gentle/, /kind/, /name/, /sad or scared/, /can see what I do/, /forget/]],
    ['KS1', [/ask/i, /near me/, /password/, /kind/, /picture/, /can see what I do/, /forget/]],
    ['KS2', [/own login/, /new app/, /messages/, /meet/, /picture/, /where they came from/, /true/, /from home/, /trusted adult/, /stream/, /breaks/, /make/, /family/, /at home too/, /Childline/]],
    ['KS3-4', [/VPN/, /second step/, /bully/i, /nude/, /extreme/, /loot boxes/, /scams/i, /Private data/, /AI tools/, /Teams/, /phone/i, /staff included/, /Hacking/, /malware/, /storage/, /Outside school/, /for a friend/, /search/i, /behaviour policy/, /police/]],
    ['KS5', [/student network/, /up to date/, /insure/, /Charge/, /supervised/, /Working from home/, /personal statement/, /Universities/, /younger pupils/i, /AI tools/, /You sign for yourself/]],
    ['guardian', [/at home/i, /Talk together/, /Social media/, /events/, /office/, /safeguarding lead/, /broadband/, /Fingerprints/, /publishing their work/, /online services/]],
    ['staff', [/second step/i, /Lock/, /school accounts/, /Personal phones/, /school devices/, /recent leavers/, /Relationships you already have/, /encrypted/, /at once/, /blocked/, /Working at home/, /AI tools/, /install/, /extreme/, /\(DSL\)/, /Supervising/, /your own use/, /When you leave/, /discipline/, /small concerns/, /Nude/]],
    ['governor', [/Confidence/, /board business/, /Pictures/, /DSL/, /message, follow or add pupils/, /whether filtering and monitoring work/]],
    ['volunteer', [/Keep them to yourself/i, /phone/, /photos/, /DSL/, /message, follow or add/]],
    ['visitor', [/phones/, /photos, film/, /Wi-Fi/, /login/, /worries you/, /post about it/, /extreme/]],
  ]
  it.each(topics)('are all in the agreement of %s', (band, patterns) => {
    const found = files.find(({ file }) => file.band === band)
    for (const topic of patterns) expect(found?.file.markdown).toMatch(topic)
  })
})

describe('readability', () => {
  it.each([
    ['cat', 1], ['use', 1], ['school', 1], ['shared', 1], ['kindness', 2], ['people', 2], ['tablet', 2], ['possible', 3], ['computer', 3], ['information', 4], ['responsible', 4], ['yes', 1], ['wanted', 2],
  ])('counts the syllables of "%s"', (word, count) => {
    expect(syllablesOf(word)).toBe(count)
  })

  it('tells a hard text from an easy one', () => {
    expect(readability('The cat sat on the mat. It was a big cat.').grade).toBeLessThan(1)
    expect(readability('Contravention of the aforementioned obligations necessitates appropriate disciplinary intervention by responsible authorities.').grade).toBeGreaterThan(16)
  })
})
