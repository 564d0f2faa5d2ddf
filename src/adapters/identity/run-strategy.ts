/** What a Passport strategy makes of a request. */
export type StrategyOutcome =
  | { kind: 'success'; user: unknown }
  | { kind: 'fail' }
  | { kind: 'redirect'; url: string }
  | { kind: 'pass' }
  | { kind: 'error'; error: unknown }

/** The least that Passport asks of a strategy. */
interface Strategy {
  authenticate(request: never, options: never): unknown
}

/**
 * Runs one strategy as Passport does (an object of its own for each request, with the actions as its methods), without a web
 * framework around it: the strategy decides, and we keep what it keeps elsewhere in our own tables.
 */
export function runStrategy(strategy: Strategy, request: object, options: object = {}): Promise<StrategyOutcome> {
  return new Promise((resolve) => {
    const acting = Object.assign(Object.create(strategy) as Strategy, {
      success: (user: unknown) => resolve({ kind: 'success', user }),
      fail: () => resolve({ kind: 'fail' }),
      redirect: (url: string) => resolve({ kind: 'redirect', url }),
      pass: () => resolve({ kind: 'pass' }),
      error: (error: unknown) => resolve({ kind: 'error', error }),
    })
    acting.authenticate(request as never, options as never)
  })
}
