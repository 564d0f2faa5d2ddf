import { UnusableInput } from '../../../shared/errors.ts'

export function tooLarge(name: string, cap: number): UnusableInput {
  return new UnusableInput({
    what: `${name} is larger than ${cap} bytes.`,
    where: name,
    remedy: 'Check that this is the roster export. If it is, raise the size limit of this source.',
  })
}

export function tooMany(where: string, cap: number): UnusableInput {
  return new UnusableInput({
    what: `There are more than ${cap} files.`,
    where,
    remedy: 'Give a folder or zip that holds the roster files alone.',
  })
}

/** `Users.csv` beside `users.csv`: nobody can say which one is meant. */
export function refuseDuplicateNames(names: readonly string[], where: string): void {
  const seen = new Map<string, string>()
  for (const name of names) {
    const earlier = seen.get(name.toLowerCase())
    if (earlier !== undefined) {
      throw new UnusableInput({
        what: `The files ${earlier} and ${name} have the same name.`,
        where,
        remedy: 'Keep the right one and remove the other.',
      })
    }
    seen.set(name.toLowerCase(), name)
  }
}
