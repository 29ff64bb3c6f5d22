/**
 * Typed calls to the native API: one `fetch`, CSRF header, idempotency key, typed errors.
 * Knows nothing of the store; whoever calls decides what an answer means.
 */
export const BASE = '/api/portico/v1';

export type ErrorCode =
  | 'invalid' | 'unauthenticated' | 'forbidden' | 'csrf' | 'not_found' | 'conflict' | 'idempotency_key_reused' | 'edit_conflict'
  | 'gone' | 'too_large' | 'unsupported' | 'rate_limited' | 'confirm_needed' | 'busy' | 'internal'
  /** The server could not be reached; nothing is known about what it did. */
  | 'offline';

/** An answer that is not 2xx, or no answer at all (`offline`, status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    message: string,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
    /** Seconds the server asks to wait, 0 when it did not say. */
    readonly retryAfter = 0,
    /** The whole answer, for errors that carry more (the newer message of an edit conflict). */
    readonly body: unknown = null,
  ) {
    super(message);
  }
  /** True when the same call may succeed later without a change. */
  get passing(): boolean {
    return this.code === 'offline' || this.code === 'busy' || this.code === 'rate_limited' || this.status >= 500;
  }
}

let csrf = '';
/** Set from `me.csrf`; sent with everything that changes something. */
export function setCsrf(token: string): void {
  csrf = token;
}
export function csrfToken(): string {
  return csrf;
}

let onUnauthenticated: () => void = () => {};
/** Called once per 401 of a call that expected a session. */
export function whenSignedOut(handler: () => void): void {
  onUnauthenticated = handler;
}

export interface CallOptions {
  body?: unknown;
  query?: Record<string, string | number | boolean | null | undefined>;
  /** Own idempotency key; without one each POST gets a fresh one. */
  key?: string;
  signal?: AbortSignal | undefined;
  /** 401 is an answer here (sign in), not a lost session. */
  anonymous?: boolean;
}

export function newKey(): string {
  return crypto.randomUUID();
}

function address(path: string, query: CallOptions['query']): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return `${BASE}${path}${text ? `?${text}` : ''}`;
}

/** Reads the contract's error shape; anything else becomes `internal` with the status. */
export function toError(status: number, retryAfter: string | null, text: string): ApiError {
  let body: unknown = null;
  try {
    body = JSON.parse(text);
  } catch {
    body = null;
  }
  const error = (body as { error?: { code?: string; message?: string; field?: string; request_id?: string } } | null)?.error;
  return new ApiError(
    status,
    (error?.code as ErrorCode | undefined) ?? (status === 401 ? 'unauthenticated' : status === 404 ? 'not_found' : 'internal'),
    error?.message ?? `status ${status}`,
    error?.field ?? null,
    error?.request_id ?? null,
    Number(retryAfter) || 0,
    body,
  );
}

/** One call. Resolves with the decoded answer (undefined for an empty one), rejects with `ApiError`. */
export async function call<T>(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, options: CallOptions = {}): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-Portico-CSRF'] = csrf;
  if (method === 'POST') headers['Idempotency-Key'] = options.key ?? newKey();
  let answer: Response;
  try {
    answer = await fetch(address(path, options.query), {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: 'same-origin',
      cache: 'no-store',
      signal: options.signal ?? null,
      keepalive: method === 'DELETE', // may be the last word of a page that closes
    });
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause;
    throw new ApiError(0, 'offline', 'the server could not be reached');
  }
  const text = await answer.text();
  if (!answer.ok) {
    const error = toError(answer.status, answer.headers.get('Retry-After'), text);
    if (error.status === 401 && !options.anonymous) onUnauthenticated();
    throw error;
  }
  return (text ? JSON.parse(text) : undefined) as T;
}

export const get = <T>(path: string, query?: CallOptions['query'], signal?: AbortSignal): Promise<T> => call<T>('GET', path, { query, signal });
export const post = <T>(path: string, body: unknown = {}, options: CallOptions = {}): Promise<T> => call<T>('POST', path, { ...options, body });
export const patch = <T>(path: string, body: unknown): Promise<T> => call<T>('PATCH', path, { body });
export const put = <T>(path: string, body: unknown = {}): Promise<T> => call<T>('PUT', path, { body });
export const del = <T>(path: string): Promise<T> => call<T>('DELETE', path);

/** True for the rejection of an aborted call, which nobody needs to hear about. */
export function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}
