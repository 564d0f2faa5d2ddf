import type { Language } from '../../shared/dates.ts'

/** Our own words on a record. Places are written `{{name}}` and filled when it is made; everything else is had once for a version and language. */
export interface ActWords {
  language: Language
  heading: string
  /** What a court reads who does not read the language: the heading in English, and which text governs (G6). Null in English. */
  inEnglish: string | null
  signedBy: string
  as: string
  for: string
  how: string
  when: string
  methods: Readonly<Record<'typed' | 'drawn' | 'clicked' | 'witnessed-mark' | 'paper', string>>
  /** What stands for a drawing where it is heard. */
  drawn: string
  recorded: string
  reference: string
  /** With {{url}}. */
  code: string
  check: string
  /** With {{url}}. */
  checkHow: string
  /** With {{trust}}. */
  sealedBy: string
  /** With {{moment}}. */
  sealedOn: string
  /** What the seal is called where it is heard. */
  seal: string
  /** With {{page}} and {{pages}}: at the foot of the text's pages, and of the signature's. */
  textPage: string
  actPage: string
}

export const ENGLISH_ACT: ActWords = {
  language: 'en-GB',
  heading: 'Signed and agreed',
  inEnglish: null,
  signedBy: 'Signed by', as: 'As', for: 'For', how: 'How', when: 'When',
  methods: {
    typed: 'Name typed as a signature',
    drawn: 'Signature drawn on screen',
    clicked: 'Agreed on screen with a button',
    'witnessed-mark': 'Mark made beside a witness',
    paper: 'Signed on paper; the paper is kept by the school',
  },
  drawn: 'Signature drawn by hand',
  recorded: 'How this signature was recorded',
  reference: 'Reference',
  code: 'QR code that leads to {{url}}',
  check: 'Check this record',
  checkHow: 'Scan the code, or go to {{url}}. The page says whether this record is ours and still counts. It never shows a name.',
  sealedBy: 'Sealed electronically by {{trust}}',
  sealedOn: 'on {{moment}}. Any later change to this file breaks the seal.',
  seal: 'Electronic seal',
  textPage: 'Page {{page}} of {{pages}}',
  actPage: 'Signature page {{page}} of {{pages}}',
}

/**
 * The same in another language. `say` puts one sentence into it and leaves its places; `beside` gives it with its English name, for what a court wants to
 * know: who, as what, how, when, and under which number.
 */
export function actWords(language: Language, say: (english: string) => string, beside: (english: string) => string): ActWords {
  const english = ENGLISH_ACT
  return {
    language, heading: say(english.heading), inEnglish: `${english.heading}. ${say('The English text governs.')} (The English text governs.)`,
    signedBy: beside(english.signedBy), as: beside(english.as), for: beside(english.for), how: beside(english.how), when: beside(english.when),
    methods: {
      typed: beside(english.methods.typed), drawn: beside(english.methods.drawn), clicked: beside(english.methods.clicked),
      'witnessed-mark': beside(english.methods['witnessed-mark']), paper: beside(english.methods.paper),
    },
    drawn: say(english.drawn), recorded: say(english.recorded), reference: beside(english.reference), code: say(english.code), check: say(english.check),
    checkHow: say(english.checkHow), sealedBy: say(english.sealedBy), sealedOn: say(english.sealedOn), seal: say(english.seal),
    textPage: say(english.textPage), actPage: say(english.actPage),
  }
}
