/** Text for finding and sorting people alike on both databases: accents stripped, lower case, one space. */
export function searchText(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase().replace(/[’'`]/g, '').replace(/\s+/g, ' ').trim()
}

/** "surname forename" as stored in `people.name_search`, at most 400 characters. */
export function nameSearch(forename: string, surname: string): string {
  return searchText(`${surname} ${forename}`).slice(0, 400)
}

/** The lookup form of an e-mail address; null for none. */
export function emailNorm(email: string | null): string | null {
  const text = email?.trim().toLowerCase()
  return text ? text : null
}
