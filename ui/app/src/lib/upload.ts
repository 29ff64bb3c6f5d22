/** Sends one file with progress. XMLHttpRequest, because fetch does not tell how far an upload is. */
import { ApiError, BASE, csrfToken, newKey, toError } from './api.ts';
import type { FileInfo, Id } from './types.ts';

export interface Upload { done: Promise<FileInfo>; abort(): void }

/** Without a room the file is the uploader's own: a picture of themselves. */
export function upload(file: File, room: Id | null, progress: (share: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<FileInfo>((resolve, reject) => {
    request.open('POST', `${BASE}/files?name=${encodeURIComponent(file.name)}${room ? `&room=${encodeURIComponent(room)}` : ''}`);
    request.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    request.setRequestHeader('X-Portico-CSRF', csrfToken());
    request.setRequestHeader('Idempotency-Key', newKey());
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress(event.loaded / event.total);
    };
    request.onload = () => {
      if (request.status < 300) resolve(JSON.parse(request.responseText) as FileInfo);
      else reject(toError(request.status, request.getResponseHeader('Retry-After'), request.responseText));
    };
    request.onerror = () => reject(new ApiError(0, 'offline', 'the server could not be reached'));
    request.onabort = () => reject(new DOMException('aborted', 'AbortError'));
    request.send(file);
  });
  return { done, abort: () => request.abort() };
}
