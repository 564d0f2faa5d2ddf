import type { Config } from '../config.ts'
import { BRAKE_DEFAULTS, type BrakeSettings } from '../shared/brake.ts'
import type { ReplaySettings } from './replay-rosters.ts'

/** The brake as the configuration sets it. */
export function brakeSettings({ brake }: Pick<Config, 'brake'>): BrakeSettings {
  return {
    ...BRAKE_DEFAULTS,
    first: { count: brake.minimumHeld ?? BRAKE_DEFAULTS.first.count, percent: brake.percentHeld ?? BRAKE_DEFAULTS.first.percent },
    second: { count: brake.secondPersonMinimum ?? BRAKE_DEFAULTS.second.count, percent: brake.secondPersonPercent ?? BRAKE_DEFAULTS.second.percent },
  }
}

/** A replay is judged by the settings that this installation has. */
export function replaySettings(config: Config): ReplaySettings {
  return {
    brake: brakeSettings(config), startsWithinDays: config.leaverStartsWithinDays, grace: config.leaverGraceDays,
    schools: config.schools.map((school) => ({
      name: school.name, shortName: school.shortName ?? school.name.slice(0, 60), urn: school.urn ?? null, dfeNumber: school.dfeNumber ?? null, phase: school.phase ?? null, brandColour: school.brandColour ?? null,
    })),
  }
}
