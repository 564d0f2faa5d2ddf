/** A page without its tokens, nonces and references: they are random, and now and then one spells a short word. */
export const withoutTokens = (text: string): string => text.replace(/[\w-]{20,}/g, '')
