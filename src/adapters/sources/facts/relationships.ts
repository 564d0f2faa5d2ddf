/** What a relationship word says by itself (F1). */
export interface RelationshipMeaning {
  /** Has care of the child: may sign the agreement with or for it. */
  maySign: boolean
  /** Holds parental responsibility as a rule, where the source does not state it. */
  mayConsent: boolean
  /** R7: known to the school for emergencies alone; never a signer. */
  emergencyOnly: boolean
}

const NOTHING: RelationshipMeaning = { maySign: false, mayConsent: false, emergencyOnly: false }
const PARENT: RelationshipMeaning = { maySign: true, mayConsent: true, emergencyOnly: false }
const CARE: RelationshipMeaning = { maySign: true, mayConsent: false, emergencyOnly: false }
const EMERGENCY: RelationshipMeaning = { maySign: false, mayConsent: false, emergencyOnly: true }

const list = (meaning: RelationshipMeaning, words: string) => words.split(' ').map((word) => [word, meaning] as const)

/**
 * Words without spaces or hyphens, as MIS exports, SDS and OneRoster have them. Parents and legal guardians hold parental
 * responsibility as a rule; foster carers, step-parents and grandparents have care, and hold it only where the source
 * says so. A sibling, aunt or family friend is on file without care: they sign only where the source states
 * parental responsibility.
 */
const WORDS: ReadonlyMap<string, RelationshipMeaning> = new Map([
  ...list(PARENT, 'mother father mum dad parent parents motherfather adoptivemother adoptivefather adoptiveparent birthmother birthfather guardian legalguardian specialguardian testamentaryguardian'),
  ...list(CARE, 'carer maincarer privatecarer kinshipcarer fostercarer fosterparent fostermother fosterfather stepparent stepmother stepfather stepmum stepdad grandparent grandmother grandfather nan nana gran grandma grandad granddad socialworker keyworker residentialworker localauthority corporateparent'),
  ...list(EMERGENCY, 'emergency emergencycontact emergencyonly emergencycontactonly inemergencyonly'),
  ...list(NOTHING, 'relative otherrelative otherfamilymember family aunt uncle auntie brother sister sibling halfbrother halfsister stepbrother stepsister cousin friend familyfriend neighbour childminder nanny aupair partner mothersfriend doctor gp headteacher teacher school aide agent other othercontact religiouscontact solicitor translator unknown'),
])

/** Null for an empty cell; for a word we do not know, the meaning that grants nothing, and `known: false`. */
export function relationshipOf(cell: string): (RelationshipMeaning & { known: boolean }) | null {
  const word = cell.toLowerCase().replace(/[^a-z]/g, '')
  if (word === '') return null
  const meaning = WORDS.get(word)
  return meaning ? { ...meaning, known: true } : { ...NOTHING, known: false }
}
