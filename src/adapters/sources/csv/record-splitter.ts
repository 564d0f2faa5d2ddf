/** The text breaks the rules of CSV in a way that leaves the rest of the file unreadable. */
export class BrokenCsv extends Error {
  readonly line: number
  readonly remedy: string
  constructor(what: string, line: number, remedy: string) {
    super(what)
    this.name = 'BrokenCsv'
    this.line = line
    this.remedy = remedy
  }
}

const QUOTE = 34
const CR = 13

/**
 * Splits text into records as RFC 4180 has them: a field in double quotes may hold delimiters, line ends and doubled
 * quotes. Lines end with LF or CRLF, or with CR alone where the text has no LF. Empty lines are skipped. A quote inside
 * an unquoted field is an ordinary character (counted in `looseQuotes`). The text may come in pieces cut anywhere.
 *
 * Own code because the second run over an unchanged roster is almost only this: lines without a quote, nearly all, are
 * cut with the engine's own `indexOf` and `split`, several times faster than a library that looks at every byte.
 */
export class RecordSplitter {
  readonly #delimiter: string
  readonly #maxLength: number
  readonly #onRecord: (cells: string[], line: number) => void
  #eol = ''
  #pending = ''
  #line = 1
  looseQuotes = 0

  /** @param maxLength the longest record allowed, in UTF-16 units. */
  constructor(delimiter: string, maxLength: number, onRecord: (cells: string[], line: number) => void) {
    this.#delimiter = delimiter
    this.#maxLength = maxLength
    this.#onRecord = onRecord
  }

  /** 1-based line on which the next character lies. */
  get line(): number {
    return this.#line + lineEnds(this.#pending, this.#eol || '\n')
  }

  /** True while a record has begun and not ended. */
  get midRecord(): boolean {
    return this.#pending !== ''
  }

  push(text: string): void {
    this.#run(this.#pending + text, false)
  }

  /** Takes what is left as the last record. */
  end(): void {
    this.#run(this.#pending, true)
  }

  #run(text: string, final: boolean): void {
    if (this.#eol === '') {
      if (text.includes('\n')) this.#eol = '\n'
      else if (final || text.length > this.#maxLength) this.#eol = text.includes('\r') ? '\r' : '\n'
      else {
        this.#pending = text
        return
      }
    }
    const eol = this.#eol
    let pos = 0
    let quote = text.indexOf('"')
    while (pos < text.length) {
      const feed = text.indexOf(eol, pos)
      if (quote !== -1 && quote < pos) quote = text.indexOf('"', pos)
      if (quote !== -1 && (feed === -1 || quote < feed)) {
        const next = this.#quoted(text, pos, final)
        if (next === -1) break
        pos = next
      } else {
        if (feed === -1 && !final) break
        const end = feed === -1 ? text.length : feed
        const stop = this.#withoutCr(text, pos, end, feed !== -1)
        if (stop > pos) this.#emit(text.slice(pos, stop).split(this.#delimiter), stop - pos)
        this.#line++
        pos = end + 1
      }
    }
    this.#pending = pos >= text.length ? '' : text.slice(pos)
    if (this.#pending.length > this.#maxLength) throw this.#tooLong()
  }

  /** A record with a quote in its first line. Returns where the next record starts, or -1 when more text is needed. */
  #quoted(text: string, start: number, final: boolean): number {
    const cells: string[] = []
    let pos = start
    let ends = 0
    let feed = -1
    for (;;) {
      if (text.charCodeAt(pos) === QUOTE) {
        const close = this.#closingQuote(text, pos, final)
        if (close === -1) return -1
        const raw = text.slice(pos + 1, close)
        cells.push(raw.includes('"') ? raw.replaceAll('""', '"') : raw)
        ends += lineEnds(raw, this.#eol)
        pos = close + 1
        if (pos >= text.length) return this.#done(cells, start, text.length, ends)
        if (text.startsWith(this.#delimiter, pos)) {
          pos++
        } else if (text.startsWith(this.#eol, pos)) {
          return this.#done(cells, start, pos + 1, ends)
        } else if (this.#eol === '\n' && text.charCodeAt(pos) === CR && (text[pos + 1] === '\n' || (pos + 1 === text.length && !final))) {
          return pos + 1 === text.length ? -1 : this.#done(cells, start, pos + 2, ends)
        } else {
          throw new BrokenCsv(
            ends === 0 ? 'A closing quote is followed by more text.' : `A closing quote is followed by more text; the record began on line ${this.#line}, where a quote may be missing.`,
            this.#line + ends,
            'Quotes inside a value must be doubled. Export the file again, or mend the line.',
          )
        }
      } else {
        if (feed < pos) feed = text.indexOf(this.#eol, pos)
        const next = text.indexOf(this.#delimiter, pos)
        const last = next === -1 || (feed !== -1 && feed < next)
        if (last && feed === -1 && !final) return -1
        const end = last ? (feed === -1 ? text.length : feed) : next
        const cell = text.slice(pos, last ? this.#withoutCr(text, pos, end, feed !== -1) : end)
        if (cell.includes('"')) this.looseQuotes++
        cells.push(cell)
        if (last) return this.#done(cells, start, end + 1, ends)
        pos = end + 1
      }
    }
  }

  #closingQuote(text: string, open: number, final: boolean): number {
    let at = open + 1
    for (;;) {
      at = text.indexOf('"', at)
      if (at === -1 || (at + 1 === text.length && !final)) {
        if (!final) return -1
        if (at !== -1) return at
        throw new BrokenCsv('A quote opened on this line is never closed.', this.#line, 'The file was cut short, or a quote is missing. Export it again.')
      }
      if (text.charCodeAt(at + 1) !== QUOTE) return at
      at += 2
    }
  }

  #done(cells: string[], start: number, next: number, ends: number): number {
    this.#emit(cells, next - start)
    this.#line += ends + 1
    return next
  }

  #emit(cells: string[], length: number): void {
    if (length > this.#maxLength) throw this.#tooLong()
    this.#onRecord(cells, this.#line)
  }

  #withoutCr(text: string, start: number, end: number, ended: boolean): number {
    return ended && this.#eol === '\n' && end > start && text.charCodeAt(end - 1) === CR ? end - 1 : end
  }

  #tooLong(): BrokenCsv {
    return new BrokenCsv(`The record is longer than ${this.#maxLength} characters.`, this.#line, 'Look for a quote on this line that is never closed. Export the file again.')
  }
}

function lineEnds(text: string, eol: string): number {
  let count = 0
  for (let at = text.indexOf(eol); at !== -1; at = text.indexOf(eol, at + 1)) count++
  return count
}
