import type { Sample } from './look-samples.ts'

export const moreSamples: Sample[] = []
