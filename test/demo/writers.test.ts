import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import iconv from 'iconv-lite'
import { afterAll, describe, expect, it } from 'vitest'
import yauzl from 'yauzl'
import { makeDemoTrust } from '../../src/demo/demo-trust.ts'
import { streamDemoTrust } from '../../src/demo/generate-people.ts'
import { writeMappedCsv, writeMappedStaffCsv } from '../../src/demo/write-mapped-csv.ts'
import { writeOneRoster } from '../../src/demo/write-oneroster.ts'
import { writeSds } from '../../src/demo/write-sds.ts'

const trust = makeDemoTrust({ seed: 1, year: '2026/27', today: '2026-11-20' })
const root = mkdtempSync(join(tmpdir(), 'demo-writers-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let folders = 0
const fresh = () => join(root, String(folders++))

type Row = Record<string, string>
const table = (folder: string, name: string): Row[] => parse(readFileSync(join(folder, `${name}.csv`)), { columns: true })
const rows = (bytes: Buffer | string): string[][] => parse(bytes)
const digest = (folder: string) => {
  const hash = createHash('sha256')
  for (const name of readdirSync(folder).toSorted()) hash.update(name).update(readFileSync(join(folder, name)))
  return hash.digest('hex')
}
const contactable = trust.links.filter((link) => !link.doNotContact && !link.emergencyOnly)

describe('OneRoster 1.1', () => {
  it('writes the same bytes for the same seed, others for another', async () => {
    const [one, again, other] = [fresh(), fresh(), fresh()]
    await writeOneRoster(trust, one, { version: '1.1' })
    await writeOneRoster(streamDemoTrust({ seed: 1, year: '2026/27', today: '2026-11-20' }), again, { version: '1.1' })
    await writeOneRoster(streamDemoTrust({ seed: 2, year: '2026/27', today: '2026-11-20' }), other, { version: '1.1' })
    expect(digest(again)).toBe(digest(one))
    expect(digest(other)).not.toBe(digest(one))
  })

  it('writes the same bytes on every machine (a change to the names or rules of the generator changes this digest)', async () => {
    expect(digest(await writeOneRoster(trust, fresh(), { version: '1.1' }))).toBe('9e77a926555f4b6f860c0ad953f150ac697d36f5be0ab6327c0890c8bea22d2b')
  })

  it('has the files of the manifest, the header of the standard, blank status and dates of change', async () => {
    const folder = await writeOneRoster(trust, fresh(), { version: '1.1' })
    expect(readdirSync(folder).toSorted()).toEqual(['academicSessions.csv', 'classes.csv', 'courses.csv', 'enrollments.csv', 'manifest.csv', 'orgs.csv', 'users.csv'])
    const manifest = Object.fromEntries(table(folder, 'manifest').map((row) => [row.propertyName, row.value]))
    expect(manifest).toMatchObject({ 'manifest.version': '1.0', 'oneroster.version': '1.1', 'file.users': 'bulk', 'file.demographics': 'absent' })
    expect(readFileSync(join(folder, 'users.csv'), 'utf8').split('\r\n')[0]).toBe(
      'sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password')
    for (const row of [...table(folder, 'users'), ...table(folder, 'enrollments')]) expect([row.status, row.dateLastModified]).toEqual(['', ''])
  })

  it('states every pupil with year, numbers, registration group and exactly the guardians who may be contacted', async () => {
    const folder = await writeOneRoster(trust, fresh(), { version: '1.1' })
    const users = table(folder, 'users')
    const ids = new Set(users.map((row) => row.sourcedId))
    expect(ids.size).toBe(users.length)
    const enrolments = Map.groupBy(table(folder, 'enrollments'), (row) => row.userSourcedId ?? '')
    const homerooms = new Set(table(folder, 'classes').filter((row) => row.classType === 'homeroom').map((row) => row.sourcedId))
    for (const pupil of trust.pupils) {
      const row = users.find((one) => one.sourcedId === pupil.id)
      expect(row).toMatchObject({
        role: 'student', grades: pupil.yearCode, orgSourcedIds: pupil.schoolId, givenName: pupil.name.forename, familyName: pupil.name.surname,
        userIds: `{MIS:${pupil.misId}},{admission:${pupil.admissionNumber}}`, password: '',
      })
      const agents = (row?.agentSourcedIds ?? '').split(',')
      expect(agents).toEqual(contactable.filter((link) => link.pupilId === pupil.id).map((link) => link.guardianId))
      for (const agent of agents) expect(ids.has(agent)).toBe(true)
      expect(enrolments.get(pupil.id)?.filter((one) => homerooms.has(one.classSourcedId ?? '')).length).toBe(1)
    }
    expect(users.length).toBe(trust.pupils.length + trust.guardians.length + trust.staff.length)
  })

  it('R5: ends every enrolment of a leaver before today, on no session\'s last day, and nobody else\'s', async () => {
    const leaver = trust.pupils.find((pupil) => pupil.groupIds.length > 1 && pupil.yearCode === '8')?.id ?? ''
    const folder = await writeOneRoster(trust, fresh(), { version: '1.1', leavers: [leaver] })
    const sessionEnds = table(folder, 'academicSessions').map((row) => row.endDate)
    for (const row of table(folder, 'enrollments')) {
      const ended = row.endDate !== '' && (row.endDate ?? '') < trust.today
      expect(ended).toBe(row.userSourcedId === leaver)
      if (ended) expect(sessionEnds).not.toContain(row.endDate)
      if (row.endDate !== '') expect((row.beginDate ?? '') <= (row.endDate ?? '')).toBe(true)
    }
    expect(table(folder, 'enrollments').filter((row) => row.userSourcedId === leaver).length).toBe(2)
  })

  it('leaves out whom it is told to, in links too, and says when nobody has that id', async () => {
    const guardian = trust.guardians[0]?.id ?? ''
    const folder = await writeOneRoster(trust, fresh(), { version: '1.1', omit: ['P000002', guardian] })
    expect(readFileSync(join(folder, 'users.csv'), 'utf8')).not.toMatch(new RegExp(`P000002|${guardian}`))
    expect(readFileSync(join(folder, 'enrollments.csv'), 'utf8')).not.toContain('P000002')
    await expect(writeOneRoster(trust, fresh(), { version: '1.1', leavers: ['P999999'] })).rejects.toThrow('P999999')
  })

  it('shuffles the rows of every table by seed, header first, nothing lost', async () => {
    const [given, one, again, other] = [fresh(), fresh(), fresh(), fresh()]
    await writeOneRoster(trust, given, { version: '1.1' })
    await writeOneRoster(trust, one, { version: '1.1', order: { shuffle: 5 } })
    await writeOneRoster(trust, again, { version: '1.1', order: { shuffle: 5 } })
    await writeOneRoster(trust, other, { version: '1.1', order: { shuffle: 6 } })
    expect(digest(again)).toBe(digest(one))
    expect(digest(other)).not.toBe(digest(one))
    for (const name of ['users', 'enrollments', 'classes']) {
      const [before, after] = [given, one].map((folder) => readFileSync(join(folder, `${name}.csv`), 'utf8').split('\r\n'))
      expect(after).not.toEqual(before)
      expect(after?.[0]).toBe(before?.[0])
      expect(after?.toSorted()).toEqual(before?.toSorted())
    }
  })

  it('packs the same files into a zip that other tools read', async () => {
    const folder = await writeOneRoster(trust, fresh(), { version: '1.1' })
    const zip = await writeOneRoster(trust, fresh(), { version: '1.1', zip: true })
    expect(readdirSync(join(zip, '..'))).toEqual(['oneroster.zip'])
    const entries = await unzip(zip)
    expect([...entries.keys()].toSorted()).toEqual(readdirSync(folder).toSorted())
    for (const [name, bytes] of entries) expect(bytes.equals(readFileSync(join(folder, name)))).toBe(true)
  })
})

describe('OneRoster 1.2', () => {
  it('R5: keeps roles apart, ends a leaver by the role alone, and lists all 21 files', async () => {
    const leaver = trust.pupils[4]?.id ?? ''
    const folder = await writeOneRoster(trust, fresh(), { version: '1.2', leavers: [leaver, 'S00009'] })
    expect(table(folder, 'manifest').filter((row) => row.propertyName?.startsWith('file.')).length).toBe(21)
    const roles = table(folder, 'roles')
    expect(new Set(roles.map((row) => row.sourcedId)).size).toBe(roles.length)
    const ended = new Set(roles.filter((row) => row.endDate !== '' && (row.endDate ?? '') < trust.today).map((row) => row.userSourcedId))
    expect([...ended].toSorted()).toEqual([leaver, 'S00009'].toSorted())
    expect(table(folder, 'enrollments').some((row) => row.endDate !== '' && (row.endDate ?? '') < trust.today)).toBe(false)
    expect(Object.keys(table(folder, 'users')[0] ?? {})).toContain('pronouns')
    const primary = Map.groupBy(roles.filter((row) => row.roleType === 'primary'), (row) => row.userSourcedId ?? '')
    for (const user of table(folder, 'users')) expect(primary.get(user.sourcedId ?? '')?.length).toBe(1)
  })

  it('P1: gives the teacher who is a parent both roles, and P5: the name used beside the registered one', async () => {
    const folder = await writeOneRoster(trust, fresh(), { version: '1.2' })
    const colleague = [...trust.households()].find((household) => household.story === 'teacher-parent')?.colleague?.id
    const held = table(folder, 'roles').filter((row) => row.userSourcedId === colleague).map((row) => row.role)
    expect(held).toContain('teacher')
    expect(held).toContain('parent')
    const known = trust.pupils.find((pupil) => pupil.name.legalForename !== null)
    expect(table(folder, 'users').find((row) => row.sourcedId === known?.id)).toMatchObject({ givenName: known?.name.legalForename, preferredGivenName: known?.name.forename })
  })

  it('names governors only by extension words, and birth dates only when asked', async () => {
    const plain = await writeOneRoster(trust, fresh(), { version: '1.2' })
    const words = new Set(table(plain, 'roles').map((row) => row.role))
    for (const word of words) expect(['student', 'teacher', 'principal', 'aide', 'siteAdministrator', 'systemAdministrator', 'districtAdministrator', 'parent', 'guardian', 'relative']).toContain(word)
    const more = await writeOneRoster(trust, fresh(), { version: '1.2', extensionRoles: true, demographics: true })
    expect(table(more, 'roles').filter((row) => row.role === 'ext:governor').length).toBeGreaterThan(10)
    expect(table(more, 'demographics').length).toBe(trust.pupils.length)
  })
})

describe('School Data Sync', () => {
  it('states the same pupils, groups and guardians', async () => {
    const leaver = trust.pupils[4]?.id ?? ''
    const folder = await writeSds(trust, fresh(), { leavers: [leaver] })
    const students = table(folder, 'roles').filter((row) => row.role === 'student')
    expect(students.map((row) => row.userSourcedId)).toEqual(trust.pupils.map((pupil) => pupil.id))
    expect(students.filter((row) => row.roleEndDate !== '').map((row) => row.userSourcedId)).toEqual([leaver])
    expect(table(folder, 'relationships').map((row) => [row.userSourcedId, row.relationshipUserSourcedId]).toSorted())
      .toEqual(contactable.map((link) => [link.pupilId, link.guardianId]).toSorted())
    const users = new Set(table(folder, 'users').map((row) => row.sourcedId))
    for (const row of table(folder, 'relationships')) expect(users.has(row.relationshipUserSourcedId)).toBe(true)
  })
})

describe('mapped CSV', () => {
  it('has a row for each pupil and contact, headers that occur twice, British dates, and marks a court order', async () => {
    const [header = [], ...body] = rows(readFileSync(await writeMappedCsv(trust, fresh())))
    expect(body.length).toBe(trust.links.length)
    for (const twice of ['ID', 'Forename', 'Surname', 'Primary Email']) expect(header.filter((one) => one === twice).length).toBe(2)
    const court = header.indexOf('Court Order')
    expect(body.filter((row) => row[court] === 'T').length).toBe(trust.links.filter((link) => link.doNotContact).length)
    for (const row of body) expect(row[header.indexOf('DOB')]).toMatch(/^\d{2}\/\d{2}\/\d{4}$/)
  })

  it('writes Windows-1252 with transliterated names where that set lacks their letters', async () => {
    const bytes = readFileSync(await writeMappedCsv(trust, fresh(), { encoding: 'windows-1252' }))
    const text = iconv.decode(bytes, 'windows-1252')
    expect(iconv.encode(text, 'windows-1252').equals(bytes)).toBe(true)
    const kept = trust.pupils.filter(({ name }) => /[áéíóúâêîôûñçãõäëïöüàèìòù]/.test(name.surname) && /^[\u0020-\u00ff]*$/.test(name.surname))
    expect(kept.length).toBeGreaterThan(5)
    for (const pupil of kept) expect(text).toContain(pupil.name.surname)
    // No question mark stands for a letter.
    expect(bytes.includes(0x3f)).toBe(false)
    expect(rows(text).length).toBe(trust.links.length + 1)
  })

  it('writes one school without naming it, and other ids for the same people after a change of system', async () => {
    const [header = [], ...body] = rows(readFileSync(await writeMappedCsv(trust, fresh(), { schoolId: 'SCH001', ids: 'mis' })))
    expect(header).not.toContain('School')
    const primary = trust.pupils.filter((pupil) => pupil.schoolId === 'SCH001')
    expect(new Set(body.map((row) => row[0]))).toEqual(new Set(primary.map((pupil) => pupil.misId)))
  })

  it('marks a leaver with date and status', async () => {
    const leaver = trust.pupils[4]?.id ?? ''
    const [header = [], ...body] = rows(readFileSync(await writeMappedCsv(trust, fresh(), { leavers: [leaver] })))
    const left = body.filter((row) => row[header.indexOf('Date of Leaving')] !== '')
    expect(new Set(left.map((row) => row[0]))).toEqual(new Set([leaver]))
    expect(left[0]?.[header.indexOf('Date of Leaving')]).toBe('19/11/2026')
    expect(left[0]?.[header.indexOf('Enrolment Status')]).toBe('Leaver')
  })

  it('lists staff, governors and volunteers by post', async () => {
    const [header = [], ...body] = rows(readFileSync(await writeMappedStaffCsv(trust, fresh())))
    const posts = body.map((row) => row[header.indexOf('Role')])
    for (const post of ['Headteacher', 'Parent governor', 'Volunteer', 'Supply teacher']) expect(posts).toContain(post)
  })
})

function unzip(path: string): Promise<Map<string, Buffer>> {
  return new Promise((resolve, reject) => {
    yauzl.open(path, { lazyEntries: true }, (error, zip) => {
      if (error) return reject(error)
      const found = new Map<string, Buffer>()
      zip.on('error', reject)
      zip.on('end', () => resolve(found))
      zip.on('entry', (entry: yauzl.Entry) => {
        zip.openReadStream(entry, (failed, stream) => {
          if (failed) return reject(failed)
          const parts: Buffer[] = []
          stream.on('data', (part: Buffer) => parts.push(part))
          stream.on('end', () => {
            const bytes = Buffer.concat(parts)
            found.set(entry.fileName, bytes)
            // yauzl checks lengths, not checksums.
            if (crc32(bytes) === entry.crc32) zip.readEntry()
            else reject(new Error(`wrong checksum of ${entry.fileName}`))
          })
        })
      })
      zip.readEntry()
    })
  })
}
