// Talks to the browser's passkeys. Pages that use it have another way (a code) that needs no script.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0))
const toText = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')

/** Options as the server writes them (JSON) as the browser takes them (bytes). */
function decoded(options) {
  const withBytes = (list) => list?.map((one) => ({ ...one, id: toBytes(one.id) }))
  return {
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user ? { user: { ...options.user, id: toBytes(options.user.id) } } : {}),
    ...(options.allowCredentials ? { allowCredentials: withBytes(options.allowCredentials) } : {}),
    ...(options.excludeCredentials ? { excludeCredentials: withBytes(options.excludeCredentials) } : {}),
  }
}

/** The browser's answer as JSON. */
function encoded(credential) {
  const { response } = credential
  const part = (name) => (response[name] ? { [name]: toText(response[name]) } : {})
  return {
    id: credential.id, rawId: toText(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(),
    ...(credential.authenticatorAttachment ? { authenticatorAttachment: credential.authenticatorAttachment } : {}),
    response: { ...part('clientDataJSON'), ...part('attestationObject'), ...part('authenticatorData'), ...part('signature'), ...part('userHandle') },
  }
}

async function ask(form) {
  const token = form.querySelector('[name=_csrf]').value
  const answer = await fetch(form.dataset.options, {
    method: 'POST', credentials: 'same-origin', headers: { accept: 'application/json', 'content-type': 'application/json', 'x-csrf-token': token }, body: '{}',
  })
  // A redirect leads to the page that first asks who this is.
  if (answer.redirected) return void location.assign(answer.url)
  if (answer.status === 403) return void location.assign('/security/codes')
  if (!answer.ok) throw new Error(String(answer.status))
  const publicKey = decoded(await answer.json())
  const credential = form.dataset.passkey === 'create' ? await navigator.credentials.create({ publicKey }) : await navigator.credentials.get({ publicKey })
  form.querySelector('[name=credential]').value = JSON.stringify(encoded(credential))
  HTMLFormElement.prototype.submit.call(form)
}

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) continue
  form.hidden = false
  const says = form.querySelector('[data-passkey-says]')
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    says.textContent = 'Follow what your browser asks.'
    ask(form).catch(() => {
      says.textContent = 'That did not work, or was stopped. Try again, or use a code.'
      delete form.dataset.sent
    })
  })
}
