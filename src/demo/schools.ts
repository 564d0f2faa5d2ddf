import type { DemoSchool } from './model.ts'

/** The demo's own names: no school or trust we know of bears them. */
export const TRUST = { id: 'TRUST', name: 'Hollowmere Learning Trust', domain: 'hollowmere.example' }
const FIRST_AREA = [['Wrenfold', 'Wrenfold Primary School'], ['Copperbeck', 'Copperbeck Academy']] as const

const HEADS = ['Quill', 'Thrum', 'Wisp', 'Sorrel', 'Tansy', 'Plover', 'Bram', 'Sedge', 'Marl', 'Fescue', 'Yarrow', 'Dunnock', 'Teasel', 'Gorse']
const TAILS = ['beckham', 'fold', 'mere Vale', 'wick End', 'holt Green', 'den Cross', 'garth Moor', 'stead Lane']

/** Pupils above which a trust gets a further pair of schools. */
const LARGEST_AREA = 2_400
const USUAL_AREA = 1_800

/** How many pairs of one primary and one secondary a trust of so many pupils has. */
export function areaCount(people: number): number {
  return people <= LARGEST_AREA ? 1 : Math.ceil(people / USUAL_AREA)
}

/** One primary and one secondary for each area. */
export function makeSchools(areas: number): DemoSchool[] {
  return Array.from({ length: areas }, (_, area) => area).flatMap((area) => {
    const [[primaryShort, primary], [secondaryShort, secondary]] = area === 0 ? FIRST_AREA : furtherNames(area)
    return [school(area, 'primary', primaryShort, primary), school(area, 'secondary', secondaryShort, secondary)]
  })
}

function furtherNames(area: number): readonly [readonly [string, string], readonly [string, string]] {
  const round = Math.floor((area - 1) / (HEADS.length * TAILS.length))
  const place = `${HEADS[(area - 1) % HEADS.length] ?? ''}${TAILS[Math.floor((area - 1) / HEADS.length) % TAILS.length] ?? ''}${round > 0 ? ` ${round + 1}` : ''}`
  return [[`${place} Primary`, `${place} Primary School`], [`${place} Academy`, `${place} Academy`]]
}

function school(area: number, phase: DemoSchool['phase'], shortName: string, name: string): DemoSchool {
  const number = area * 2 + (phase === 'primary' ? 1 : 2)
  const host = shortName.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-')
  return {
    id: `SCH${String(number).padStart(3, '0')}`,
    name,
    shortName,
    phase,
    urn: String(990_000 + number),
    dfeNumber: `999${phase === 'primary' ? 2000 + area : 4000 + area}`,
    domain: `${host}.${TRUST.domain}`,
    area,
  }
}
