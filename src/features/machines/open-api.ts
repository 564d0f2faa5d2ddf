import { z } from 'zod'
import { figures, personAccess, problem, reminderAnswer, reminderBody, requestsPage, requestsQuery } from './api-schemas.ts'
import { type Scope, SCOPES } from './scopes.ts'
import { webhookDelivery } from './webhook-schemas.ts'
import { ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER } from './webhook-signature.ts'

const COMPONENTS = { RequestsPage: requestsPage, PersonAccess: personAccess, Figures: figures, ReminderBody: reminderBody, ReminderAnswer: reminderAnswer, WebhookDelivery: webhookDelivery, Problem: problem }
type Component = keyof typeof COMPONENTS

const WHY: Record<number, string> = {
  400: 'What was sent cannot be used', 401: 'No token, or none that counts', 403: 'The token lacks the scope, or its person no longer may', 404: 'It does not exist, or is not of the token’s schools',
  409: 'Nobody is reminded of this request', 422: 'The key came with another request before', 429: 'Too many calls in a minute',
}

const ref = (name: Component) => ({ $ref: `#/components/schemas/${name}` })
const content = (name: Component, type = 'application/json') => ({ [type]: { schema: ref(name) } })
const schemaOf = (schema: z.ZodType, io: 'input' | 'output' = 'output'): Record<string, unknown> => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io })
  return rest
}

function operation(parts: { operationId: string; summary: string; scope: Scope; answer: Component; errors: number[]; parameters?: object[]; body?: Component }): object {
  const { operationId, summary, scope, answer, errors, parameters = [], body } = parts
  return {
    operationId, summary, description: `Needs the scope \`${scope}\`. ${SCOPES[scope].hint}`, security: [{ token: [] }], parameters,
    ...(body === undefined ? {} : { requestBody: { required: false, content: content(body) } }),
    responses: {
      200: { description: 'The answer', content: content(answer) },
      ...Object.fromEntries([401, 403, 429, ...errors].sort().map((status) => [status, {
        description: WHY[status], content: content('Problem', 'application/problem+json'),
        ...(status === 401 ? { headers: { 'WWW-Authenticate': { schema: { type: 'string' } } } } : {}),
      }])),
    },
  }
}

const inPath = { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^[0-9A-HJKMNP-TV-Z]{26}$' } }

function queryParameters(): object[] {
  const { properties = {} } = schemaOf(requestsQuery, 'input') as { properties?: Record<string, Record<string, unknown>> }
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name, in: 'query', required: false, ...(description === undefined ? {} : { description }), schema: name === 'limit' ? { ...schema, type: 'integer' } : schema,
  }))
}

const inHeader = (name: string, pattern: string, description: string) => ({ name, in: 'header', required: true, schema: { type: 'string', pattern }, description })

/** What a system that is told of changes has to take. */
const changesToReceive = {
  operationId: 'changes', summary: 'Something has changed', security: [],
  description: 'Sent to the addresses of /settings/webhooks, at least once, one at a time and in order, some minutes after the change. Identifiers only; what stands is asked by token. Any 2xx takes it, 410 ends it, anything else is tried again for a day. '
    + 'Check the signature over timestamp, dot and body with the secret, refuse a timestamp more than five minutes away, and take an id once only.',
  parameters: [
    inHeader(ID_HEADER, '^[0-9A-HJKMNP-TV-Z]{26}$', 'The same at every try'), inHeader(TIMESTAMP_HEADER, '^\\d{10}$', 'Unix second of this try'),
    inHeader(SIGNATURE_HEADER, '^v1=[0-9a-f]{64}(,v1=[0-9a-f]{64})?$', 'HMAC-SHA-256; two while a secret is being replaced, of which one must fit'),
  ],
  requestBody: { required: true, content: content('WebhookDelivery') },
  responses: { '2XX': { description: 'Taken; the body is not read' }, 410: { description: 'Gone for good: nothing more is sent' } },
}

/** The description of `/api/v1` (OpenAPI 3.1), written from the schemas that check it. */
export function openApi(parts: { baseUrl: string; version: string }): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Assent', version: parts.version,
      description: 'Errors are problem details (RFC 9457). Lists are walked by cursor, those changed longest ago first; ask for changes with some minutes of overlap, since what is being written counts from when it began.',
    },
    servers: [{ url: `${parts.baseUrl}/api/v1` }],
    paths: {
      '/requests': { get: operation({ operationId: 'listRequests', summary: 'Requests and how they stand', scope: 'requests:read', answer: 'RequestsPage', errors: [400], parameters: queryParameters() }) },
      '/requests/{id}/reminders': {
        post: operation({
          operationId: 'remind', summary: 'Remind whoever has still to sign', scope: 'requests:remind', answer: 'ReminderAnswer', errors: [400, 404, 409, 422], body: 'ReminderBody',
          parameters: [inPath, { name: 'Idempotency-Key', in: 'header', required: true, schema: { type: 'string', minLength: 1, maxLength: 128 }, description: 'The same key again within a day gives the first answer and does nothing' }],
        }),
      },
      '/people/{id}/access': { get: operation({ operationId: 'accessOfPerson', summary: 'The access a person should have', scope: 'access:read', answer: 'PersonAccess', errors: [404], parameters: [inPath] }) },
      '/figures': { get: operation({ operationId: 'figures', summary: 'How many have signed', scope: 'figures:read', answer: 'Figures', errors: [] }) },
    },
    webhooks: { changes: { post: changesToReceive } },
    components: {
      schemas: Object.fromEntries(Object.entries(COMPONENTS).map(([name, schema]) => [name, schemaOf(schema)])),
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'A token of the page /settings/api' } },
    },
  }
}
