import { z } from 'zod'
import { definePage, type Page } from '../../http/define-page.ts'
import { isLocal, redirect } from '../../http/page-result.ts'
import type { PeopleStore } from './people-store.ts'

const PATH = '/language'

/** `/language`: the switch at the top of pages of people who sign (G6). Kept in the browser, and with the person where somebody is signed in. */
export function languagePages({ config, peopleStore }: { config: { languages: { welsh: boolean } }; peopleStore: PeopleStore }): Page[] {
  return [definePage({
    name: 'choose language', path: PATH, permission: 'public',
    post: {
      body: z.strictObject({ language: z.enum(['en-GB', 'cy'], 'Choose a language.'), back: z.string().max(1000).default('/') }), audit: 'language.chosen',
      handle: async (ctx) => {
        // Where the trust offers English alone there is nothing to keep.
        if (config.languages.welsh) ctx.chooseLanguage(ctx.body.language)
        if (config.languages.welsh && ctx.actor.personId !== null) await peopleStore.chooseLanguage(ctx.actor.personId, ctx.body.language)
        return redirect(isLocal(ctx.body.back) && !ctx.body.back.startsWith(PATH) ? ctx.body.back : '/')
      },
    },
  })]
}
