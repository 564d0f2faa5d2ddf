// Reception's tablet goes back to its start by itself, so that the next visitor does not see the name of the last one.
const PATIENCE = 25_000
setTimeout(() => document.querySelector('[data-finish]')?.requestSubmit(), PATIENCE)
