import { ResultCodeError, StatusCodeParser, BindResponse } from 'ldapts'
import { afterEach, describe, expect, it } from 'vitest'
import { FixedClock } from '../../../src/adapters/clock.ts'
import { problemsOf } from '../../../src/adapters/directories/active-directory-settings.ts'
import type { ActiveDirectorySettings } from '../../../src/adapters/directories/active-directory-settings.ts'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import { DirectoryRefusal } from '../../../src/adapters/directories/directory.ts'
import type { ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { changeRefusal, outsideFailure } from '../../../src/adapters/directories/ldap-failures.ts'
import { canonicalGuid, guidText } from '../../../src/adapters/directories/object-guid.ts'
import { OutsideFailure, UnusableInput } from '../../../src/shared/errors.ts'
import { ldapDouble } from '../../support/ldap-double.ts'
import type { LdapAnswer, LdapEntry, LdapQuestion } from '../../support/ldap-double.ts'

const BASE = 'OU=Pupils,DC=school,DC=test'
const settings: ActiveDirectorySettings = {
  name: 'school', url: 'ldaps://dc1.school.test', bindDn: 'svc@school.test', password: 'secret', searchBases: [{ dn: BASE }],
}
const guidOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`
const bytesOf = (n: number) => Buffer.from(`00000000000000408000${String(n).padStart(12, '0')}`, 'hex')
const user = (n: number, more: LdapEntry['attributes'] = {}): LdapEntry => ({
  dn: `CN=Pupil ${n},${BASE}`,
  attributes: { objectGUID: [bytesOf(n)], sAMAccountName: [`pupil${n}`], userAccountControl: ['512'], ...more },
})

describe('objectGUID', () => {
  it('is written with its first three fields turned round, as the tools of Active Directory show it', () => {
    expect(guidText(Buffer.from('33221100554477668899aabbccddeeff', 'hex'))).toBe('00112233-4455-6677-8899-aabbccddeeff')
    expect(() => guidText(Buffer.alloc(15))).toThrow(RangeError)
  })
  it('is taken in any letter case and with braces, and nothing else is', () => {
    expect(canonicalGuid(' {00112233-4455-6677-8899-AABBCCDDEEFF} ')).toBe('00112233-4455-6677-8899-aabbccddeeff')
    expect(['', '*', '00112233445566778899aabbccddeeff', '00112233-4455-6677-8899-aabbccddeeff)(cn=*'].map(canonicalGuid)).toEqual([null, null, null, null])
  })
})

describe('settings of Active Directory', () => {
  it('refuses plain ldap:// with a clear message, and lists every problem at once', () => {
    const problems = problemsOf({ ...settings, url: 'ldap://dc1.school.test', password: '', searchBases: [], pageSize: 0, ca: 'not PEM' })
    expect(problems.map(problem => problem.split(/[ :]/)[0])).toEqual(['url', 'password', 'searchBases', 'ca', 'pageSize'])
    expect(problems[0]).toContain('use ldaps://')
    expect(() => createActiveDirectory({ ...settings, url: 'ldap://dc1.school.test' }, new FixedClock(0))).toThrow(UnusableInput)
  })
  it.each([
    [{ url: 'dc1' }, 'no address'], [{ url: 'https://dc1' }, 'no LDAPS address'], [{ url: 'ldaps://user:pw@dc1' }, 'more than host'],
    [{ bindDn: ' ' }, 'bindDn is empty'], [{ searchBases: [{ dn: 'Pupils' }] }, 'no distinguished name'],
    [{ searchBases: [{ dn: BASE }, { dn: `OU=Year 7,${BASE}` }] }, 'lies within'], [{ searchBases: [{ dn: BASE }, { dn: BASE.toLowerCase() }] }, 'lies within'],
    [{ protectedGroups: ['Leaders'] }, 'no full distinguished name'],
    [{ ca: '-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n' }, 'cannot be read'],
  ] as [Partial<ActiveDirectorySettings>, string][])('%o: %s', (more, problem) => {
    expect(problemsOf({ ...settings, ...more }).join()).toContain(problem)
  })
  it('takes what is in order', () => {
    expect(problemsOf(settings)).toEqual([])
    expect(problemsOf({ ...settings, url: 'ldaps://10.0.0.1:3269/', searchBases: [{ dn: BASE }, { dn: 'OU=Old Pupils,DC=school,DC=test' }] })).toEqual([])
  })
})

describe('failures in plain words', () => {
  const answered = (code: number, message = ''): ResultCodeError => {
    const response = new BindResponse({ messageId: 1 })
    response.status = code
    response.errorMessage = message
    return StatusCodeParser.parse(response)
  }
  const parts = (error: unknown) => {
    const failure = outsideFailure(error, 'directory "school"')
    if (!(failure instanceof OutsideFailure)) throw new Error('no outside failure')
    return failure
  }
  it.each([
    ['525', 'does not know'], ['52e', 'name or password'], ['530', 'at this hour'], ['531', 'from here'], ['532', 'has expired'], ['533', 'is disabled'],
    ['701', 'account has expired'], ['773', 'change its password'], ['775', 'locked out'], ['000', 'does not let the service account in'],
  ])('bind refused with data %s: %s', (data, words) => {
    const failure = parts(answered(49, `80090308: LdapErr: DSID-0C090447, comment: AcceptSecurityContext error, data ${data}, v4563`))
    expect(failure.what).toContain(words)
    expect(failure.remedy).not.toBe('')
  })
  it.each([
    ['ECONNREFUSED', 'did not answer'], ['ETIMEDOUT', 'did not answer'], ['ENOTFOUND', 'name of the directory server'], ['EPROTO', 'does not speak TLS'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'another name'], ['SELF_SIGNED_CERT_IN_CHAIN', 'not trusted'], ['CERT_HAS_EXPIRED', 'not valid today'],
  ])('%s: %s', (code, words) => {
    expect(parts(Object.assign(new Error('raw text'), { code })).what).toContain(words)
  })
  it('never repeats what the server said, which may name a person', () => {
    const raw = "0000208D: NameErr: best match of: 'CN=Ada Byron,OU=Pupils'"
    for (const code of [1, 3, 4, 8, 16, 19, 32, 34, 49, 50, 51, 53, 64, 68, 80]) {
      const failure = parts(answered(code, raw))
      const refusal = changeRefusal(answered(code, raw), 'move', guidOf(1), 'directory "school"')
      expect(`${failure.what} ${failure.remedy} ${refusal.message} ${refusal.remedy}`).not.toContain('Ada')
      expect(String(failure.cause)).not.toContain('Ada')
    }
  })
  it('an answer about one account is a refusal; a busy or breaking server is a failure that may pass', () => {
    for (const code of [19, 50, 53, 64, 68, 80]) expect(changeRefusal(answered(code), 'move', guidOf(1), 'x')).toBeInstanceOf(DirectoryRefusal)
    for (const code of [1, 3, 11, 51, 52]) expect(changeRefusal(answered(code), 'move', guidOf(1), 'x')).toBeInstanceOf(OutsideFailure)
    expect(changeRefusal(new Error('gone'), 'move', guidOf(1), 'x')).toBeInstanceOf(OutsideFailure)
  })
})

describe('Active Directory, against a server that misbehaves', () => {
  const open: { close(): Promise<void> }[] = []
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close()
  })
  const against = async (answer: (question: LdapQuestion) => LdapAnswer, more: Partial<ActiveDirectorySettings> = {}) => {
    const double = await ldapDouble(question => question.kind === 'bind' ? {} : answer(question))
    const directory = createActiveDirectory({ ...settings, url: double.url, ca: double.ca, servername: double.servername, ...more }, new FixedClock(0))
    open.push(directory, double)
    return { double, directory }
  }
  const walk = async (answers: LdapAnswer[], more: Partial<ActiveDirectorySettings> = {}): Promise<string[]> => {
    const { directory } = await against(({ before }) => answers[before] ?? 'hang up', more)
    const names: string[] = []
    for await (const account of directory.list()) names.push(account.username)
    return names
  }

  it('an empty page in the middle is not the end', async () => {
    expect(await walk([{ entries: [user(1)], cookie: 'a' }, { cookie: 'b' }, { entries: [user(2)], cookie: 'c' }, { entries: [user(3)], cookie: '' }]))
      .toEqual(['pupil1', 'pupil2', 'pupil3'])
  })
  it.each([
    ['an answer that does not say whether there is more', [{ entries: [user(1)], cookie: 'a' }, { entries: [user(2)], cookie: null }], /did not say/],
    ['a first page that does not say so', [{ entries: [user(1)], cookie: null }], /did not say/],
    ['the size limit', [{ entries: [user(1)], code: 4, cookie: null }], /before it had answered in full/],
    ['the size limit on a later page', [{ entries: [user(1)], cookie: 'a' }, { entries: [user(2)], code: 4, cookie: null }], /before it had answered in full/],
    ['the time limit', [{ entries: [user(1)], code: 3, cookie: null }], /before it had answered in full/],
    ['a broken connection', [{ entries: [user(1)], cookie: 'a' }, 'hang up'], /broke off on the way/],
    ['a busy server', [{ entries: [user(1)], cookie: 'a' }, { code: 51 }], /too busy/],
    ['no account at all', [{ cookie: '' }], /holds no account at all/],
    ['an account without userAccountControl', [{ entries: [user(1, { userAccountControl: [] })], cookie: '' }], /could not be read in full/],
    ['an account without its id', [{ entries: [user(1, { objectGUID: [] })], cookie: '' }], /could not be read in full/],
  ] as [string, LdapAnswer[], RegExp][])('%s throws, and never passes for a list', async (_, answers, message) => {
    await expect(walk(answers)).rejects.toThrow(message)
  })
  it('a server that never answers is given up', async () => {
    await expect(walk([{ entries: [user(1)], cookie: 'a' }, 'say nothing'], { timeout: 200 })).rejects.toThrow(OutsideFailure)
  })
  it('a server that sends only empty pages is given up', async () => {
    const { directory } = await against(() => ({ cookie: 'again' }))
    await expect(directory.list()[Symbol.asyncIterator]().next()).rejects.toThrow(/only empty pages/)
  })

  const changing = async (reads: (n: number) => LdapEntry, modify: (n: number) => LdapAnswer) => {
    let read = 0
    const { double, directory } = await against(question =>
      question.kind === 'modify' ? modify(question.before) : question.name.startsWith('<GUID=') ? { entries: [reads(read++)] } : { entries: [{ dn: question.name, attributes: {} }] })
    const outcome: ObservedAccount | Error = await directory.change(guidOf(1), { enabled: false }).catch((error: Error) => error)
    return { outcome, modifies: double.asked.filter(question => question.kind === 'modify').length }
  }
  it('a change that was accepted but does not show when read back is a failure, not a success', async () => {
    const { outcome, modifies } = await changing(() => user(1), () => ({}))
    expect(outcome).toBeInstanceOf(OutsideFailure)
    expect(String(outcome)).toContain('reading it back shows no change')
    expect(modifies).toBe(1)
  })
  it('reads again when somebody else was faster, and writes on what it finds then', async () => {
    const { outcome, modifies } = await changing(
      n => user(1, { userAccountControl: [['512', '66048', '66050'][n] ?? '66050'] }), n => n === 0 ? { code: 16 } : {})
    expect(outcome).toMatchObject({ enabled: false })
    expect(modifies).toBe(2)
  })
  it('does not try for ever when somebody else is always faster', async () => {
    const { outcome, modifies } = await changing(() => user(1), () => ({ code: 16 }))
    expect(outcome).toBeInstanceOf(DirectoryRefusal)
    expect(modifies).toBe(3)
  })
  it('finds nothing to do when the account turned out to be so already', async () => {
    const { outcome, modifies } = await changing(() => user(1, { userAccountControl: ['514'] }), () => ({ code: 16 }))
    expect(outcome).toMatchObject({ enabled: false })
    expect(modifies).toBe(0)
  })
  it('a busy server is a failure that may pass', async () => {
    const { outcome } = await changing(() => user(1), () => ({ code: 51 }))
    expect(outcome).toBeInstanceOf(OutsideFailure)
  })
  it('does not take an account for deleted when it can no longer see its own part of the directory', async () => {
    const { directory } = await against(() => ({ code: 32 }))
    await expect(directory.read(guidOf(1))).rejects.toThrow(/search base .* is not there/)
  })
  it('gives up after one new connection, not after many', async () => {
    const { double, directory } = await against(question => question.before === 0 ? { entries: [user(1)] } : 'hang up')
    expect(await directory.read(guidOf(1))).toMatchObject({ username: 'pupil1' })
    await expect(directory.read(guidOf(1))).rejects.toThrow(/did not answer, or broke off/)
    expect(double.asked.filter(question => question.kind === 'bind')).toHaveLength(2)
  })
})
