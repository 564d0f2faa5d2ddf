/** A part of a name as it is written, and in Latin letters where it is written in others. */
export interface NameText {
  text: string
  /** The same in Latin letters; equal to `text` when that is Latin already. */
  latin: string
}

/** A family name; some languages change it with the bearer (Kowalski, Kowalska). */
export interface Surname {
  male: NameText
  female: NameText
}

/** Forenames and family names that go together in one script. */
export interface NameSet {
  female: readonly NameText[]
  male: readonly NameText[]
  surnames: readonly Surname[]
}

/** How a child's family name comes about. `father` is the father's forename, `both` the mother's and the father's names. */
export type SurnameRule = 'family' | 'father' | 'both'

/** One of the naming traditions found in British schools. */
export interface Community {
  key: string
  /** Share among families, in rough percent. */
  weight: number
  names: NameSet
  /** The same tradition in its own script, where some families write their names so. */
  own: NameSet | null
  surnameRule: SurnameRule
  /** Mothers keep the name they were born with. */
  mothersKeepName: boolean
}

/** Comma-separated names. `text|latin` gives the Latin form; in surnames `male/female` gives the two forms. */
export interface NameLists {
  female: string
  male: string
  surnames: string
}

/** Builds a community from its lists. */
export function community(
  key: string,
  weight: number,
  lists: NameLists,
  more: { own?: NameLists; surnameRule?: SurnameRule; mothersKeepName?: boolean } = {},
): Community {
  return {
    key,
    weight,
    names: nameSet(lists),
    own: more.own ? nameSet(more.own) : null,
    surnameRule: more.surnameRule ?? 'family',
    mothersKeepName: more.mothersKeepName ?? false,
  }
}

function nameSet(lists: NameLists): NameSet {
  return {
    female: split(lists.female).map(nameText),
    male: split(lists.male).map(nameText),
    surnames: split(lists.surnames).map(surname),
  }
}

const split = (list: string): string[] => list.split(',').map((name) => name.trim()).filter((name) => name !== '')

function nameText(entry: string): NameText {
  const [text = '', latin = text] = entry.split('|')
  return { text, latin }
}

function surname(entry: string): Surname {
  const [text = '', latin = text] = entry.split('|')
  const [male = '', female = male] = text.split('/')
  const [maleLatin = '', femaleLatin = maleLatin] = latin.split('/')
  return { male: { text: male, latin: maleLatin }, female: { text: female, latin: femaleLatin } }
}
