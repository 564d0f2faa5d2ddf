import { createHash } from 'node:crypto'
import { PDFArray, PDFContext, PDFDict, PDFDocument, PDFName, PDFRawStream, PDFStream, type PDFRef } from '@cantoo/pdf-lib'
import { ENGLISH_ACT } from './act-words.ts'
import { FontLibrary } from './font-library.ts'
import { FontSubsets, textString } from './font-subsets.ts'
import { fastTables } from './fast-tables.ts'
import { clauseBlocks, markdownBlocks } from './markdown-blocks.ts'
import { PageFlow, placed } from './page-flow.ts'
import { ACCENT_LINE, COLUMN, HAIRLINE, INK, PAGE, QUIET, textSizes } from './page-style.ts'
import type { CompiledTemplate, RenditionText } from './pdf-records.ts'
import { setText } from './set-text.ts'
import { ascii, writeStructure, type StructureNode } from './structure-tree.ts'
import { TAIL, TEMPLATE_FORMAT, type TemplateMeta } from './template-meta.ts'
import { writeObjects } from './write-objects.ts'
import { xmpPacket } from './xmp-packet.ts'

const SMALL = 8.5
const RIGHT_TO_LEFT = new Set(['ar', 'ckb', 'dv', 'fa', 'he', 'ks', 'ps', 'sd', 'ug', 'ur', 'yi'])

/**
 * Compiles a rendition into the fixed first bytes of its records: pages, fonts, structure, catalogue, in PDF 1.7 to the
 * rules of PDF/A-3u. Everything that differs between two signatures has a number after these and goes into the tail.
 */
export async function compileTemplate(text: RenditionText): Promise<CompiledTemplate> {
  const library = new FontLibrary(text.young)
  const subsets = new FontSubsets('F')
  const sizes = textSizes(text.young)
  const words = text.words ?? ENGLISH_ACT
  const flow = new PageFlow({ library, subsets }, sizes, RIGHT_TO_LEFT.has(text.language.split('-')[0] ?? ''))
  flow.title(text.title, text.versionLabel)
  const { symbols } = text
  if (symbols === undefined) flow.blocks(withoutRepeatedTitle(text))
  else for (const { id, blocks } of clauseBlocks(withoutRepeatedTitle(text))) {
    if (blocks[0]?.kind === 'heading' && blocks[0].level === 2) flow.clause(blocks, id === null ? null : symbols[id] ?? null)
    else flow.blocks(blocks)
  }
  const header = headerOps(text, { library, subsets })
  const footers = flow.pages.map((_, page) => footerOps(text.versionLabel, words.textPage.replace('{{page}}', String(page + 1)).replace('{{pages}}', String(flow.pages.length)), { library, subsets }))
  const tables = fastTables(library, subsets, words.language === 'cy')

  const context = PDFContext.create()
  const intents = await outputIntent(context)
  const fonts = subsets.embed(context)
  const fontsRef = context.register(context.obj(fonts))
  const headerRef = context.register(context.flateStream(header))
  const textPages = context.nextRef()
  const pageRefs = flow.pages.map(() => context.nextRef())
  const numbers = { catalog: context.nextRef(), structure: context.nextRef(), structureDocument: context.nextRef(), parents: context.nextRef(), widget: context.nextRef(), form: context.nextRef() }
  const body = writeStructure(context, flow.root.kids.filter((kid): kid is StructureNode => 'tag' in kid), numbers.structureDocument, pageRefs)
  for (const [page, ref] of pageRefs.entries()) {
    const content = context.register(context.flateStream(`${flow.pages[page] ?? ''}${footers[page] ?? ''}`))
    context.assign(ref, context.obj({
      Type: 'Page', Parent: textPages, MediaBox: [0, 0, PAGE.width, PAGE.height], Resources: { Font: fontsRef },
      Contents: [headerRef, content], StructParents: page, Tabs: 'S',
    }))
  }
  const info = context.register(context.obj({ Title: textString(text.title), Producer: ascii('Assent'), Creator: ascii('Assent') }))
  const metadata = context.register(PDFRawStream.of(context.obj({ Type: 'Metadata', Subtype: 'XML' }), xmpPacket(text)))
  const appearance = context.register(context.stream('', { Type: 'XObject', Subtype: 'Form', BBox: [0, 0, COLUMN, 46], Resources: {} }))

  const first = context.largestObjectNumber + 1
  const tail = (place: number) => `${first + place} 0 R`
  const catalog = [
    `<< /Type /Catalog /Version /1.7 /Pages ${tail(TAIL.pages)} /Lang ${pdf(ascii(text.language))} /MarkInfo << /Marked true >>`,
    `/ViewerPreferences << /DisplayDocTitle true >> /Metadata ${pdf(metadata)} /OutputIntents [ ${pdf(intents)} ]`,
    `/StructTreeRoot ${pdf(numbers.structure)} /AF [ ${tail(TAIL.fileSpec)} ]`,
    `/Names << /EmbeddedFiles << /Names [ (evidence.json) ${tail(TAIL.fileSpec)} ] >> >>`,
    `/AcroForm << /Fields [ ${pdf(numbers.widget)} ] /SigFlags 3 >> >>`,
  ].join('\n')
  const seal = text.words ? textString(words.seal) : ascii(words.seal)
  const firstStructKey = pageRefs.length + 1
  const leaf = body.owners.map((owners, page) => `${page} [ ${owners.map(pdf).join(' ')} ]`).join(' ')
  const raw = new Map<number, string>([
    [numbers.catalog.objectNumber, catalog],
    [textPages.objectNumber, `<< /Type /Pages /Parent ${tail(TAIL.pages)} /Count ${pageRefs.length} /Kids [ ${pageRefs.map(pdf).join(' ')} ] >>`],
    [numbers.structure.objectNumber, `<< /Type /StructTreeRoot /K [ ${pdf(numbers.structureDocument)} ] /ParentTree << /Kids [ ${pdf(numbers.parents)} ${tail(TAIL.parents)} ] >> >>`],
    [numbers.structureDocument.objectNumber, `<< /Type /StructElem /S /Document /P ${pdf(numbers.structure)} /Lang ${pdf(ascii(text.language))} /K [ ${body.kids.map(pdf).join(' ')} ${tail(TAIL.section)} ${pdf(numbers.form)} ] >>`],
    [numbers.form.objectNumber, `<< /Type /StructElem /S /Form /P ${pdf(numbers.structureDocument)} /Alt ${pdf(seal)} /K [ << /Type /OBJR /Pg ${tail(TAIL.page)} /Obj ${pdf(numbers.widget)} >> ] >>`],
    [numbers.parents.objectNumber, `<< /Limits [ 0 ${pageRefs.length} ] /Nums [ ${leaf} ${pageRefs.length} ${pdf(numbers.form)} ] >>`],
    [numbers.widget.objectNumber, `<< /Type /Annot /Subtype /Widget /FT /Sig /T (Seal) /TU ${pdf(seal)} /F 132 /Rect [ ${PAGE.left} ${PAGE.bottom - 12} ${PAGE.right} ${PAGE.bottom + 34} ] /P ${tail(TAIL.page)} /V ${tail(TAIL.signature)} /AP << /N ${pdf(appearance)} >> /StructParent ${pageRefs.length} >>`],
  ])
  const { prefix, xref } = writeObjects(context, raw)
  const meta: TemplateMeta = {
    first, xref, textPageCount: pageRefs.length, firstStructKey,
    objects: {
      catalog: numbers.catalog.objectNumber, info: info.objectNumber, textPages: textPages.objectNumber, header: headerRef.objectNumber,
      fonts: fontsRef.objectNumber, structureDocument: numbers.structureDocument.objectNumber, widget: numbers.widget.objectNumber,
    },
    fonts: tables, fontEntries: Object.entries(fonts).map(([name, ref]) => `/${name} ${pdf(ref)}`).join(' '),
    young: text.young, title: text.title, trustName: text.trustName, versionLabel: text.versionLabel, ...text.words ? { words: text.words } : {},
  }
  return {
    renditionHash: text.hash, prefix, prefixHash: createHash('sha256').update(prefix).digest('hex'),
    meta: meta as unknown as Record<string, unknown>, format: TEMPLATE_FORMAT,
  }
}

/** A text that begins with its own title as a heading would print it twice. */
function withoutRepeatedTitle(text: RenditionText): ReturnType<typeof markdownBlocks> {
  const blocks = markdownBlocks(text.markdown)
  const [head] = blocks
  const repeats = head?.kind === 'heading' && head.level === 1 && head.spans.map((span) => span.text).join('').trim() === text.title.trim()
  return repeats ? blocks.slice(1) : blocks
}

/** The sRGB output intent that the library makes for PDF/A; the rest of what it writes for that (dates, metadata) is our own. */
export async function outputIntent(context: PDFContext): Promise<PDFRef> {
  const document = await PDFDocument.create({ updateMetadata: false })
  await document.convertToPDFA({ conformance: '3U' })
  const intent = document.catalog.lookup(PDFName.of('OutputIntents'), PDFArray).lookup(0, PDFDict)
  const profile = context.register(intent.lookup(PDFName.of('DestOutputProfile'), PDFStream))
  return context.register(context.obj({
    Type: 'OutputIntent', S: 'GTS_PDFA1', OutputConditionIdentifier: ascii('sRGB IEC61966-2.1'), Info: ascii('sRGB IEC61966-2.1'), DestOutputProfile: profile,
  }))
}

export function headerOps(text: Pick<RenditionText, 'schoolName' | 'trustName'>, fonts: { library: FontLibrary; subsets: FontSubsets }): string {
  const school = setText([{ text: text.schoolName, bold: true, italic: false }], 9.5, 290, fonts)
  const trust = setText([{ text: text.trustName === text.schoolName ? '' : text.trustName, bold: false, italic: false }], 8.5, 160, fonts)
  const trustLine = trust.lines[0]
  return `/Artifact <</Type /Pagination /Subtype /Header>> BDC ${INK} ${placed({ lines: school.lines.slice(0, 1), rtl: false }, PAGE.left, 806, 290, 9.5, 1.2)} `
    + `${QUIET} ${trustLine ? placed({ lines: [trustLine], rtl: false }, PAGE.right - trustLine.width, 805.5, 160, 8.5, 1.2) : ''} `
    + `q ${ACCENT_LINE} 0.8 w ${PAGE.left} 787 m ${PAGE.right} 787 l S Q EMC\n`
}

/** As many as the margin below the line holds: the label of a translation with its standing needs three. */
const FOOT_LINES = 3

export function footerOps(left: string, right: string, fonts: { library: FontLibrary; subsets: FontSubsets }): string {
  const label = setText([{ text: left, bold: false, italic: false }], SMALL, 330, fonts)
  const page = setText([{ text: right, bold: false, italic: false }], SMALL, 120, fonts)
  return `/Artifact <</Type /Pagination /Subtype /Footer>> BDC q ${HAIRLINE} 0.7 w ${PAGE.left} 56 m ${PAGE.right} 56 l S Q ${QUIET} `
    + `${placed({ lines: label.lines.slice(0, FOOT_LINES), rtl: false }, PAGE.left, 50, 330, SMALL, 1.2)} `
    + `${placed({ lines: page.lines.slice(0, 1), rtl: false }, PAGE.right - (page.lines[0]?.width ?? 0), 50, 120, SMALL, 1.2)} EMC\n`
}

function pdf(value: { toString(): string }): string {
  return value.toString()
}
