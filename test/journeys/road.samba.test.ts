import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import type { DirectorySettings } from '../../src/config.ts'
import { makeDemoDirectory } from '../../src/demo/demo-directory.ts'
import type { DemoTrust } from '../../src/demo/model.ts'
import { withBrowser } from '../support/browser.ts'
import { makeDatabase } from '../support/databases.ts'
import { SambaAdmin, sambaLab, theLab } from '../support/samba.ts'
import { openRoad, type RoadWorld } from './road-world.ts'
import { walkTheRoad } from './walk-the-road.ts'

if (sambaLab()) {
  withBrowser('the main road, MariaDB and Active Directory', (browser) => {
    let world: RoadWorld | undefined
    let database: Awaited<ReturnType<typeof makeDatabase>> | undefined
    beforeAll(async () => {
      database = await makeDatabase('mariadb', inject('mariadbUrl'))
      world = await openRoad({ databaseUrl: database.url, directory: pupilsInActiveDirectory })
    }, 180_000)
    afterAll(async () => {
      await world?.close()
      await database?.drop()
    }, 60_000)

    it('from a roster to signatures, a leaver suspended, and back', async () => {
      if (!world) throw new Error('the world is made in beforeAll')
      await walkTheRoad(browser(), world)
    }, 240_000)
  })
} else {
  it.skip('needs a Samba domain: run through test/support/in-namespace.sh', () => expect.fail())
}

/** The trust's pupils with accounts of their own in the domain, and how Assent reaches them with its least rights. */
async function pupilsInActiveDirectory(trust: DemoTrust, folder: string): Promise<DirectorySettings> {
  const lab = theLab()
  const admin = await new SambaAdmin(lab).bind()
  const unit = await admin.addUnit('OU=Road,OU=Pupils')
  // Of its own: other files suspend accounts at the same time, and a listing that shrinks is not believed (B3).
  const suspended = await admin.addUnit('OU=Road,OU=Suspended pupils')
  const accounts = makeDemoDirectory(trust).accounts.filter((account) => account.match.employeeId?.startsWith('P'))
  await admin.addUsers(unit, accounts.map(({ username, match }) => ({ username, employeeID: match.employeeId ?? '' })))
  await admin.close()
  await writeFile(join(folder, 'ca.pem'), lab.ca)
  await writeFile(join(folder, 'bind-password'), lab.servicePassword, { mode: 0o600 })
  return {
    name: 'domain', kind: 'active-directory', url: lab.url, servername: lab.servername, caFile: join(folder, 'ca.pem'), bindDn: lab.serviceDn,
    bindPasswordFile: join(folder, 'bind-password'), mode: 'propose', protectedGroups: [], protectedUsers: [],
    searchBases: [unit, { dn: suspended, mayBeEmpty: true }],
    mapping: { suspendedContainer: suspended, restrictedGroups: [], restrictedWithoutGroups: [], profiles: {} },
  }
}
