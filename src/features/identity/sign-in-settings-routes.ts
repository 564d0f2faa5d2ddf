import { z } from 'zod'
import type { Clock } from '../../adapters/clock.ts'
import type { ProviderMetadata } from '../../adapters/identity/saml-metadata.ts'
import { backToForm } from '../../http/back-to-form.ts'
import { definePage, type Page } from '../../http/define-page.ts'
import type { PageContext, UploadedFile } from '../../http/page-context.ts'
import { redirect, view } from '../../http/page-result.ts'
import { AssentError, NotFound } from '../../shared/errors.ts'
import { longInstant } from '../../shared/dates.ts'
import type { PeopleQueries } from '../people/people-queries.ts'
import { matchFields, type IdentityProvider } from './identity-provider.ts'
import { certificatesOf, metadataChanges, withMetadata } from './provider-changes.ts'
import { metadataPath, NEW_PROVIDER, providerPath, SIGN_IN_SETTINGS, UNKNOWN_LOGINS } from './sign-in-paths.ts'
import type { SignInFeature } from './sign-in-feature.ts'
import { providerRow, providerView, testView } from './sign-in-settings-views.ts'
import { ensureWholeTrust } from './whole-trust.ts'

export interface SignInSettingsParts {
  clock: Clock
  signIn: SignInFeature
  people: PeopleQueries
  schools: { all(): Promise<{ id: string; name: string }[]> }
}

const permission = 'settings.manage'
const params = z.strictObject({ provider: z.string().max(60) })
const line = (most: number) => z.string().trim().max(most, `Use at most ${most} characters`)
const optionalId = z.union([z.literal(''), z.string().length(26)]).default('')
const UPLOAD = { field: 'file', maxBytes: 600_000 }
const source = { text: z.string().max(600_000).default(''), address: line(1_000).default('') }

/** `/settings/sign-in`: the schools' own sign-in, set up by whoever manages the whole trust's settings. */
export function signInSettingsPages({ clock, signIn, people, schools }: SignInSettingsParts): Page[] {
  const { providers, groupRoles, review, attempts, service } = signIn
  const named = async (name: string): Promise<IdentityProvider> => await providers.store.named(name) ?? notFound()

  /** Metadata from a file, a text or an address, whichever is given. @throws AssentError in words for the form. */
  async function metadataOf(body: { text: string; address: string }, file: UploadedFile | null): Promise<ProviderMetadata | null> {
    if (file) return providers.readMetadata(file.bytes)
    if (body.text.trim() !== '') return providers.readMetadata(body.text)
    return body.address === '' ? null : providers.fetchMetadata(body.address)
  }

  return [
    definePage({
      name: 'sign-in settings', path: SIGN_IN_SETTINGS, permission,
      get: async ({ actor }) => {
        ensureWholeTrust(actor)
        const names = new Map((await schools.all()).map(({ id, name }) => [id, name]))
        const list = await providers.store.all()
        return view('pages/settings/sign-in.njk', {
          newHref: NEW_PROVIDER, unknownHref: UNKNOWN_LOGINS, unknown: (await review.unknown(1)).total,
          table: { caption: 'Ways to sign in', captionHidden: true, columns: [{ text: 'Name' }, { text: 'Kind' }, { text: 'For' }, { text: 'State' }], rows: list.map((one) => providerRow(one, names, clock.now())) },
        })
      },
    }),
    definePage({
      name: 'add a sign-in', path: NEW_PROVIDER, permission, stepUp: true,
      get: async ({ actor, values }) => {
        ensureWholeTrust(actor)
        return view('pages/settings/sign-in-new.njk', { crumbs: [{ text: 'Sign-in', href: SIGN_IN_SETTINGS }], action: NEW_PROVIDER, values, schools: [{ value: '', text: 'The whole trust' }, ...(await schools.all()).map(({ id, name }) => ({ value: id, text: name }))] })
      },
      post: {
        body: z.strictObject({
          kind: z.enum(['saml', 'oidc'], 'Choose a kind'), name: line(40), label: line(80).min(1, 'Write what stands on the button'), school: optionalId, ...source,
          issuer: line(300).default(''), client: line(200).default(''), secret: z.string().max(500).default(''),
        }),
        audit: 'sign-in.provider-asked', upload: UPLOAD, secrets: ['text', 'secret'], stepUp: true,
        handle: async (ctx) => {
          const { actor, body } = ctx
          ensureWholeTrust(actor)
          const common = { name: body.name, label: body.label, schoolId: body.school || null }
          return orBack(ctx, body.kind === 'saml' ? 'file' : 'issuer', async () => {
            if (body.kind === 'oidc') {
              if (!/^https?:\/\/[^?#]+$/.test(body.issuer) || !URL.canParse(body.issuer)) return backToForm(ctx, 'issuer', 'Write the issuer as the provider states it, such as https://accounts.google.com')
              if (body.client === '') return backToForm(ctx, 'client', 'Write the client ID that the provider gave you')
              await providers.add({ ...common, kind: 'oidc', settings: { issuer: body.issuer, clientId: body.client, scopes: ['profile', 'email'] }, clientSecret: body.secret || null }, actor.label)
            } else {
              const metadata = await metadataOf(body, ctx.file)
              if (!metadata) return backToForm(ctx, 'file', 'Choose the metadata file, paste it, or write its address')
              await providers.add({ ...common, kind: 'saml', metadata }, actor.label)
            }
            return redirect(providerPath(body.name), 'Added, and still off. Compare the fingerprint with the provider, try it, then switch it on.')
          })
        },
      },
    }),
    definePage({
      name: 'sign-in provider', path: '/settings/sign-in/providers/:provider', permission, params,
      get: async ({ actor, params: { provider: name }, values, now }) => {
        ensureWholeTrust(actor)
        const provider = await named(name)
        return view('pages/settings/sign-in-provider.njk', {
          ...providerView(provider, { us: service.addresses(name), rules: await groupRoles.of(provider.id), schools: await schools.all(), roleWords, now }), values,
          roles: Object.entries(ROLE_WORDS).map(([value, text]) => ({ value, text })),
        })
      },
      post: {
        body: z.strictObject({
          label: line(80).min(1, 'Write what stands on the button'), school: optionalId, attribute: line(190).default(''), field: z.enum(['', ...matchFields]).default(''),
          'organisation-attribute': line(190).default(''), 'organisation-values': line(2_000).default(''),
          signed: z.enum(['assertion', 'response', 'both']).default('both'), sha1: z.enum(['no', 'yes']).default('no'), encryption: z.enum(['no', 'yes']).default('yes'), active: z.enum(['off', 'on'], 'Choose whether people may use it'),
        }),
        audit: 'sign-in.settings-sent', stepUp: true,
        handle: async (ctx) => {
          const { actor, body, params: { provider: name } } = ctx
          ensureWholeTrust(actor)
          if (body.field !== '' && body.attribute === '') return backToForm(ctx, 'attribute', 'Write the attribute that carries it')
          const values = body['organisation-values'].split(/[\n,]/).map((value) => value.trim()).filter(Boolean)
          if ((body['organisation-attribute'] === '') !== (values.length === 0)) return backToForm(ctx, 'organisation-attribute', 'Write both the attribute and the values that are yours, or neither')
          await providers.change(name, (provider) => {
            const common = {
              label: body.label, schoolId: body.school || null, active: body.active === 'on', matching: body.field === '' ? null : { attribute: body.attribute, field: body.field },
              organisation: values.length === 0 ? null : { attribute: body['organisation-attribute'], values },
            }
            return provider.kind === 'saml' ? { ...provider, ...common, settings: { ...provider.settings, signed: body.signed, allowSha1: body.sha1 === 'yes', encryption: body.encryption === 'yes' } } : { ...provider, ...common }
          }, actor.label)
          return redirect(providerPath(name), 'Saved.')
        },
      },
    }),
    definePage({
      name: 'new metadata', path: '/settings/sign-in/providers/:provider/metadata', permission, params,
      get: async ({ actor, params: { provider: name }, values }) => {
        ensureWholeTrust(actor)
        return view('pages/settings/sign-in-metadata.njk', { crumbs: crumbsOf(await samlNamed(name)), action: metadataPath(name), values })
      },
      post: {
        body: z.strictObject(source), audit: 'sign-in.metadata-read', upload: UPLOAD, secrets: ['text'],
        handle: async (ctx) => {
          ensureWholeTrust(ctx.actor)
          const provider = await samlNamed(ctx.params.provider)
          return orBack(ctx, 'file', async () => {
            const metadata = await metadataOf(ctx.body, ctx.file)
            if (!metadata) return backToForm(ctx, 'file', 'Choose the metadata file, paste it, or write its address')
            ctx.session.set(pendingKey(provider.name), metadata)
            return redirect(`${metadataPath(provider.name)}/check`)
          })
        },
      },
    }),
    definePage({
      name: 'check new metadata', path: '/settings/sign-in/providers/:provider/metadata/check', permission, params,
      get: async ({ actor, session, params: { provider: name } }) => {
        ensureWholeTrust(actor)
        const provider = await samlNamed(name)
        const pending = session.get(pendingKey(name)) as ProviderMetadata | undefined
        if (!pending) return redirect(metadataPath(name))
        const after = withMetadata(provider.settings, pending)
        return view('pages/settings/sign-in-metadata-check.njk', {
          crumbs: crumbsOf(provider), action: `${metadataPath(name)}/check`, back: metadataPath(name),
          changes: { caption: 'What changes', columns: [{ text: 'What' }, { text: 'Now' }, { text: 'Afterwards' }], rows: metadataChanges(provider, pending).map((change) => [{ text: change.what }, { text: change.before }, { text: change.after }]) },
          certificates: certificatesOf(after).map((one) => ({ key: one.fingerprint, value: `ends on ${longInstant(one.until)}${one.problem === null ? '' : one.problem === 'weak-key' ? ', key too short: it will not count' : ', not RSA: it will not count'}` })),
        })
      },
      post: {
        body: z.strictObject({}), audit: 'sign-in.metadata-applied', stepUp: true,
        handle: async ({ actor, session, params: { provider: name } }) => {
          ensureWholeTrust(actor)
          const pending = session.get(pendingKey(name)) as ProviderMetadata | undefined
          if (!pending) return redirect(metadataPath(name))
          await providers.applyMetadata(name, pending, actor.label)
          session.delete(pendingKey(name))
          return redirect(providerPath(name), 'The new metadata counts from now on. Try the connection.')
        },
      },
    }),
    definePage({
      name: 'test of a sign-in', path: '/settings/sign-in/providers/:provider/test', permission, params,
      get: async ({ actor, params: { provider: name }, now }) => {
        ensureWholeTrust(actor)
        const provider = await named(name)
        const outcome = await attempts.newestResult(provider.id, actor.personId ?? '', now)
        const decision = (outcome?.result as { decision?: { personId?: string } } | undefined)?.decision
        const person = decision?.personId === undefined ? null : await people.person(decision.personId)
        return view('pages/settings/sign-in-test.njk', testView(provider, outcome, () => person?.name ?? 'somebody who is not known any more'))
      },
    }),
    definePage({
      name: 'roles from groups', path: '/settings/sign-in/providers/:provider/roles', permission, params,
      post: {
        body: z.strictObject({
          decision: z.enum(['add', 'remove']), rule: z.string().max(26).default(''), 'role-attribute': line(190).default(''), value: line(250).default(''), role: line(40).default(''), 'role-school': optionalId,
          'until-day': line(2).default(''), 'until-month': line(2).default(''), 'until-year': line(4).default(''),
        }),
        audit: 'sign-in.role-rule-sent', stepUp: true,
        handle: async (ctx) => {
          const { actor, body, params: { provider: name } } = ctx
          ensureWholeTrust(actor)
          const provider = await named(name)
          const path = providerPath(name)
          if (body.decision === 'remove') {
            await groupRoles.remove(provider.id, body.rule, actor.label)
            return redirect(path, 'Taken away. It counts from the next sign-in of each person.')
          }
          if (body['role-attribute'] === '' || body.value === '') return backToForm(ctx, 'role-attribute', 'Write the attribute and the value that stands for the group', path)
          const day = [body['until-year'], body['until-month'].padStart(2, '0'), body['until-day'].padStart(2, '0')].join('-')
          const until = body['until-year'] === '' ? null : Date.parse(`${day}T23:59:59Z`)
          if (Number.isNaN(until) || (until !== null && until <= clock.now())) return backToForm(ctx, 'until', 'Write a day to come, such as 31 7 2027, or none', path)
          return orBack(ctx, 'role', async () => {
            await groupRoles.add({ providerId: provider.id, attribute: body['role-attribute'], value: body.value, role: body.role, schoolId: body['role-school'] || null, until, fromFile: false }, actor.label)
            return redirect(path, 'Added. It counts from the next sign-in of each person.')
          }, path)
        },
      },
    }),
  ]

  async function samlNamed(name: string) {
    const provider = await named(name)
    return provider.kind === 'saml' ? provider : notFound()
  }
}

/** Words of a refusal beside the field they are about. */
async function orBack(ctx: Pick<PageContext, 'session' | 'path'> & { body: unknown }, field: string, work: () => ReturnType<NonNullable<Parameters<typeof definePage>[0]['get']>>, path = ctx.path) {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof AssentError) || error.status >= 500 || error instanceof NotFound) throw error
    return backToForm(ctx, field, `${error.what} ${error.remedy}`.trim(), path)
  }
}

const pendingKey = (name: string): string => `sign-in metadata ${name}`
const crumbsOf = (provider: IdentityProvider) => [{ text: 'Sign-in', href: SIGN_IN_SETTINGS }, { text: provider.label, href: providerPath(provider.name) }]
const notFound = (): never => { throw new NotFound() }

/** Roles that may follow from a group, as they are called. */
const ROLE_WORDS: Record<string, string> = {
  office: 'School office', hr: 'HR', headteacher: 'Headteacher, senior leader', 'class-teacher': 'Class teacher', dsl: 'Designated safeguarding lead',
  'trust-safeguarding-lead': 'Trust safeguarding lead', 'designated-teacher': 'Designated teacher', senco: 'SENCo', dpo: 'Data protection officer', 'it-admin': 'IT administrator',
  'external-it': 'External IT support', governor: 'Governor', 'link-governor': 'Link governor',
}
const roleWords = (role: string): string => ROLE_WORDS[role] ?? role

