import { definePage, type Page } from '../../http/define-page.ts'
import { view } from '../../http/page-result.ts'
import type { Actor } from '../../http/actor.ts'
import { Forbidden } from '../../shared/errors.ts'

/** One entry of the settings home. */
export interface SettingsSection {
  title: string
  text: string
  href: string
  /** Shown to whoever has it. */
  permission: string
}

/** The sections that somebody may open. */
export const openSections = (sections: readonly SettingsSection[], actor: Actor): SettingsSection[] => sections.filter(({ permission }) => actor.can(permission))

/** Something of a section that wants looking at, by its address. */
export type SettingsNotes = (actor: Actor) => Promise<Readonly<Record<string, string>>>

/** `/settings`: what can be set here, as far as the reader may go, and what wants looking at. */
export function settingsHomePages(sections: readonly SettingsSection[], notesFor: SettingsNotes): Page[] {
  return [definePage({
    name: 'settings', path: '/settings', permission: 'signed-in',
    get: async (ctx) => {
      const open = openSections(sections, ctx.actor)
      if (open.length === 0) throw new Forbidden()
      const notes = await notesFor(ctx.actor)
      return view('pages/identity/settings.njk', { sections: open.map((section) => ({ ...section, note: notes[section.href] ?? null })) })
    },
  })]
}
