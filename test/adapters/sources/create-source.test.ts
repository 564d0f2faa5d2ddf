import { afterAll, describe, expect, it } from 'vitest'
import { createSource, SOURCE_FORMATS } from '../../../src/adapters/sources/create-source.ts'
import { detectSource } from '../../../src/adapters/sources/detect-source.ts'
import { mappedList, oneRoster11Files, oneRoster12Files, removeTempFolders, sdsFiles, tempFolder, writeFile, writeFolder, writeZip } from '../../support/roster-files.ts'
import { SKETCH } from './sketch.ts'

afterAll(removeTempFolders)

describe('createSource', () => {
  it('gives each format its reader', () => {
    expect(SOURCE_FORMATS).toEqual(['oneroster-csv', 'sds-csv', 'csv'])
    for (const format of SOURCE_FORMATS) expect(createSource(format).format).toBe(format)
  })

  it('lists the formats when it knows none of the name', () => {
    expect(() => createSource('oneroster-cvs')).toThrow(expect.objectContaining({ name: 'UnusableInput', what: expect.stringContaining('oneroster-csv, sds-csv, csv'), remedy: 'Is oneroster-csv meant?' }))
    expect(() => createSource('toString')).toThrow(expect.objectContaining({ exitCode: 2 }))
  })
})

describe('detectSource', () => {
  it('knows each format by its files', async () => {
    const { 'manifest.csv': _, ...bare12 } = oneRoster12Files(SKETCH)
    const { 'manifest.csv': _bare, ...bare11 } = oneRoster11Files(SKETCH)
    expect(await detectSource(writeZip(oneRoster11Files(SKETCH)))).toBe('oneroster-csv')
    expect(await detectSource(writeFolder(bare11))).toBe('oneroster-csv')
    expect(await detectSource(writeFolder(bare12))).toBe('oneroster-csv')
    expect(await detectSource(writeFolder(sdsFiles(SKETCH)))).toBe('sds-csv')
    expect(await detectSource(writeFile('list.csv', mappedList(SKETCH)))).toBe('csv')
    expect(await detectSource(writeFolder({ 'list.csv': 'a' }))).toBe('csv')
    expect(await detectSource(writeFile('list.pdf', 'x'))).toBeNull()
    expect(await detectSource(tempFolder())).toBeNull()
  })
})
