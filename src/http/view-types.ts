/** Turns a template and its data into HTML; everything is escaped unless the template says otherwise. */
export interface Views {
  /** @throws Error naming the template when it is missing or broken. */
  render(name: string, data: object): string
}

/** One message of a refused form; `href` leads to the field. */
export interface FieldError {
  field: string
  text: string
  /** What stands in the places of the text, such as a name. */
  values?: Readonly<Record<string, string>>
  href: string
}

/** A message shown once, on the next page. */
export interface Flash {
  kind: 'success' | 'info' | 'attention'
  text: string
}
