import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { selfSigned } from './self-signed.ts'

const BINARY = '/usr/sbin/slapd'
const SCHEMA = '/etc/ldap/schema'

/** Whether OpenLDAP's server is here; with CI=true its tests are required. */
export const slapdIsHere = existsSync(BINARY)

export const SUFFIX = 'DC=school,DC=test'
export const BASE = `OU=Pupils,${SUFFIX}`
export const BIND_DN = `CN=assent,${SUFFIX}`
export const PASSWORD = 'a password of the tests'

export interface SlapdOptions {
  /** Common name of its certificate, and the last year it is valid, such as 49. */
  certificateName?: string
  certificateUntil?: number
  pupils?: number
  /** LDIF added beneath the base. */
  more?: string
  /** Most entries in one page. */
  sizeLimit?: number
}

/** An OpenLDAP server of its own on free ports of the loopback, in a folder of its own. */
export async function startSlapd(options: SlapdOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'assent-slapd-'))
  const { key, certificate } = selfSigned(options.certificateName ?? 'ldap.school.test', options.certificateUntil)
  const [secure, plain] = [await freePort(), await freePort()]
  await mkdir(join(folder, 'db'))
  await Promise.all([
    writeFile(join(folder, 'key.pem'), key, { mode: 0o600 }), writeFile(join(folder, 'certificate.pem'), certificate),
    writeFile(join(folder, 'slapd.conf'), configuration(folder, options.sizeLimit)), writeFile(join(folder, 'content.ldif'), content(options)),
  ])
  execFileSync('slapadd', ['-f', join(folder, 'slapd.conf'), '-l', join(folder, 'content.ldif')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const server = spawn(BINARY, ['-f', join(folder, 'slapd.conf'), '-h', `ldaps://127.0.0.1:${secure}/ ldap://127.0.0.1:${plain}/`, '-d', '0'], { stdio: 'ignore' })
  await answering(server, secure)
  return {
    url: `ldaps://127.0.0.1:${secure}`,
    /** The port on which nothing is encrypted. */
    plainUrl: `ldaps://127.0.0.1:${plain}`,
    ca: certificate,
    /** The server stops answering, and goes on. */
    async freeze() {
      server.kill('SIGSTOP')
      // The signal takes effect a moment later.
      while (!/\) [Tt] /.test(readFileSync(`/proc/${server.pid}/stat`, 'utf8'))) await new Promise((resolve) => { setImmediate(resolve) })
    },
    thaw: () => server.kill('SIGCONT'),
    async stop() {
      server.kill('SIGCONT')
      const ended = new Promise((resolve) => { server.once('exit', resolve) })
      server.kill('SIGTERM')
      await ended
      await rm(folder, { recursive: true, force: true })
    },
  }
}

function configuration(folder: string, sizeLimit: number | undefined): string {
  return `include ${SCHEMA}/core.schema
include ${SCHEMA}/cosine.schema
include ${SCHEMA}/inetorgperson.schema
attributetype ( 1.2.840.113556.1.4.782 NAME 'objectCategory' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 )
attributetype ( 1.2.840.113556.1.4.2 NAME 'objectGUID' EQUALITY octetStringMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.40 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.221 NAME 'sAMAccountName' EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE )
attributetype ( 1.2.840.113556.1.4.8 NAME 'userAccountControl' EQUALITY integerMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.27 SINGLE-VALUE )
objectclass ( 1.2.840.113556.1.5.9 NAME 'user' SUP organizationalPerson STRUCTURAL MUST ( objectGUID $ sAMAccountName $ userAccountControl ) MAY ( objectCategory $ displayName ) )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/certificate.pem
TLSCertificateKeyFile ${folder}/key.pem
TLSVerifyClient never
# Nobody may bind where the password would travel readable.
security simple_bind=128
${sizeLimit === undefined ? '' : `sizelimit size.prtotal=none size.soft=${sizeLimit} size.hard=${sizeLimit} size.pr=${sizeLimit}`}
database mdb
maxsize 33554432
suffix "${SUFFIX}"
directory ${folder}/db
rootdn "CN=root,${SUFFIX}"
access to * by dn.exact="${BIND_DN}" read by anonymous auth
`
}

function content({ pupils = 12, more = '' }: SlapdOptions): string {
  const guid = (n: number) => Buffer.from(`00000000000000408000${String(n).padStart(12, '0')}`, 'hex').toString('base64')
  const pupil = (n: number) => `dn: CN=Pupil ${n},${BASE}
objectClass: user
cn: Pupil ${n}
sn: Made up
objectCategory: person
objectGUID:: ${guid(n)}
sAMAccountName: pupil${n}
userAccountControl: 512
`
  return `dn: ${SUFFIX}
objectClass: domain
dc: school

dn: ${BIND_DN}
objectClass: person
cn: assent
sn: assent
userPassword: ${PASSWORD}

dn: ${BASE}
objectClass: organizationalUnit
ou: Pupils

${Array.from({ length: pupils }, (_, n) => pupil(n)).join('\n')}
${more}`
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => { server.close(resolve) })
  return port
}

/** Waits until it takes connections. */
async function answering(server: ChildProcess, port: number): Promise<void> {
  for (let tries = 0; ; tries++) {
    if (server.exitCode !== null) throw new Error(`slapd ended with ${server.exitCode}`)
    const up = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
      socket.on('error', () => { resolve(false) })
    })
    if (up) return
    if (tries > 200) throw new Error('slapd does not answer')
    await new Promise((resolve) => { setTimeout(resolve, 25) })
  }
}
