/** What a person can do with rooms and messages: calls the API and shows the result at once where that is safe. */
import { ApiError, del, get, patch, post, put } from '../api.ts';
import type { Id, Message, Preferences, Room, RoomMember, ThreadAnswer, Window } from '../types.ts';
import type { Data } from './data.svelte.ts';

const PAGE = 50;

function failure(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  throw error;
}

export type Actions = ReturnType<typeof createActions>;

export function createActions(data: Data) {
  const page = (room: Id, query: Record<string, number>): Promise<Window> => get<Window>(`/rooms/${room}/messages`, { limit: PAGE, ...query });

  async function load(room: Id, around?: number): Promise<void> {
    const window = data.window(room);
    if (window.loading) return;
    window.loading = 'start';
    window.error = null;
    try {
      let since: number;
      let answer: Window;
      do {
        since = data.clock;
        answer = await page(room, around === undefined ? {} : { around });
      } while (data.forgot(room, since));
      data.putAll(answer.items, since);
      window.replace(answer.items, answer.has_before, answer.has_after);
    } catch (error) {
      window.error = failure(error);
    } finally {
      window.loading = null;
    }
  }

  async function extend(room: Id, side: 'before' | 'after'): Promise<void> {
    const window = data.window(room);
    const edge = side === 'before' ? window.first() : window.last();
    if (window.loading || edge === null || !(side === 'before' ? window.hasBefore : window.hasAfter)) return;
    window.loading = side;
    const since = data.clock;
    try {
      const answer = await page(room, { [side]: edge });
      if (data.forgot(room, since)) return; // it is asked for from the start
      data.putAll(answer.items, since);
      if (side === 'before') window.prepend(answer.items, answer.has_before);
      else window.append(answer.items, answer.has_after);
    } catch (error) {
      window.error = failure(error);
    } finally {
      window.loading = null;
    }
  }

  async function loadThread(root: Id): Promise<void> {
    const window = data.thread(root);
    if (window.loading) return;
    window.loading = true;
    window.error = null;
    try {
      let since: number;
      let answer: ThreadAnswer;
      do {
        since = data.clock;
        answer = await get<ThreadAnswer>(`/messages/${root}/thread`);
      } while (data.forgot(answer.root.room_id, since));
      data.putAll([answer.root, ...answer.items], since);
      data.putThread({ thread_id: root, following: answer.following, read_number: answer.read_number }, since);
      window.replace(answer.items);
    } catch (error) {
      window.error = failure(error);
    } finally {
      window.loading = false;
    }
  }

  /** Marks read up to (or, with a smaller number, unread after) `number`. The event brings the counts. */
  async function read(room: Id, number: number): Promise<void> {
    const state = data.rooms.get(room)?.state ?? data.conversations.get(room)?.state ?? data.reports.get(room)?.state_of_room;
    if (!state || (state.read_number === number && state.unread === 0)) return;
    if (number >= state.read_number) data.changeState(room, (old) => ({ ...old, read_number: number, unread: 0, mentions: 0 }));
    await post(`/rooms/${room}/read`, { number });
  }

  async function readThread(root: Id, number: number): Promise<void> {
    const window = data.thread(root);
    if (number <= window.readNumber) return;
    window.readNumber = number;
    await put(`/messages/${root}/thread`, { read: number });
    data.onStale('threads');
  }

  async function follow(root: Id, following: boolean): Promise<void> {
    const window = data.thread(root);
    window.following = following;
    try {
      await put(`/messages/${root}/thread`, { following });
    } catch (error) {
      window.following = !following;
      throw error;
    }
  }

  async function react(message: Message, emoji: string): Promise<void> {
    const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.member_ids.includes(data.myId));
    const path = `/messages/${message.id}/reactions/${encodeURIComponent(emoji)}`;
    await (mine ? del(path) : put(path)); // the event shows it; both are idempotent
  }

  async function save(id: Id, saved: boolean): Promise<void> {
    if (saved) data.saved.add(id);
    else data.saved.delete(id);
    try {
      await (saved ? put(`/messages/${id}/save`) : del(`/messages/${id}/save`));
    } catch (error) {
      if (saved) data.saved.delete(id);
      else data.saved.add(id);
      throw error;
    }
  }

  async function edit(message: Message, body: string): Promise<void> {
    const since = data.clock;
    data.put(await patch<Message>(`/messages/${message.id}`, { body, version: message.version }), since);
  }

  async function openRoom(id: Id): Promise<Room> {
    const known = data.rooms.get(id);
    if (known) return known;
    const since = data.clock;
    const room = await get<Room>(`/rooms/${id}`);
    data.putRoom(room, since);
    return data.rooms.get(id) ?? room;
  }

  async function refreshRoom(id: Id): Promise<void> {
    const since = data.clock;
    data.putRoom(await get<Room>(`/rooms/${id}`), since);
  }

  async function loadMembers(id: Id): Promise<void> {
    let since: number;
    let items: RoomMember[];
    do {
      since = data.clock;
      items = (await get<{ items: RoomMember[] }>(`/rooms/${id}/members`)).items;
    } while (data.told(`members:${id}`, since));
    data.roomMembers.set(id, items);
  }

  async function join(id: Id): Promise<void> {
    await post(`/rooms/${id}/members`, {});
    await refreshRoom(id);
  }

  async function leave(id: Id): Promise<void> {
    await del(`/rooms/${id}/members/me`);
    const room = data.rooms.get(id);
    if (room?.visibility === 'public') data.rooms.set(id, { ...room, state: null });
    else data.rooms.delete(id);
  }

  async function preferences(change: Preferences): Promise<void> {
    if (!data.me) return;
    const before = data.me.preferences;
    data.me = { ...data.me, preferences: { ...before, ...change } };
    try {
      await patch('/me', { preferences: { ...before, ...change } });
    } catch (error) {
      data.me = { ...data.me, preferences: before };
      throw error;
    }
  }

  return {
    load, extend, loadThread, read, readThread, follow, react, save, edit, openRoom, refreshRoom, loadMembers, join, leave, preferences,
    remove: (id: Id): Promise<void> => del(`/messages/${id}`),
    message: async (id: Id): Promise<Message> => {
      const since = data.clock;
      const message = await get<Message>(`/messages/${id}`);
      data.put(message, since);
      return data.messages.get(id) ?? message;
    },
    roomState: async (id: Id, change: { muted?: boolean; starred?: boolean; notify?: 'all' | 'mentions' | 'none' }): Promise<void> => {
      data.changeState(id, (state) => ({ ...state, ...change }));
      await patch(`/rooms/${id}/state`, change);
    },
    changeRoom: async (id: Id, change: { name?: string; topic?: string; purpose?: string; archived?: boolean }): Promise<void> => {
      const since = data.clock;
      data.putRoom(await patch<Room>(`/rooms/${id}`, change), since);
    },
    createChannel: async (input: { name: string; kind: 'public' | 'private'; topic?: string }): Promise<Room> => {
      const since = data.clock;
      const room = await post<Room>('/channels', input);
      data.putRoom(room, since);
      return room;
    },
    openDirect: async (member_ids: Id[]): Promise<Room> => {
      const since = data.clock;
      const room = await post<Room>('/directs', { member_ids });
      data.putRoom(room, since);
      return room;
    },
    invite: (room: Id, member_id: Id): Promise<unknown> => post(`/rooms/${room}/members`, { member_id }),
    presence: async (choice: 'auto' | 'away' | 'dnd' | 'offline'): Promise<void> => {
      await put('/me/presence', { choice });
      data.presence.set(data.myId, choice === 'auto' ? 'online' : choice);
    },
  };
}
