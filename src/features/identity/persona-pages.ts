import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { redirect, view } from '../../http/page-result.ts'
import { NotFound } from '../../shared/errors.ts'

/** Somebody of the demo trust to be. Everyone in it is made up. */
export interface Persona {
  /** The person's id. */
  id: string
  name: string
  shortName: string
  role: string
  story: string
  initials: string
  /** Where this persona starts. */
  startPath: string
}

export interface PersonaGroup {
  title: string
  people: Persona[]
}

export interface PersonaPagesParts {
  /** `config.demo`: exactly true, or there are no such pages. */
  demo: boolean
  personas(): Promise<PersonaGroup[]>
  mailboxHref: string
}

/**
 * The demo's way in: choose somebody to be. Anyone who reaches these pages can be anyone, so outside the demo they do
 * not exist: nothing is defined, nothing can be mounted.
 */
export function personaPages({ demo, personas, mailboxHref }: PersonaPagesParts): Page[] {
  if (demo !== true) return []
  return [definePage({
    name: 'demo personas',
    path: '/demo',
    permission: 'public',
    get: async (ctx) => view('pages/demo/personas.njk', { action: ctx.path, groups: await personas(), mailboxHref }),
    post: {
      body: z.strictObject({ persona: z.string() }),
      audit: 'demo.persona-chosen',
      handle: async (ctx) => {
        const chosen = (await personas()).flatMap((group) => group.people).find((persona) => persona.id === ctx.body.persona)
        if (!chosen) throw new NotFound('There is no such person in the demo.')
        await ctx.session.signIn(chosen.id, { via: 'persona' })
        return redirect(chosen.startPath)
      },
    },
  })]
}
