/** Where waiting comes from; tests pass timers that go off when told (T1). */
export interface Timers {
  /** Calls `what` every `ms` milliseconds until the returned function is called. */
  every(ms: number, what: () => void): () => void
  /** Calls `what` once after `ms` milliseconds, unless the returned function is called before. */
  after(ms: number, what: () => void): () => void
}

/** Real time. A heartbeat never keeps the process alive; a rest does, because a worker is meant to stay. */
export const systemTimers: Timers = {
  every(ms, what) {
    const timer = setInterval(what, ms)
    timer.unref()
    return () => clearInterval(timer)
  },
  after(ms, what) {
    const timer = setTimeout(what, ms)
    return () => clearTimeout(timer)
  },
}
