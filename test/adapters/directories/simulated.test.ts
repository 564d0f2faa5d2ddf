import { describe, expect, it } from 'vitest'
import type { ObservedAccount } from '../../../src/adapters/directories/directory.ts'
import { DirectoryRefusal } from '../../../src/adapters/directories/directory.ts'
import { memorySimulatedStore } from '../../../src/adapters/directories/simulated-store.ts'
import { createSimulatedDirectory } from '../../../src/adapters/directories/simulated.ts'
import { OutsideFailure } from '../../../src/shared/errors.ts'
import { directoryContract } from './directory-contract.ts'

const settings = { containers: ['/Pupils', '/Pupils/Away'], groups: ['filtered', 'loans'] }
const pupil = (n: number, more: Partial<ObservedAccount> = {}): ObservedAccount => ({
  immutableId: `sim-${n}`, username: `pupil${n}`, displayName: `Pupil ${n}`, enabled: true, container: '/Pupils', groups: [],
  protected: false, match: { employeeId: `A${n}` }, ...more,
})

directoryContract('simulated', async () => {
  const ordinary = Array.from({ length: 10 }, (_, n) => pupil(n))
  const store = memorySimulatedStore([...ordinary, pupil(90, { enabled: false }), pupil(91, { protected: true, groups: ['loans', 'filtered'] })])
  const edit = async (id: string, change: Partial<ObservedAccount>) => {
    const account = await store.get(id)
    if (account) await store.put({ ...account, ...change })
  }
  return {
    directory: createSimulatedDirectory(store, settings),
    ordinary: ordinary.map(account => account.immutableId),
    disabled: 'sim-90', protected: 'sim-91', neverThere: 'sim-999', count: 12,
    home: '/Pupils', otherContainer: '/Pupils/Away', missingContainer: '/Pupils/Nowhere',
    groups: ['filtered', 'loans'], missingGroup: 'nobody',
    byHand: {
      setEnabled: (id, enabled) => edit(id, { enabled }),
      move: (id, container) => edit(id, { container }),
      delete: id => store.delete(id),
    },
    end: async () => {},
  }
})

describe('simulated faults', () => {
  it('fails every n-th call as an unreachable server would, changing nothing', async () => {
    const store = memorySimulatedStore([pupil(1)])
    const directory = createSimulatedDirectory(store, { ...settings, faults: { failEvery: 2 } })
    expect((await directory.read('sim-1'))?.enabled).toBe(true)
    await expect(directory.change('sim-1', { enabled: false })).rejects.toThrow(OutsideFailure)
    expect((await store.get('sim-1'))?.enabled).toBe(true)
    expect((await directory.change('sim-1', { enabled: false })).enabled).toBe(false)
  })

  it('a failed walk throws, it never yields a short list', async () => {
    const directory = createSimulatedDirectory(memorySimulatedStore([pupil(1)]), { ...settings, faults: { failEvery: 1 } })
    await expect(directory.list()[Symbol.asyncIterator]().next()).rejects.toThrow(OutsideFailure)
  })

  it('lists an account that is gone by the time it is changed', async () => {
    const faults = { goneMeanwhile: new Set(['sim-1']) }
    const directory = createSimulatedDirectory(memorySimulatedStore([pupil(1), pupil(2)]), { ...settings, faults })
    const ids: string[] = []
    for await (const account of directory.list()) ids.push(account.immutableId)
    expect(ids).toEqual(['sim-1', 'sim-2'])
    expect(await directory.read('sim-1')).toBeNull()
    await expect(directory.change('sim-1', { enabled: false })).rejects.toThrow(DirectoryRefusal)
  })
})
