import { deflateRawSync } from 'node:zlib'

export interface HostileBody { what: string; contentType: string; body: string }

const SIZE = 98_000
const FORM = 'application/x-www-form-urlencoded'

/** 100 kB each of what makes parsers, patterns and validators slow. `fields` and `file`: names that the page's own form has. */
export function bodiesFor({ fields, file }: { fields: readonly string[]; file: string | null }): HostileBody[] {
  const texts: [string, string][] = [
    ['letters', 'a'.repeat(SIZE)], ['spaces before a letter', `${' '.repeat(SIZE)}x`], ['at signs', '@'.repeat(SIZE)], ['dots and letters', 'a.'.repeat(SIZE / 2)],
    ['digits', '9'.repeat(SIZE)], ['combining marks', `a${'\u0301'.repeat(SIZE / 6)}`], ['angle brackets', '<'.repeat(SIZE)], ['quotes', '"'.repeat(SIZE / 3)],
    ['a picture that is none', `data:image/png;base64,${'A'.repeat(SIZE)}`], ['commas', ','.repeat(SIZE)], ['line ends', '\n'.repeat(SIZE / 3)],
  ]
  const known = fields.length > 0 ? fields : ['name', 'email', 'code', 'token']
  return [
    ...texts.map(([what, text]) => ({ what: `every field: ${what}`, contentType: FORM, body: known.map((name) => `${encodeURIComponent(name)}=${encodeURIComponent(text).slice(0, Math.floor(SIZE / known.length))}`).join('&') })),
    { what: 'fifty thousand empty fields', contentType: FORM, body: '&'.repeat(SIZE) },
    { what: 'many fields', contentType: FORM, body: Array.from({ length: 12_000 }, (_, n) => `f${n}=1`).join('&').slice(0, SIZE) },
    { what: 'one field many times', contentType: FORM, body: `${known[0]}=1&`.repeat(SIZE / ((known[0]?.length ?? 1) + 3)) },
    { what: 'escapes', contentType: FORM, body: `${known[0]}=${'%25'.repeat(SIZE / 3)}` },
    { what: 'deep names', contentType: FORM, body: `${known[0]}${'[a]'.repeat(SIZE / 3)}=1` },
    { what: 'deep JSON', contentType: 'application/json', body: '['.repeat(SIZE / 2) + ']'.repeat(SIZE / 2) },
    { what: 'wide JSON', contentType: 'application/json', body: `{${Array.from({ length: 8_000 }, (_, n) => `"k${n}":1`).join(',').slice(0, SIZE).replace(/,[^,]*$/, '')}}` },
    { what: 'XML', contentType: 'text/xml', body: `<a>${'<a/>'.repeat(SIZE / 4)}</a>` },
    ...(file === null ? [] : files().map(([what, name, text]) => ({ what: `a file: ${what}`, contentType: `multipart/form-data; boundary=${BOUNDARY}`, body: upload(file, name, text) }))),
    { what: 'a form of many parts', contentType: `multipart/form-data; boundary=${BOUNDARY}`, body: `${`--${BOUNDARY}\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n`.repeat(1_400)}--${BOUNDARY}--` },
    ...xmlMessages().map(([what, xml]) => ({ what: `SAML: ${what}`, contentType: FORM, body: `SAMLResponse=${encodeURIComponent(Buffer.from(xml).toString('base64'))}&RelayState=x` })),
    { what: 'SAML: a compressed bomb', contentType: FORM, body: `SAMLResponse=${encodeURIComponent(deflateRawSync(Buffer.alloc(40_000_000, 'a')).toString('base64'))}` },
  ]
}

const BOUNDARY = 'assent-bench-boundary'

function upload(field: string, name: string, text: string): string {
  return `--${BOUNDARY}\r\ncontent-disposition: form-data; name="_csrf"\r\n\r\nTOKEN\r\n--${BOUNDARY}\r\ncontent-disposition: form-data; name="${field}"; filename="${name}"\r\ncontent-type: application/octet-stream\r\n\r\n${text}\r\n--${BOUNDARY}--\r\n`
}

function files(): [what: string, name: string, text: string][] {
  const pdf = (inner: string): string => `%PDF-1.7\n${inner}`.slice(0, SIZE) + '\nstartxref\n9\n%%EOF'
  return [
    ['PDF of objects', 'a.pdf', pdf(Array.from({ length: 4_000 }, (_, n) => `${n} 0 obj <</A ${n} 0 R>> endobj\n`).join(''))],
    ['PDF of open brackets', 'a.pdf', pdf('<<'.repeat(SIZE / 2))], ['PDF of byte ranges', 'a.pdf', pdf('/ByteRange [0 1 2 3] '.repeat(5_000))],
    ['PDF of updates', 'a.pdf', pdf('xref\n0 1\ntrailer <</Prev 9>>\nstartxref\n9\n%%EOF\n'.repeat(1_500))], ['PDF of strings', 'a.pdf', pdf('(('.repeat(SIZE / 2))],
    ['PDF of hex', 'a.pdf', pdf(`/Contents <${'30'.repeat(SIZE / 2)}`)], ['table of commas', 'a.csv', ','.repeat(SIZE)], ['table of quotes', 'a.csv', '"'.repeat(SIZE)],
  ]
}

function xmlMessages(): [string, string][] {
  const wrap = (inner: string) => `<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0"><saml:Assertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_2">${inner}</saml:Assertion></samlp:Response>`
  return [
    ['many elements', wrap('<a/>'.repeat(16_000))], ['many attributes', wrap(`<a ${Array.from({ length: 6_000 }, (_, n) => `b${n}="1"`).join(' ')}/>`)],
    ['deep elements', wrap('<a>'.repeat(9_000) + '</a>'.repeat(9_000))], ['a document type', `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(30_000)}">]>${wrap('&x;&x;')}`],
    ['comments', wrap('<!---->'.repeat(9_000))], ['long text', wrap('x'.repeat(70_000))],
    ['within the limits', wrap('<a b="1">'.repeat(20) + '<c d="2"/>'.repeat(350) + '</a>'.repeat(20))],
  ]
}
