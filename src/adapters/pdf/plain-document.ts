import { PDFContext, PDFRawStream } from '@cantoo/pdf-lib'
import { FontLibrary } from './font-library.ts'
import { FontSubsets, textString } from './font-subsets.ts'
import type { Block } from './markdown-blocks.ts'
import { PageFlow } from './page-flow.ts'
import { PAGE, textSizes } from './page-style.ts'
import { ascii, writeStructure, type StructureNode } from './structure-tree.ts'
import { footerOps, headerOps, outputIntent } from './template-compile.ts'
import { writeObjects } from './write-objects.ts'
import { xmpPacket } from './xmp-packet.ts'

/** A report on paper: not sealed, proves nothing. */
export interface PlainDocument {
  title: string
  /** A quiet line under the title. */
  subtitle: string
  trustName: string
  /** Stands in the foot of every page, beside its number. */
  foot: string
  blocks: Block[]
}

/** A cell or paragraph in one face. */
export const words = (text: string, bold = false): Block & { kind: 'paragraph' } => ({ kind: 'paragraph', spans: [{ text, bold, italic: false }] })

/**
 * Lays a report out as a tagged PDF 1.7 with embedded fonts. CPU work of some milliseconds for each page: for the command line, not for a request.
 */
export async function plainDocument(document: PlainDocument): Promise<Buffer> {
  const fonts = { library: new FontLibrary(false), subsets: new FontSubsets('F') }
  const flow = new PageFlow(fonts, textSizes(false))
  flow.title(document.title, document.subtitle)
  flow.blocks(document.blocks)
  const header = headerOps({ schoolName: document.trustName, trustName: '' }, fonts)
  const footers = flow.pages.map((_, page) => footerOps(document.foot, `Page ${page + 1} of ${flow.pages.length}`, fonts))

  const context = PDFContext.create()
  const intents = await outputIntent(context)
  const embedded = context.register(context.obj(fonts.subsets.embed(context)))
  const headerRef = context.register(context.flateStream(header))
  const pages = context.nextRef()
  const structure = context.nextRef()
  const whole = context.nextRef()
  const refs = flow.pages.map(() => context.nextRef())
  const body = writeStructure(context, flow.root.kids.filter((kid): kid is StructureNode => 'tag' in kid), whole, refs)
  for (const [page, ref] of refs.entries()) {
    const content = context.register(context.flateStream(`${flow.pages[page] ?? ''}${footers[page] ?? ''}`))
    context.assign(ref, context.obj({
      Type: 'Page', Parent: pages, MediaBox: [0, 0, PAGE.width, PAGE.height], Resources: { Font: embedded }, Contents: [headerRef, content], StructParents: page, Tabs: 'S',
    }))
  }
  context.assign(pages, context.obj({ Type: 'Pages', Count: refs.length, Kids: refs }))
  context.assign(whole, context.obj({ Type: 'StructElem', S: 'Document', P: structure, Lang: ascii('en-GB'), K: body.kids }))
  context.assign(structure, context.obj({ Type: 'StructTreeRoot', K: [whole], ParentTree: { Nums: body.owners.flatMap((owners, page) => [page, owners]) } }))
  const metadata = context.register(PDFRawStream.of(context.obj({ Type: 'Metadata', Subtype: 'XML' }), xmpPacket({ title: document.title, language: 'en-GB' })))
  const info = context.register(context.obj({ Title: textString(document.title), Producer: ascii('Assent'), Creator: ascii('Assent') }))
  const catalog = context.register(context.obj({
    Type: 'Catalog', Pages: pages, Lang: ascii('en-GB'), MarkInfo: { Marked: true }, ViewerPreferences: { DisplayDocTitle: true }, Metadata: metadata, OutputIntents: [intents], StructTreeRoot: structure,
  }))
  const { prefix, xref } = writeObjects(context, new Map())
  const size = context.largestObjectNumber + 1
  return Buffer.concat([prefix, Buffer.from(`xref\n0 ${size}\n${xref}trailer\n<< /Size ${size} /Root ${catalog.toString()} /Info ${info.toString()} >>\nstartxref\n${prefix.length}\n%%EOF\n`)])
}
