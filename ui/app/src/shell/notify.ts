/**
 * Desktop notifications: one per message over all tabs. The tab that holds the lock shows them; every tab tells which
 * room is being looked at, so that nothing is shown about what is on screen.
 */
import { t } from '../i18n/index.svelte.ts';
import type { StreamEvent } from '../lib/events.ts';
import { go } from '../lib/router.svelte.ts';
import { bodyText } from '../lib/plain.ts';
import { placeOf, roomLabel, roomPath } from '../lib/rooms.ts';
import { data, mentionsMe, session } from '../lib/store/index.ts';
import type { Message } from '../lib/types.ts';
import { ui } from '../lib/ui.svelte.ts';
import { chime } from './chime.ts';

type Told = { room: string | null };

/** Does this message deserve a notification, by the room's and the person's choice? */
export function wanted(message: Message): boolean {
  const room = data.rooms.get(message.room_id);
  const choice = data.me?.preferences.notify_desktop ?? 'mine';
  if (choice === 'none' || data.isMine(message.author) || message.body.kind !== 'markdown') return false;
  if (data.presence.get(data.myId) === 'dnd' || room?.state?.muted || room?.state?.notify === 'none') return false;
  if (mentionsMe(data, message) || room?.kind === 'direct') return true;
  const conversation = data.conversations.get(message.room_id);
  if (conversation) return conversation.assignee_id === data.myId && message.author.kind === 'contact';
  return choice === 'all' || room?.state?.notify === 'all';
}

function show(message: Message): void {
  const room = data.rooms.get(message.room_id);
  const text = bodyText(message.body, 200);
  const title = room && room.kind !== 'direct' ? t('notify.mention', { name: message.author.name, room: roomLabel(room) }) : t('notify.direct', { name: message.author.name });
  const note = new Notification(title, { body: text, tag: message.id, icon: '/icon.svg' });
  note.onclick = () => {
    window.focus();
    const place = placeOf(message.room_id);
    // A timeline not known here is found by the message's own address.
    if (!place) go(`/m/${message.id}`);
    else go(message.thread_id ? `${roomPath(place)}?thread=${message.thread_id}` : roomPath(place, message.number));
    note.close();
  };
}

export function startNotifications(): () => void {
  if (!('Notification' in globalThis) || !('BroadcastChannel' in globalThis)) return () => {};
  const channel = new BroadcastChannel('portico.looking');
  const looking = new Map<string, number>();
  let leader = !navigator.locks;
  const quit = new AbortController();
  navigator.locks
    ?.request('portico.notify', { signal: quit.signal }, () => {
      leader = true;
      return new Promise<void>((done) => quit.signal.addEventListener('abort', () => done()));
    })
    .catch(() => {});
  channel.onmessage = (event: MessageEvent<Told>) => {
    if (event.data.room) looking.set(event.data.room, Date.now());
  };
  // Tabs repeat what they look at; silence for three seconds means it is looked at no more.
  const tell = (): void => {
    if (ui.focused && ui.room) channel.postMessage({ room: ui.room } satisfies Told);
  };
  const timer = setInterval(tell, 1_500);
  const listen = (event: StreamEvent): void => {
    if (event.type !== 'message.posted' || Notification.permission !== 'granted' || !leader) return;
    const { message } = event.data;
    const seen = (ui.focused && ui.room === message.room_id) || Date.now() - (looking.get(message.room_id) ?? 0) < 3_000;
    if (seen || !wanted(message)) return;
    show(message);
    if (data.me?.preferences.notify_sound === 'on') chime();
  };
  session.listeners.add(listen);
  return () => {
    clearInterval(timer);
    session.listeners.delete(listen);
    quit.abort();
    channel.close();
  };
}
