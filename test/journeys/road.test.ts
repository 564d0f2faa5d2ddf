import { afterAll, beforeAll, it } from 'vitest'
import { withBrowser } from '../support/browser.ts'
import { openRoad, type RoadWorld } from './road-world.ts'
import { walkTheRoad } from './walk-the-road.ts'

withBrowser('the main road, embedded database and simulated directory', (browser) => {
  let world: RoadWorld | undefined
  beforeAll(async () => { world = await openRoad({ databaseUrl: null }) }, 180_000)
  afterAll(async () => world?.close(), 60_000)

  it('from a roster to signatures, a leaver suspended, and back', async () => {
    if (!world) throw new Error('the world is made in beforeAll')
    await walkTheRoad(browser(), world)
  }, 240_000)
})
