import { AsciiWriter } from '../../shared/ascii-writer.ts'
import { utf16Hex } from './font-subsets.ts'
import type { ActLayout } from './act-layout.ts'
import { ENGLISH_ACT } from './act-words.ts'
import { writeActStructure } from './act-structure.ts'
import { PAGE } from './page-style.ts'
import { pdfDate } from './record-words.ts'
import type { SealClaim } from './pdf-records.ts'
import { TAIL, type TemplateMeta } from './template-meta.ts'

/** The tail but for the signature's bytes, as Latin-1 (one character, one byte): `before` ends at the gap, `after` begins behind it. */
export interface UnsealedTail {
  before: string
  after: string
  /** Bytes of the gap, angle brackets included. */
  gap: number
}

const writer = new AsciiWriter()

/**
 * Writes the tail's objects, cross-reference table and trailer behind a prefix of `prefixLength` bytes. The signature
 * dictionary comes last of the objects, so that nothing after the gap depends on anything unknown. Deterministic (D3).
 */
export function recordTail(
  meta: TemplateMeta, prefixLength: number, layout: ActLayout, evidence: string, claim: SealClaim, contentsLength: number, documentId: string,
): UnsealedTail {
  const { first } = meta
  const offsets: number[] = []
  let out = ''
  const object = (id: number, body: string): void => {
    offsets[id - first] = prefixLength + out.length
    out += `${id} 0 obj\n${body}\nendobj\n`
  }
  const ref = (place: number) => `${first + place} 0 R`
  let next = first + TAIL.free
  for (const [id, body] of layout.objects) {
    object(id, Buffer.from(body).toString('latin1'))
    next = id + 1
  }
  const resources = layout.fontEntries === '' ? `<< /Font ${meta.objects.fonts} 0 R >>` : `<< /Font << ${meta.fontEntries} ${layout.fontEntries} >> >>`
  const pageIds = layout.pages.map((_, place) => (place === 0 ? first + TAIL.page : next++))
  const structure = writeActStructure(meta, layout.structure, pageIds, next)
  for (const offset of structure.offsets) offsets[next++ - first] = prefixLength + out.length + offset
  out += structure.text
  let parents = ''
  for (const [place, page] of layout.pages.entries()) {
    const id = pageIds[place] ?? 0
    const content = next++
    object(content, `<< /Length ${page.ops.length} >>\nstream\n${page.ops}\nendstream`)
    const key = meta.firstStructKey + place
    const annotations = place === 0 ? ` /Annots [ ${meta.objects.widget} 0 R ]` : ''
    object(id, `<< /Type /Page /Parent ${ref(TAIL.pages)} /MediaBox [ 0 0 ${PAGE.width} ${PAGE.height} ] /Resources ${resources} `
      + `/Contents [ ${meta.objects.header} 0 R ${content} 0 R ] /StructParents ${key} /Tabs /S${annotations} >>`)
    parents += `${key} [ ${refs(structure.owners[place] ?? [])} ] `
  }
  object(first + TAIL.pages, `<< /Type /Pages /Count ${meta.textPageCount + pageIds.length} /Kids [ ${meta.objects.textPages} 0 R ${refs(pageIds)} ] >>`)
  object(first + TAIL.section, `<< /Type /StructElem /S /Sect /P ${meta.objects.structureDocument} 0 R /Lang (${(meta.words ?? ENGLISH_ACT).language}) /K [ ${refs(structure.kids)} ] >>`)
  object(first + TAIL.parents, `<< /Limits [ ${meta.firstStructKey} ${meta.firstStructKey + pageIds.length - 1} ] /Nums [ ${parents}] >>`)
  const bytes = Buffer.from(evidence, 'utf8')
  const when = pdfDate(claim.sealedAt)
  object(first + TAIL.file, `<< /Type /EmbeddedFile /Subtype /application#2Fjson /Length ${bytes.length} /Params << /Size ${bytes.length} /ModDate (${when}) >> >>\nstream\n${bytes.toString('latin1')}\nendstream`)
  object(first + TAIL.fileSpec, `<< /Type /Filespec /F (evidence.json) /UF (evidence.json) /Desc (Evidence of this signature) /AFRelationship /Data /EF << /F ${ref(TAIL.file)} /UF ${ref(TAIL.file)} >> >>`)

  const gap = contentsLength * 2 + 2
  offsets[TAIL.signature] = prefixLength + out.length
  out += `${first + TAIL.signature} 0 obj\n<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /M (${when}) `
    + `/Name <FEFF${utf16Hex(meta.trustName)}> /ByteRange `
  const contentsKey = ' /Contents '
  const after = ' >>\nendobj\n'
  // The numbers are as wide as they need to be; the range itself is padded so that its length is known beforehand.
  const rangeWidth = 48
  const gapStart = prefixLength + out.length + rangeWidth + contentsKey.length
  const xrefAt = gapStart + gap + after.length
  for (const offset of offsets) {
    writer.whole(offset, 10)
    writer.text(' 00000 n \n')
  }
  const rows = writer.take()
  const size = first + offsets.length
  const end = `${after}xref\n0 ${size}\n${meta.xref}${rows}trailer\n<< /Size ${size} /Root ${meta.objects.catalog} 0 R /Info ${meta.objects.info} 0 R `
    + `/ID [ <${documentId}> <${documentId}> ] >>\nstartxref\n${xrefAt}\n%%EOF\n`
  out += `[0 ${gapStart} ${gapStart + gap} ${end.length}]`.padEnd(rangeWidth) + contentsKey
  return { before: out, after: end, gap }
}

function refs(ids: readonly number[]): string {
  return ids.map((id) => `${id} 0 R`).join(' ')
}
