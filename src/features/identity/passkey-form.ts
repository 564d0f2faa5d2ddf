import { z } from 'zod'

/** What the browser's answer comes as: JSON in a hidden field, so that the page behind it is an ordinary one. */
export const passkeyBody = z.strictObject({
  credential: z.string().max(20_000).transform((text, ctx): unknown => {
    try {
      return JSON.parse(text)
    } catch {
      ctx.addIssue({ code: 'custom', message: 'This browser sent no passkey. Try again, or use a code.' })
      return z.NEVER
    }
  }),
})
