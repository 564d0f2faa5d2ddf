import { PDFName, PDFString, type PDFContext, type PDFRef } from '@cantoo/pdf-lib'
import { textString } from './font-subsets.ts'

/** A node of the document's logical structure (tagged PDF): what a screen reader hears, in order. */
export interface StructureNode {
  tag: string
  kids: (StructureNode | { page: number; mark: number })[]
  attributes?: Record<string, string>
  /** What a figure shows, for those who do not see it. */
  alt?: string
}

/** A node without kids yet. */
export function structureNode(tag: string, parent?: StructureNode): StructureNode {
  const node: StructureNode = { tag, kids: [] }
  parent?.kids.push(node)
  return node
}

/** Writes the nodes below `parent`; answers their references and, per page, which node owns each mark. */
export function writeStructure(
  context: PDFContext, nodes: StructureNode[], parent: PDFRef, pages: PDFRef[],
): { kids: PDFRef[]; owners: PDFRef[][] } {
  const owners: PDFRef[][] = pages.map(() => [])
  const write = (node: StructureNode, above: PDFRef): PDFRef => {
    const ref = context.nextRef()
    const kids = node.kids.map((kid) => {
      if ('tag' in kid) return write(kid, ref)
      const row = owners[kid.page]
      if (row) row[kid.mark] = ref
      return context.obj({ Type: 'MCR', Pg: pages[kid.page], MCID: kid.mark })
    })
    const dict = context.obj({ Type: 'StructElem', S: node.tag, P: above, K: kids })
    if (node.attributes) {
      const values = Object.entries(node.attributes).map(([key, value]) => [key, PDFName.of(value)])
      dict.set(PDFName.of('A'), context.obj(Object.fromEntries(values)))
    }
    if (node.alt !== undefined) dict.set(PDFName.of('Alt'), /^[\x20-\x7E]*$/.test(node.alt) ? ascii(node.alt) : textString(node.alt))
    context.assign(ref, dict)
    return ref
  }
  return { kids: nodes.map((node) => write(node, parent)), owners }
}

/** A PDF string for ASCII content such as a language tag. */
export function ascii(text: string): PDFString {
  return PDFString.of(text.replaceAll(/[^\x20-\x7E]|[()\\]/g, ''))
}
