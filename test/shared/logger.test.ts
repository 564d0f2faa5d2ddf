import { describe, expect, it } from 'vitest'
import { OutsideFailure } from '../../src/shared/errors.ts'
import { createLogger } from '../../src/shared/logger.ts'

function logged(write: (log: ReturnType<typeof createLogger>) => void): string {
  const lines: string[] = []
  write(createLogger({ level: 'debug', destination: { write: (line) => void lines.push(line) } }))
  return lines.join('')
}

describe('the log', () => {
  it('V4: holds nothing that names, locates or lets in a person, at any depth and in any spelling', () => {
    const hidden = { preferred_forename: 'Zoë', Surname: 'Smith', email: 'zoe@example.test', 'set-cookie': 'abc', authorization: 'Bearer abc', remoteAddress: '10.1.1.1', userAgent: 'Peculiar', csrfToken: 'abc', dateOfBirth: '2015-01-01' }
    const text = logged((log) => log.info({ ...hidden, deep: { list: [{ person: hidden }] }, person: '01K00000000000000000000000', count: 3 }, 'done'))
    expect(text).not.toMatch(/Zoë|Smith|zoe@|abc|10\.1\.1\.1|Peculiar|2015/)
    expect(JSON.parse(text)).toMatchObject({ level: 'info', msg: 'done', person: '01K00000000000000000000000', count: 3, deep: { list: [{ person: { Surname: '[hidden]' } }] } })
  })

  it('V4: keeps kind, code and call path of an error whose message may quote data', () => {
    const database = Object.assign(new Error('insert into people (surname) values (\'Smith\')\n  at Smith:1:1 - UNIQUE failed'), { code: 'SQLITE_CONSTRAINT_UNIQUE' })
    const parser = (() => { try { return JSON.parse('"Zoë Smith" x') as Error } catch (error) { return error as Error } })()
    for (const error of [database, parser]) {
      for (const text of [logged((log) => log.error({ err: error }, 'failed')), logged((log) => log.error(error)), logged((log) => log.error({ err: error }))]) {
        expect(text).not.toMatch(/Smith|Zoë/)
        expect(JSON.parse(text).err.frames.join()).toMatch(/logger\.test\.ts/)
      }
    }
    expect(logged((log) => log.error({ err: database }, 'failed'))).toContain('SQLITE_CONSTRAINT_UNIQUE')
  })

  it('keeps the message of our own errors and of faults of code, with their causes', () => {
    const ours = new OutsideFailure({ what: 'The mail server does not answer.', where: 'mail' }, new TypeError('x is not a function'))
    expect(JSON.parse(logged((log) => log.error({ err: ours }, 'failed'))).err).toMatchObject({
      type: 'OutsideFailure', message: 'The mail server does not answer.', where: 'mail', cause: { type: 'TypeError', message: 'x is not a function' },
    })
  })

  it('ASVS 16.2.2, 16.2.4, 16.4.1: an entry is one line of JSON with its instant in UTC, whatever the words hold', () => {
    const before = Date.now()
    const text = logged((log) => log.warn({ page: 'a\r\nb', odd: '{"level":"error"}\u2028' }, 'first\n{"level":"error","msg":"made up"}'))
    expect(text.trimEnd().split(/[\r\n]/)).toHaveLength(1)
    const line = JSON.parse(text) as { level: string; msg: string; time: number }
    expect(line).toMatchObject({ level: 'warn', msg: 'first\n{"level":"error","msg":"made up"}' })
    // Milliseconds since 1970 have no zone.
    expect(line.time).toBeGreaterThanOrEqual(before)
    expect(line.time).toBeLessThanOrEqual(Date.now())
  })

  it('survives what is not a plain error', () => {
    const round: Record<string, unknown> = {}
    round['self'] = round
    expect(() => logged((log) => { log.info(round, 'round'); log.error({ err: 'text' }, 'text'); log.error(new Error('bare')) })).not.toThrow()
  })
})
