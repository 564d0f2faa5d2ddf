import { Attribute, Change } from 'ldapts'
import { describe } from 'vitest'
import { createActiveDirectory } from '../../../src/adapters/directories/active-directory.ts'
import { clock, DOMAIN, SambaAdmin, sambaLab, serviceSettings } from '../../support/samba.ts'
import { directoryContract } from './directory-contract.ts'

const replace = (type: string, value: string) =>
  new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) })

describe.skipIf(!sambaLab())('against a real domain controller', () => {
  directoryContract('active directory', async () => {
    const admin = await new SambaAdmin().bind()
    const scope = await admin.addUnit('OU=Contract,OU=Pupils')
    const home = await admin.addUnit('OU=Home,OU=Contract,OU=Pupils')
    const otherContainer = await admin.addUnit('OU=Away,OU=Contract,OU=Pupils')
    const names = Array.from({ length: 10 }, (_, n) => ({ username: `contract${n}`, employeeID: `A${n}`, displayName: `Pupil ${n}` }))
    const ordinary = await admin.addUsers(home, names)
    const [disabled = '', protectedOne = ''] = await admin.addUsers(home, [
      { username: 'contract-disabled', userAccountControl: '514' }, { username: 'contract-protected', adminCount: '1' },
    ])
    return {
      directory: createActiveDirectory(serviceSettings([scope], { pageSize: 5 }), clock),
      ordinary, disabled, protected: protectedOne, neverThere: '00000000-1111-4222-8333-444444444444', count: 12,
      home, otherContainer, missingContainer: `OU=Nowhere,${home}`,
      groups: [`CN=Filtered internet,OU=Groups,${DOMAIN}`, `CN=Library loans,OU=Groups,${DOMAIN}`],
      missingGroup: `CN=Nobody,OU=Groups,${DOMAIN}`,
      byHand: {
        setEnabled: async (id, enabled) => await admin.client.modify(`<GUID=${id}>`, replace('userAccountControl', enabled ? '512' : '514')),
        move: async (id, container) => await admin.client.modifyDN(await admin.dnOf(id), `CN=moved by hand,${container}`),
        delete: async id => await admin.client.del(await admin.dnOf(id)),
      },
      end: async () => await admin.close(),
    }
  })
})
