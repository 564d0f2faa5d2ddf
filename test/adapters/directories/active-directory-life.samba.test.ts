import { Client, InvalidCredentialsError } from 'ldapts'
import { describe, expect, it } from 'vitest'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import { DirectoryRefusal } from '../../../src/adapters/directories/directory.ts'
import { clock, DOMAIN, SambaAdmin, sambaLab, serviceSettings, theLab } from '../../support/samba.ts'
import { lifeContract } from './life-contract.ts'

/** Whether the domain controller itself takes this password: it also says so where the account is disabled (533) or must change it (773). */
async function signsIn(dn: string, password: string): Promise<boolean> {
  const { url, ca, servername } = theLab()
  const client = new Client({ url, tlsOptions: { ca, servername }, timeout: 30_000 })
  try {
    await client.bind(dn, password)
    return true
  } catch (error) {
    if (error instanceof InvalidCredentialsError) return /data (?:773|532|533)/.test(error.message)
    throw error
  } finally {
    await client.unbind()
  }
}

describe.skipIf(!sambaLab())('against a real domain controller, as the account with the least rights', () => {
  lifeContract('active directory', async () => {
    const admin = await new SambaAdmin().bind()
    const scope = await admin.addUnit('OU=Life,OU=Pupils')
    const [enabled = '', disabled = '', protectedOne = ''] = await admin.addUsers(scope, [
      { username: 'life-on' }, { username: 'life-off', userAccountControl: '514' }, { username: 'life-admin', adminCount: '1' },
    ])
    return {
      directory: createActiveDirectory(serviceSettings([scope]), clock),
      enabled, disabled, protected: protectedOne, neverThere: '00000000-1111-4222-8333-444444444444', container: scope, domain: 'school.test',
      // Long enough, and of one kind of character only.
      weak: 'boathatsock',
      hasPassword: async (id, password) => signsIn(await admin.dnOf(id), password),
      mustChange: async (id) => await admin.attribute(id, 'pwdLastSet') === '0',
      end: async () => await admin.close(),
    }
  })

  it('says which right is missing, where none was delegated', async () => {
    const admin = await new SambaAdmin().bind()
    const [id = ''] = await admin.addUsers(`OU=Elsewhere,${DOMAIN}`, [{ username: 'life-elsewhere', userAccountControl: '514' }])
    const directory = createActiveDirectory(serviceSettings([`OU=Elsewhere,${DOMAIN}`]), clock)
    const failures = await Promise.all([
      directory.life?.password?.set(id, { password: 'Barn-Table-Otter-47', mustChange: true }), directory.life?.remove?.delete(id),
      directory.life?.create?.make({ username: 'life-new', domain: 'school.test', forename: 'L', surname: 'N', employeeId: 'N9', container: `OU=Elsewhere,${DOMAIN}`, password: 'Nobody-knows-this-one-9' }),
    ].map(async (work) => work?.then(() => null, (error: unknown) => error)))
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(DirectoryRefusal)
      expect((failure as DirectoryRefusal).message).toContain('has no right')
    }
    await directory.close()
    await admin.close()
  })
})
