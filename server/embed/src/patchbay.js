import { PatchbayError } from './errors.js';
import { Http } from './http.js';
import { Lists, required } from './lists.js';

export { PatchbayError };

/** Where the hub is, if this module was loaded from it. */
function ownHub() {
  const at = new URL(import.meta.url);
  const served = /^(.*)\/embed\/v1\/[^/]*$/.exec(at.pathname);
  return served && at.protocol.startsWith('http') ? at.origin + served[1] : undefined;
}

/** Makes the client of a hub. Give it `getToken`, which asks your own server for a token, or one `token`. */
export function createPatchbay({ baseUrl = ownHub(), token, getToken, fetch, timeout } = {}) {
  if (!baseUrl) throw new TypeError('baseUrl must be given, since this module was not loaded from a hub');
  if (!token && typeof getToken !== 'function') throw new TypeError('token or getToken must be given');
  const http = new Http({ baseUrl, token, getToken, fetch, timeout });
  const lists = new Lists(http);
  return Object.freeze({
    baseUrl,
    ddl: (query) => lists.page(query),
    pages: (query) => lists.pages(query),
    resolve: (query) => lists.resolve(query),
    match: (query) => lists.match(query),
    clear: () => lists.clear(),
    callConnector: (call) => callConnector(http, call),
  });
}

/**
 * Runs an operation and gives its output. A call that may write is sent once, and with a key, so that the one repetition
 * which a renewed token asks for is not done twice. `version` is not looked at: a hub has one of each connector.
 */
async function callConnector(http, { connector, operation, authId, credentialId = authId, input = {}, timeoutMs, effect, idempotencyKey, signal }) {
  const read = effect === 'read' || /_ddl$/.test(operation);
  const [of, name] = [required({ connector }), required({ operation })].map(encodeURIComponent);
  const { body } = await http.send({
    method: 'POST',
    path: `/v1/connectors/${of}/operations/${name}/call`,
    body: { credentialId: credentialId || undefined, input, timeoutMs },
    headers: read ? undefined : { 'Idempotency-Key': idempotencyKey ?? newKey() },
    read,
    signal,
  });
  return body.output;
}

/** crypto.randomUUID is there on secure pages only. */
function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
