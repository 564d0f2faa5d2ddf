/** The directory answered and will not do it (protected object, missing right, unknown container): trying again is no use. */
export class DirectoryRefusal extends Error {
  override name = 'DirectoryRefusal'
  readonly remedy: string
  constructor(what: string, remedy: string) {
    super(what)
    this.remedy = remedy
  }
}
