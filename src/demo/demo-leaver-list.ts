import type { DemoTrust } from './model.ts'

/** As many as one summer's leavers of a school, and never more than a third of a small trust. */
const MOST = 200

/**
 * The oldest pupils' usernames as an office might send them, with a heading, somebody nobody knows and somebody named twice.
 * The people of the picker are left out, so that the demo can go on with them.
 */
export function demoLeaverList(trust: DemoTrust): string {
  const chosen = new Set(trust.personas.map((persona) => persona.id))
  const pupils = [...trust.households()].flatMap((household) => household.pupils).filter((pupil) => pupil.username !== null && !chosen.has(pupil.id))
  const oldest = pupils.toSorted((a, b) => (Number(b.yearCode) || 0) - (Number(a.yearCode) || 0) || (a.id < b.id ? -1 : 1)).slice(0, Math.min(MOST, Math.floor(pupils.length / 3)))
  const lines = oldest.map((pupil) => `${pupil.username},${pupil.name.forename} ${pupil.name.surname}`)
  return ['Username,Name', ...lines, 'z.nobody,Zelda Nobody', ...lines.slice(0, 1)].join('\n')
}
