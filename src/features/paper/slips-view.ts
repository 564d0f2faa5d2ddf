import { qrPicture } from '../../adapters/qr/qr-picture.ts'
import type { Words } from '../../adapters/words/words.ts'
import { type Said, sentence } from '../../shared/sentence.ts'
import { withoutHeadingIds } from '../agreements/clauses.ts'
import { renderMarkdown } from '../agreements/render-markdown.ts'
import type { Rendition } from '../agreements/rendition.ts'
import { languageOfRecord } from '../agreements/say-in-record.ts'
import type { Affiliation } from '../people/affiliation.ts'
import { yearSaid } from '../signing/year-said.ts'
import type { OpenSlot } from './paper-queries.ts'
import type { PaperSlip } from './paper-store.ts'
import { PAPER, slipAt } from './paper-views.ts'
import { spacedSlip } from './slip-code.ts'

export interface SlipsLook {
  places: ReadonlyMap<string, Affiliation[]>
  baseUrl: string
  words: Pick<Words, 'say'>
}

interface Slip { slip: PaperSlip; slot: OpenSlot; rendition: Rendition }

const NAME_OF: Readonly<Record<OpenSlot['signatory']['slot'], Said>> = {
  guardian: sentence('Name of the parent or carer'), pupil: sentence('Name of the pupil'), self: sentence('Name'),
}

/**
 * One sheet for each slip: the text in full, a line to sign on, the code. The words around the text are in its language where that is English or
 * Welsh; the page around the sheets is the office's. A slot that is one adult's own has their name on the line already (F5).
 */
export function slipsView(shown: readonly Slip[], { places, baseUrl, words }: SlipsLook): object {
  return { back: { href: PAPER, text: 'Back to paper' }, slips: shown.map(sheet) }

  function sheet({ slip, slot: { signatory, subject, signers }, rendition }: Slip): object {
    const language = languageOfRecord(rendition.language)
    const say = (said: Said): string => words.say(language, said)
    const place = places.get(subject.id)?.find((one) => one.role === 'pupil')
    const group = place?.regGroup ? sentence('class {{group}}', { group: place.regGroup }) : null
    const acknowledge = signatory.act === 'acknowledge'
    const young = signatory.slot === 'pupil' && place?.yearCode !== null && place?.yearCode !== undefined && isYoungYear(place.yearCode)
    return {
      code: spacedSlip(slip.code), qr: qrPicture(`${baseUrl}${slipAt(slip.code)}`), codeWords: say(sentence('Code for the office')),
      lang: language, title: rendition.title, textLang: rendition.language, html: renderMarkdown(withoutHeadingIds(rendition.markdown)), versionLabel: rendition.versionLabel,
      forWords: say(sentence('For')), subject: subject.name, place: [yearSaid(place?.yearCode ?? null), group].filter((part) => part !== null).map(say).join(', '),
      signHere: say(sentence('Sign here')), statement: rendition.statements[signatory.slot] ?? '',
      yes: say(acknowledge ? sentence('Yes, I have read it') : sentence('Yes')), no: say(acknowledge ? sentence('No, I do not accept it') : sentence('No')),
      lines: [
        { label: say(NAME_OF[signatory.slot]), value: signatory.holderId === '' ? '' : signers[0]?.name ?? '' },
        { label: say(young ? sentence('Name or mark') : sentence('Signature')), value: '' }, { label: say(sentence('Day')), value: '' },
      ],
      back: say(sentence('Give this sheet back to the school.')),
      kept: say(sentence('The school keeps the paper, your answer and the day. You can take it back at any time; tell the office.')),
    }
  }
}

const isYoungYear = (code: string): boolean => /^[1-6]$/.test(code) || !/^\d/.test(code)
