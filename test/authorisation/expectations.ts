import type { Expectation } from './expectation.ts'
import { ACCESS } from './expectations/access.ts'
import { AGREEMENTS } from './expectations/agreements.ts'
import { DESK } from './expectations/desk.ts'
import { MINE } from './expectations/me.ts'
import { MACHINES } from './expectations/machines.ts'
import { OFFICE } from './expectations/office.ts'
import { PUBLIC } from './expectations/public.ts'
import { ROSTERS } from './expectations/roster.ts'
import { SETTINGS } from './expectations/settings.ts'

/** By method and path, as the route table writes them. */
export const EXPECTATIONS: Record<string, Expectation> = { ...PUBLIC, ...MINE, ...OFFICE, ...ROSTERS, ...ACCESS, ...AGREEMENTS, ...DESK, ...SETTINGS, ...MACHINES }
