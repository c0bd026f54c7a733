/**
 * Everything that goes wrong is one of these. `code` is a code of the hub (docs/reference/errors.md), or one of the
 * browser's side: aborted, bad_answer, timeout, token_unavailable, unreachable.
 */
export class PatchbayError extends Error {
  constructor(problem, cause) {
    super(problem.detail || problem.title || problem.code, cause === undefined ? undefined : { cause });
    this.name = problem.code === 'aborted' ? 'AbortError' : 'PatchbayError';
    this.code = problem.code;
    this.reason = problem.reason;
    this.status = problem.status || 0;
    this.title = problem.title || '';
    this.detail = problem.detail || '';
    this.faults = problem.errors || [];
    this.suggestions = problem.suggestions || [];
    this.candidates = problem.candidates || [];
    this.retryable = !!problem.retryable;
    this.retryAfter = problem.retry_after;
    this.requestId = problem.request_id;
    this.upstream = problem.upstream;
    this.resolve = problem.resolve;
  }
}

export const aborted = (why = 'the caller no longer wants the answer') =>
  new PatchbayError({ code: 'aborted', title: 'Aborted', detail: why });

/** What an answer that is no success says. */
export function refusal(response, body) {
  const problem = body && typeof body === 'object' && body.code ? body : {
    code: response.status === 429 ? 'rate_limited' : response.status === 503 ? 'unavailable' : 'bad_answer',
    title: 'Unexpected answer',
    detail: `the hub answered with status ${response.status}`,
    retryable: response.status === 429 || response.status === 503,
  };
  const wait = seconds(response.headers.get('Retry-After'));
  return new PatchbayError({
    ...problem,
    status: response.status,
    retry_after: problem.retry_after ?? wait,
    request_id: problem.request_id ?? response.headers.get('X-Request-Id') ?? undefined,
  });
}

/** Reads Retry-After: seconds, or a date. */
function seconds(header) {
  if (!header) return undefined;
  const number = Number(header);
  if (Number.isFinite(number)) return Math.max(0, number);
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, Math.ceil((date - Date.now()) / 1000));
}
