import type { ActNode } from './act-pages.ts'
import { TAIL, type TemplateMeta } from './template-meta.ts'

/** The objects of the tail's logical structure, written. */
export interface WrittenStructure {
  /** Latin-1; the objects follow one another. */
  text: string
  /** Where each begins in `text`, in order of their numbers from `from`. */
  offsets: readonly number[]
  /** Elements directly in the section, by number. */
  kids: readonly number[]
  /** For each page, which element owns each of its marks. */
  owners: readonly (readonly number[])[]
}

/** The same, cut where descriptions of figures stand: nothing else differs between two acts of one shape. */
interface Mould extends Omit<WrittenStructure, 'text'> {
  pieces: readonly string[]
}

const moulds = new WeakMap<TemplateMeta, Map<string, Mould>>()
const MOULDS_KEPT = 64

/**
 * Writes the structure of an act, numbered from `from` without gaps. Nearly all acts of one agreement have one shape, so it is written once
 * for each shape: some fifty objects took an eighth of a seal's time.
 */
export function writeActStructure(meta: TemplateMeta, nodes: readonly ActNode[], pageIds: readonly number[], from: number): WrittenStructure {
  const descriptions: string[] = []
  const key = `${pageIds.join(' ')} ${from} ${shapeOf(nodes, descriptions)}`
  let known = moulds.get(meta)
  if (!known) {
    known = new Map()
    moulds.set(meta, known)
  }
  let mould = known.get(key)
  if (!mould) {
    mould = cast(meta, nodes, pageIds, from)
    if (known.size >= MOULDS_KEPT) known.clear()
    known.set(key, mould)
  }
  let [text = ''] = mould.pieces
  for (const [at, description] of descriptions.entries()) text += description + (mould.pieces[at + 1] ?? '')
  return { text, offsets: mould.offsets, kids: mould.kids, owners: mould.owners }
}

/** What an act's structure consists of, without what the descriptions say; they are put into `descriptions`, in the order of writing. */
function shapeOf(nodes: readonly ActNode[], descriptions: string[]): string {
  let shape = ''
  for (const { tag, alt, kids } of nodes) {
    shape += tag
    if (alt !== undefined) shape += alt.length
    shape += '('
    for (const kid of kids) shape += 'tag' in kid ? shapeOf([kid], descriptions) : `${kid.page}.${kid.mark},`
    shape += ')'
    if (alt !== undefined) descriptions.push(alt)
  }
  return shape
}

function cast(meta: TemplateMeta, nodes: readonly ActNode[], pageIds: readonly number[], from: number): Mould {
  const pieces: string[] = ['']
  const offsets: number[] = []
  const owners: number[][] = pageIds.map(() => [])
  let length = 0
  let next = from
  const write = (text: string): void => {
    pieces[pieces.length - 1] += text
    length += text.length
  }
  const element = (node: ActNode, parent: string): number => {
    const id = next++
    const kids = node.kids.map((kid) => {
      if ('tag' in kid) return `${element(kid, `${id} 0 R`)} 0 R`
      const row = owners[kid.page]
      if (row) row[kid.mark] = id
      return node.kids.length === 1 ? String(kid.mark) : `<< /Type /MCR /Pg ${pageIds[kid.page]} 0 R /MCID ${kid.mark} >>`
    })
    const [kid] = node.kids
    const page = kid && 'mark' in kid && node.kids.length === 1 ? ` /Pg ${pageIds[kid.page]} 0 R` : ''
    offsets[id - from] = length
    write(`${id} 0 obj\n<< /Type /StructElem /S /${node.tag} /P ${parent}${page} /K ${kids.length === 1 ? kids[0] : `[ ${kids.join(' ')} ]`}`)
    if (node.alt !== undefined) {
      write(' /Alt (')
      pieces.push('')
      length += node.alt.length
      write(')')
    } else if (node.tag === 'TH') write(' /A << /O /Table /Scope /Row >>')
    write(' >>\nendobj\n')
    return id
  }
  const kids = nodes.map((node) => element(node, `${meta.first + TAIL.section} 0 R`))
  // Kept as flat texts: what was added up of a thousand pieces would be walked again for every seal.
  return { pieces: pieces.map((piece) => Buffer.from(piece, 'latin1').toString('latin1')), offsets, kids, owners }
}
