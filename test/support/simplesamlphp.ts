import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Browser } from '../http/browser.ts'
import { rsaCertificate } from './rsa-certificate.ts'

/** What a kind of provider signs and tells of a person; `encrypted` is Shibboleth's way in the UK federation. */
export type Personality = 'google' | 'entra' | 'rm-unify' | 'shibboleth' | 'encrypted'

/** A running SimpleSAMLphp. */
export interface SimpleSaml {
  url: string
  metadata(): Promise<string>
  /** Makes one of our providers known to it, with the manners of a kind of provider; `encryption` is the certificate of our metadata. */
  know(service: { entityId: string; consumer: string; logout: string }, personality: Personality, encryption?: string): void
  /** Signs somebody in at that address as a browser would; what its page would send to us. */
  login(address: string, user: 'pupil1' | 'teacher1', browser?: Browser): Promise<{ action: string; SAMLResponse: string; RelayState?: string }>
  stop(): Promise<void>
}

const root = [process.env['ASSENT_TEST_SIMPLESAMLPHP'] ?? '', '/'].find((place) => place !== '' && existsSync(join(place, 'usr/share/simplesamlphp/www')))

function phpIsComplete(): boolean {
  try {
    const modules = execFileSync('php', ['-m'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
    return ['dom', 'mbstring', 'openssl'].every((name) => modules.split('\n').includes(name))
  } catch {
    return false
  }
}

/** A `describe` for which SimpleSAMLphp must be there; without it the block is skipped and says what brings it, and with `CI=true` it fails. */
export function withSimpleSaml(title: string, tests: () => void): void {
  if (root !== undefined && phpIsComplete()) {
    describe(`${title}`, () => { tests() })
    return
  }
  const message = `SKIPPED "${title}": no SimpleSAMLphp found. On Debian: apt-get install php-cli php-xml php-mbstring, then unpack it with "apt-get download simplesamlphp" and "dpkg -x", and name the folder in ASSENT_TEST_SIMPLESAMLPHP.`
  console.warn(message)
  describe(`${title}`, () => {
    if (process.env['CI'] === 'true') it('has SimpleSAMLphp', () => expect.fail(message))
    else it.skip(`${message}`, () => undefined)
  })
}

/** People of the provider, as a school's directory has them. */
const USERS = {
  'pupil1:secret': { uid: 'pupil1', displayName: 'Pupil One', mail: 'pupil1@school.example', objectGUID: '6f1b1c1e-0000-4000-8000-000000000001', groups: 'pupils', affiliation: 'student@school.example', organisation: '100002' },
  'teacher1:secret': { uid: 'teacher1', displayName: 'Teacher One', mail: 'teacher1@school.example', objectGUID: '6f1b1c1e-0000-4000-8000-000000000002', groups: 'office-staff', affiliation: 'staff@school.example', organisation: '100002' },
}

const CLAIMS = 'http://schemas.microsoft.com/identity/claims'
const PERSISTENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent'

const ENCRYPTED = `'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'assertion.encryption' => true, 'NameIDFormat' => '${PERSISTENT}',
    'authproc' => [10 => ['class' => 'saml:AttributeNameID', 'attribute' => 'objectGUID', 'Format' => '${PERSISTENT}'], 30 => ['class' => 'core:AttributeLimit', 'uid', 'groups']],`

const MANNERS: Record<Personality, string> = {
  encrypted: ENCRYPTED,

  google: `'saml20.sign.response' => true, 'saml20.sign.assertion' => false, 'NameIDFormat' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
    'authproc' => [10 => ['class' => 'saml:AttributeNameID', 'attribute' => 'mail', 'Format' => 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'], 20 => ['class' => 'core:AttributeLimit', 'uid', 'groups']],`,
  entra: `'saml20.sign.response' => false, 'saml20.sign.assertion' => true, 'NameIDFormat' => '${PERSISTENT}',
    'authproc' => [10 => ['class' => 'saml:AttributeNameID', 'attribute' => 'objectGUID', 'Format' => '${PERSISTENT}'],
      20 => ['class' => 'core:AttributeMap', 'objectGUID' => '${CLAIMS}/objectidentifier', 'displayName' => '${CLAIMS}/displayname', 'groups' => 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups'],
      30 => ['class' => 'core:AttributeLimit', '${CLAIMS}/objectidentifier', '${CLAIMS}/displayname', 'http://schemas.microsoft.com/ws/2008/06/identity/claims/groups']],`,
  'rm-unify': `'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'NameIDFormat' => '${PERSISTENT}',
    'authproc' => [10 => ['class' => 'saml:AttributeNameID', 'attribute' => 'objectGUID', 'Format' => '${PERSISTENT}'],
      20 => ['class' => 'core:AttributeMap', 'objectGUID' => 'identity_guid', 'organisation' => 'organisation_code', 'groups' => 'user_role'],
      30 => ['class' => 'core:AttributeLimit', 'identity_guid', 'organisation_code', 'user_role']],`,
  shibboleth: `'saml20.sign.response' => true, 'saml20.sign.assertion' => true, 'NameIDFormat' => '${PERSISTENT}',
    'authproc' => [10 => ['class' => 'saml:PersistentNameID', 'attribute' => 'uid'],
      20 => ['class' => 'core:AttributeMap', 'affiliation' => 'urn:oid:1.3.6.1.4.1.5923.1.1.1.9'], 30 => ['class' => 'core:AttributeLimit', 'urn:oid:1.3.6.1.4.1.5923.1.1.1.9']],`,
}

/**
 * Starts one in a folder of its own; nothing of the machine's own configuration is used. As `localhost` it is another site than 127.0.0.1 to a
 * browser.
 */
export async function startSimpleSaml(host: '127.0.0.1' | 'localhost' = '127.0.0.1'): Promise<SimpleSaml> {
  const home = root as string
  const dir = mkdtempSync(join(tmpdir(), 'assent-idp-'))
  const port = await freePort()
  const url = `http://${host}:${port}/`
  for (const name of ['config', 'metadata', 'cert', 'log', 'data', 'tmp', 'sess']) mkdirSync(join(dir, name))
  const key = rsaCertificate('test-idp')
  writeFileSync(join(dir, 'cert/idp.key'), key.key)
  writeFileSync(join(dir, 'cert/idp.crt'), key.certificate)
  cpSync(join(home, 'etc/simplesamlphp/acl.php'), join(dir, 'config/acl.php'))
  writeFileSync(join(dir, 'config/config.php'), configuration(dir, url, join(home, 'etc/simplesamlphp/attributemap/')))
  writeFileSync(join(dir, 'config/authsources.php'), `<?php $config = ['school-users' => ['exampleauth:UserPass', ${Object.entries(USERS).map(([login, facts]) =>
    `'${login}' => [${Object.entries(facts).map(([name, value]) => `'${name}' => ['${value}']`).join(', ')}]`).join(', ')}]];`)
  writeFileSync(join(dir, 'metadata/saml20-idp-hosted.php'), `<?php $metadata['${url}entity'] = ['host' => '__DEFAULT__', 'privatekey' => 'idp.key', 'certificate' => 'idp.crt', 'auth' => 'school-users',
    'signature.algorithm' => 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', 'redirect.sign' => true, 'sign.logout' => true, 'validate.logout' => false];`)
  writeFileSync(join(dir, 'metadata/saml20-idp-remote.php'), '<?php')
  const services: string[] = []
  writeFileSync(join(dir, 'gcm.php'), withGcm(join(home, 'usr/share/simplesamlphp/vendor/simplesamlphp/saml2/src/SAML2/EncryptedAssertion.php')))
  const server = spawn('php', ['-d', 'error_reporting=0', '-d', 'display_errors=0', '-d', `auto_prepend_file=${join(dir, 'gcm.php')}`, '-S', `127.0.0.1:${port}`, '-t', join(home, 'usr/share/simplesamlphp/www')], {
    env: { ...process.env, SIMPLESAMLPHP_CONFIG_DIR: join(dir, 'config'), PHP_CLI_SERVER_WORKERS: '2' }, stdio: 'ignore', detached: true,
  })
  await untilUp(`http://127.0.0.1:${port}/saml2/idp/metadata.php`, server)
  return {
    url,
    metadata: async () => (await fetch(`${url}saml2/idp/metadata.php`)).text(),
    know({ entityId, consumer, logout }, personality, encryption) {
      const key = encryption === undefined ? '' : `'keys' => [['encryption' => true, 'signing' => false, 'type' => 'X509Certificate', 'X509Certificate' => '${encryption}']],`
      services.push(`$metadata['${entityId}'] = ['AssertionConsumerService' => '${consumer}', 'SingleLogoutService' => '${logout}', ${key} ${MANNERS[personality]}];`)

      writeFileSync(join(dir, 'metadata/saml20-sp-remote.php'), `<?php\n${services.join('\n')}`)
    },
    login: (address, user, browser = new Browser('')) => login(address, user, browser),
    async stop() {
      end(server)
      await new Promise((resolve) => { if (server.exitCode !== null || server.signalCode !== null) resolve(null); else server.once('exit', resolve) })
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/**
 * The 1.19 of Debian encrypts with AES-128-CBC, whatever is configured; version 2 has an option for it (`sharedkey_algorithm`). This gives its own class, with
 * that one word changed, to every browser but one with the cookie `test-cbc`; all else, the cryptography too, is as it comes.
 */
const withGcm = (source: string): string => `<?php
if (strpos($_SERVER['HTTP_COOKIE'] ?? '', 'test-cbc=1') === false) {
  eval(substr(str_replace('XMLSecurityKey(XMLSecurityKey::AES128_CBC)', 'XMLSecurityKey(XMLSecurityKey::AES256_GCM)', file_get_contents('${source}')), 5));
}
`

function configuration(dir: string, url: string, attributeMaps: string): string {
  const settings = {
    baseurlpath: url, certdir: `${dir}/cert/`, loggingdir: `${dir}/log/`, datadir: `${dir}/data/`, tempdir: `${dir}/tmp`, metadatadir: `${dir}/metadata`, attributenamemapdir: attributeMaps,
    secretsalt: 'a salt of the tests', 'auth.adminpassword': 'not used', timezone: 'UTC', 'logging.handler': 'file', 'session.phpsession.savepath': `${dir}/sess`, 'store.type': 'phpsession',
  }
  const words = Object.entries(settings).map(([name, value]) => `'${name}' => '${value}'`).join(', ')
  return `<?php $config = [${words}, 'enable.saml20-idp' => true, 'module.enable' => ['exampleauth' => true, 'core' => true, 'saml' => true], 'session.cookie.secure' => false, 'session.cookie.samesite' => null,
    'admin.checkforupdates' => false, 'metadata.sources' => [['type' => 'flatfile', 'directory' => '${dir}/metadata']]];`
}

export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => { probe.listen(0, '127.0.0.1', resolve) })
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => { probe.close(resolve) })
  return port
}

/** PHP's own workers outlive it, so its whole process group is ended. */
function end({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

async function untilUp(address: string, server: ChildProcess): Promise<void> {
  for (let at = 0; at < 100; at += 1) {
    if (server.exitCode !== null) break
    if (await fetch(address).then((answer) => answer.ok, () => false)) return
    await new Promise((resolve) => { setTimeout(resolve, 100) })
  }
  end(server)
  throw new Error('SimpleSAMLphp did not start')
}

/** Follows the pages of the provider: to its form, with name and password, to the form that it would send to us. */
async function login(address: string, user: string, browser: Browser): Promise<{ action: string; SAMLResponse: string; RelayState?: string }> {
  let answer = await browser.get(address)
  for (let hops = 0; answer.location && hops < 6; hops += 1) answer = await browser.get(answer.location)
  if (!answer.text.includes('SAMLResponse')) {
    const state = unescape(/name="AuthState" value="([^"]+)"/.exec(answer.text)?.[1] ?? '')
    const form = new URL(address)
    answer = await browser.post(`${form.origin}/module.php/core/loginuserpass.php?`, { username: user, password: 'secret', AuthState: state })
    for (let hops = 0; answer.location && hops < 6; hops += 1) answer = await browser.get(answer.location)
  }
  const value = (name: string) => unescape(new RegExp(`name="${name}" value="([^"]*)"`).exec(answer.text)?.[1] ?? '')
  if (value('SAMLResponse') === '') throw new Error(`The provider did not answer: ${answer.status} ${answer.text.replace(/<[^>]+>/g, ' ').replace(/\s+/g, ' ').slice(0, 400)}`)
  const relay = value('RelayState')
  return { action: unescape(/<form[^>]*action="([^"]+)"/.exec(answer.text)?.[1] ?? ''), SAMLResponse: value('SAMLResponse'), ...(relay === '' ? {} : { RelayState: relay }) }
}

const unescape = (text: string): string => text.replace(/&quot;/g, '"').replace(/&amp;/g, '&').replace(/&#0?39;/g, "'").replace(/&#x3a;/gi, ':').replace(/&#x2f;/gi, '/')
