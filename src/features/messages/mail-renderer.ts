import { join } from 'node:path'
import nunjucks from 'nunjucks'

export interface RenderedMail {
  subject: string
  text: string
  html: string
}

/** Renders the mails of `templates/emails`; see its README for the variables. */
export class MailRenderer {
  readonly #plain: nunjucks.Environment
  readonly #escaped: nunjucks.Environment

  constructor(templatesDir: string) {
    const loader = () => new nunjucks.FileSystemLoader(join(templatesDir, 'emails'), { watch: false })
    this.#plain = new nunjucks.Environment(loader(), { autoescape: false })
    this.#escaped = new nunjucks.Environment(loader(), { autoescape: true })
  }

  render(name: string, variables: object): RenderedMail {
    return {
      subject: this.#plain.render(`${name}.subject.njk`, variables).replace(/\s+/g, ' ').trim(),
      text: this.#plain.render(`${name}.text.njk`, variables),
      html: this.#escaped.render(`${name}.html.njk`, variables),
    }
  }
}
