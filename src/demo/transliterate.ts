import iconv from 'iconv-lite'

/** Letters that do not come apart into a plain letter and a mark. */
const PLAIN: Readonly<Record<string, string>> = {
  ł: 'l', Ł: 'L', ø: 'o', Ø: 'O', đ: 'd', Đ: 'D', ð: 'd', Ð: 'D', þ: 'th', Þ: 'Th', ß: 'ss', æ: 'ae', Æ: 'Ae', œ: 'oe', Œ: 'Oe',
  ı: 'i', ɛ: 'e', Ɛ: 'E', ɔ: 'o', Ɔ: 'O', ŋ: 'ng', Ŋ: 'Ng', ə: 'e', Ə: 'E', '’': "'", '‘': "'", ʼ: "'", ʻ: "'", '–': '-', '־': '-',
}
const ONLY_ASCII = /^[\u0020-\u007e]*$/
const MARKS = /\p{M}+/gu
const BEYOND_ASCII = /[^\u0020-\u007e]/gu

/** Latin text without accents and special letters; other scripts must be given in their Latin form. Unknown signs vanish. */
export function toAscii(latin: string): string {
  if (ONLY_ASCII.test(latin)) return latin
  return latin.normalize('NFD').replace(MARKS, '').replace(BEYOND_ASCII, (sign) => PLAIN[sign] ?? '')
}

const representable = new Map<string, boolean>()
function fitsWindows1252(sign: string): boolean {
  let fits = representable.get(sign)
  if (fits === undefined) {
    fits = iconv.decode(iconv.encode(sign, 'windows-1252'), 'windows-1252') === sign
    representable.set(sign, fits)
  }
  return fits
}

/**
 * A name as an older MIS holds it in Windows-1252: unchanged where that set has every letter, else the Latin form with
 * only the letters it lacks replaced (Świętosław -> Swietoslaw, but José stays).
 */
export function toWindows1252Text(text: string, latin: string): string {
  const whole = text.normalize('NFC')
  if ([...whole].every(fitsWindows1252)) return whole
  return [...latin.normalize('NFC')].map((sign) => (fitsWindows1252(sign) ? sign : toAscii(sign))).join('')
}
