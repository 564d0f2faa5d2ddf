import { describe, expect, it } from 'vitest'
import { foldName, liesUnder, sameName, splitFirst, splitName } from '../../../src/adapters/directories/names.ts'

describe('names in directories', () => {
  it('splits at unescaped commas only', () => {
    expect(splitName('CN=Byron\\, Ada,OU=Pupils, DC=school')).toEqual(['CN=Byron\\, Ada', 'OU=Pupils', 'DC=school'])
    expect(splitFirst('CN=back\\\\,OU=Pupils')).toEqual({ first: 'CN=back\\\\', container: 'OU=Pupils' })
  })

  it('drops the blanks around a part, not those that belong to it', () => {
    expect(splitName('CN=\\ Ada\\  , OU=Pupils ')).toEqual(['CN=\\ Ada\\ ', 'OU=Pupils'])
    expect(splitName('CN=back\\\\ ,OU=x')).toEqual(['CN=back\\\\', 'OU=x'])
    expect(sameName('CN=\\20Ada\\20,OU=x', 'CN=\\ Ada\\ ,OU=x')).toBe(true)
  })

  it('takes all spellings of one name for the same', () => {
    expect(sameName('OU=Year 7,DC=school', 'ou=year 7, dc=SCHOOL')).toBe(true)
    expect(sameName('CN=Byron\\, Ada,DC=x', 'CN=Byron\\2C Ada,DC=x')).toBe(true)
    expect(sameName('CN=Zo\\C3\\AB,DC=x', 'CN=Zoë,DC=x')).toBe(true)
    expect(sameName('CN=Byron\\,OU=x', 'CN=Byron,OU=x')).toBe(false)
    expect(foldName('/Pupils/Away')).toBe(foldName('/pupils/away'))
  })

  it('knows what lies under what, part by part', () => {
    expect(liesUnder('CN=a,OU=Pupils,DC=x', 'ou=pupils,dc=x')).toBe(true)
    expect(liesUnder('OU=Pupils,DC=x', 'OU=Pupils,DC=x')).toBe(true)
    expect(liesUnder('CN=a,OU=Old Pupils,DC=x', 'OU=Pupils,DC=x')).toBe(false)
    expect(liesUnder('CN=a\\,OU=Pupils,DC=x', 'OU=Pupils,DC=x')).toBe(false)
  })
})
