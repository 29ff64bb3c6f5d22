/**
 * The visitors' HTTP interface. The token travels in the Authorization header, never in an address.
 * Every failure is a `Trouble`; status 0 means that the server was not reached.
 */
import type { FileInfo } from "../../shared/wire";

/** Milliseconds after which a request counts as lost. */
const PATIENCE = 20_000;

export class Trouble extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly field: string | null = null,
    /** Milliseconds the server asks us to wait. */
    readonly wait: number | null = null,
  ) {
    super(code);
  }

  /** Worth trying again later with the same key. */
  get passing(): boolean {
    return this.status === 0 || this.status === 401 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

function trouble(status: number, text: string, after: string | null): Trouble {
  let code = "internal";
  let field: string | null = null;
  try {
    const error: unknown = JSON.parse(text).error;
    const { code: given, field: named } = error as { code?: unknown; field?: unknown };
    if (typeof given === "string") code = given;
    if (typeof named === "string") field = named;
  } catch {
    // A proxy's page; the status says enough.
  }
  const seconds = Number(after);
  return new Trouble(status, code, field, after && seconds >= 0 ? Math.min(seconds, 3600) * 1000 : null);
}

export interface Upload {
  done: Promise<FileInfo>;
  cancel(): void;
}

export class Client {
  token: string | null = null;

  constructor(readonly base: string) {}

  private async call(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.token) headers.set("authorization", `Bearer ${this.token}`);
    let answer: Response;
    try {
      answer = await fetch(this.base + path, {
        ...init,
        headers,
        credentials: "omit",
        cache: "no-store",
        signal: AbortSignal.timeout(PATIENCE),
      });
    } catch {
      throw new Trouble(0, "offline");
    }
    if (!answer.ok) throw trouble(answer.status, await answer.text().catch(() => ""), answer.headers.get("retry-after"));
    return answer;
  }

  async get<T>(path: string): Promise<T> {
    return (await this.call(path, {})).json() as Promise<T>;
  }

  async post<T>(path: string, body: unknown, once?: string): Promise<T> {
    const headers: Record<string, string> = { "content-type": "application/json" };
    if (once) headers["idempotency-key"] = once;
    const answer = await this.call(path, { method: "POST", headers, body: JSON.stringify(body) });
    const text = await answer.text();
    return (text ? JSON.parse(text) : null) as T;
  }

  async blob(path: string): Promise<Blob> {
    return (await this.call(path, {})).blob();
  }

  /** Sends one file. Progress is 0..1. By XMLHttpRequest, because fetch does not tell upload progress. */
  upload(file: File, once: string, progress: (part: number) => void): Upload {
    const request = new XMLHttpRequest();
    const done = new Promise<FileInfo>((resolve, reject) => {
      request.open("POST", `${this.base}/files?name=${encodeURIComponent(file.name)}`);
      request.setRequestHeader("content-type", file.type || "application/octet-stream");
      request.setRequestHeader("idempotency-key", once);
      if (this.token) request.setRequestHeader("authorization", `Bearer ${this.token}`);
      request.upload.onprogress = (event) => {
        if (event.lengthComputable) progress(event.loaded / event.total);
      };
      request.onload = () => {
        if (request.status < 300) {
          try {
            resolve(JSON.parse(request.responseText) as FileInfo);
          } catch {
            reject(new Trouble(500, "internal"));
          }
        } else reject(trouble(request.status, request.responseText, request.getResponseHeader("retry-after")));
      };
      request.onerror = () => reject(new Trouble(0, "offline"));
      request.onabort = () => reject(new Trouble(-1, "cancelled"));
      request.send(file);
    });
    return { done, cancel: () => request.abort() };
  }
}
