/**
 * Templates of people who sign, which come in the reader's language (G6): whole folders, and single pages where a folder also has pages of
 * people who work here. Every other page is in English whatever was chosen.
 */
const FOLDERS = ['about', 'errors', 'in-force', 'link', 'sign-in', 'signing', 'verify']
const PAGES = new Set([
  ...['answer', 'enter', 'is-it-you', 'join', 'message', 'names', 'sent'].map((name) => `pages/class/${name}.njk`),
  ...['done', 'sign', 'start-tablet', 'welcome', 'who', 'wifi'].map((name) => `pages/visits/${name}.njk`),
])

/** Does this page come in the reader's language? */
export function isSpoken(template: string): boolean {
  return PAGES.has(template) || FOLDERS.some((folder) => template.startsWith(`pages/${folder}/`))
}
