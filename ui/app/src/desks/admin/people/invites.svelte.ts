/** Open invitations. Nothing tells of them by events, so they are asked for when looked at and after each change. */
import { ApiError, del, get, post } from '../../../lib/api.ts';
import type { Id, Millis, Page, Role } from '../../../lib/types.ts';

export interface Invite { id: Id; role: Role; created_by: Id; created_at: Millis; expires_at: Millis; uses_left: number; channel_ids: Id[] }
export interface NewInvite { role: Role; max_uses: number; expires_in: Millis; channel_ids: Id[] }

class Invites {
  items = $state.raw<Invite[]>([]);
  loaded = $state(false);
  error = $state.raw<ApiError | null>(null);

  load(): void {
    get<Page<Invite>>('/invites').then(
      (page) => {
        const now = Date.now();
        this.items = page.items.filter((invite) => invite.expires_at > now && invite.uses_left > 0).sort((a, b) => b.created_at - a.created_at);
        this.loaded = true;
        this.error = null;
      },
      (error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
        this.error = error;
      },
    );
  }
  /** The link is shown this once: the server keeps only its hash. */
  async create(invite: NewInvite): Promise<string> {
    const { url } = await post<{ url: string }>('/invites', invite);
    this.load();
    return url;
  }
  async withdraw(id: Id): Promise<void> {
    await del(`/invites/${id}`);
    this.items = this.items.filter((invite) => invite.id !== id);
  }
}
export const invites = new Invites();
