/** Files being attached to one message: each uploads at once, can be cancelled, and tried again after a failure. */
import { t } from '../i18n/index.svelte.ts';
import { ApiError, isAbort } from '../lib/api.ts';
import { fileSize } from '../lib/format.ts';
import { data } from '../lib/store/index.ts';
import { toast } from '../lib/ui.svelte.ts';
import type { FileInfo, Id } from '../lib/types.ts';
import { upload, type Upload } from '../lib/upload.ts';

export class Attachment {
  share = $state(0);
  error = $state.raw<string | null>(null);
  info = $state.raw<FileInfo | null>(null);
  readonly preview: string | null;
  private running: Upload | null = null;

  constructor(readonly file: File, private readonly room: Id) {
    this.preview = file.type.startsWith('image/') && file.type !== 'image/svg+xml' ? URL.createObjectURL(file) : null;
  }

  async start(): Promise<void> {
    this.error = null;
    this.share = 0;
    if (this.file.size > data.limits.file) {
      this.error = t('comp.tooBig', { size: fileSize(this.file.size), limit: fileSize(data.limits.file) });
      return;
    }
    this.running = upload(this.file, this.room, (share) => (this.share = share));
    try {
      this.info = await this.running.done;
    } catch (error) {
      if (isAbort(error)) return;
      this.error = error instanceof ApiError ? error.message : String(error);
    }
  }

  close(): void {
    if (!this.info) this.running?.abort();
    if (this.preview) URL.revokeObjectURL(this.preview);
  }
}

export class Attachments {
  list = $state<Attachment[]>([]);

  get busy(): boolean {
    return this.list.some((item) => !item.info && !item.error);
  }
  get failed(): boolean {
    return this.list.some((item) => item.error);
  }
  get ready(): FileInfo[] {
    return this.list.flatMap((item) => item.info ?? []);
  }

  add(files: File[], room: Id): void {
    const space = data.limits.upload_count - this.list.length;
    if (files.length > space) toast(t('comp.tooMany', { count: data.limits.upload_count }));
    for (const file of files.slice(0, Math.max(0, space))) {
      const item = new Attachment(file, room);
      this.list.push(item);
      void item.start();
    }
  }
  remove(item: Attachment): void {
    item.close();
    this.list = this.list.filter((other) => other !== item);
  }
  clear(): void {
    for (const item of this.list) item.close();
    this.list = [];
  }
}
