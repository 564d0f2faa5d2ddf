import type { Brand, NavItem } from '../../src/http/views.ts'

/** One page of the gallery: a template and made-up data in the shape that its comment documents. */
export interface Sample {
  name: string
  template: string
  data: Record<string, unknown>
  brand?: Brand
  actor?: { name: string; role: string; signOutUrl?: string; switchUrl?: string } | null
  path?: string
  /** Text of the button, link or field that the page exists for; the keyboard must reach it. */
  mainAction?: string
}

export const primary: Brand = {
  schoolName: 'Larkmoor Primary School', trustName: 'Fellside Learning Trust', initials: 'LP', colour: '#7a2048', address: 'assent.fellside.example',
}
export const high: Brand = {
  schoolName: 'Ashbeck High School', trustName: 'Fellside Learning Trust', initials: 'AH', colour: '#1c4587', address: 'assent.fellside.example',
}
/** A colour that no text may have on white: the look must hold with it as well. */
export const yellow: Brand = { ...primary, schoolName: 'St Oswin’s Academy', initials: 'SO', colour: '#f5c400' }
export const trust: Brand = {
  schoolName: 'Fellside Learning Trust', trustName: 'Fellside Learning Trust', initials: 'FT', colour: '#17594a', address: 'assent.fellside.example',
}

export const nav: NavItem[] = [
  { text: 'Home', href: '/office' },
  { text: 'Who has signed', href: '/office/board' },
  { text: 'People', href: '/office/people' },
  { text: 'Rosters', href: '/rosters', count: 1 },
  { text: 'Access', href: '/access', count: 2 },
  { text: 'Signed records', href: '/records' },
  { text: 'Audit log', href: '/audit' },
]

export const instant = Date.UTC(2026, 8, 1, 7, 4)

export const parent = { name: 'Maria Kowalska', role: 'Parent or carer' }
export const office = { name: 'Gwen Hughes', role: 'School office', signOutUrl: '/sign-out' }
export const itAdmin = { name: 'Idris Bello', role: 'IT admin', signOutUrl: '/sign-out' }
