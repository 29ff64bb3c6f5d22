/** The one store of the app, wired. Screens import from here and from nowhere else in this folder. */
import { createActions } from './actions.ts';
import { Data } from './data.svelte.ts';
import { Drafts } from './drafts.ts';
import { Lists } from './lists.svelte.ts';
import { keptLocally, Outbox, sendByApi } from './outbox.ts';
import { Reports } from './reports.svelte.ts';
import { SessionLife } from './session.svelte.ts';
import { tabId } from './tab.ts';

export const data = new Data();
export const drafts = new Drafts(data);
export const outbox = new Outbox(data, tabId, keptLocally(() => data.myId, tabId), sendByApi, (pending) => drafts.sent(pending.room_id, pending.thread_id));
export const session = new SessionLife(data, outbox, drafts);
export const lists = new Lists(data);
export const reports = new Reports(data);
session.refresh = (what) => (what === 'security' || what === 'programs' ? reports.refresh(what) : lists.refresh(what));
export const actions = createActions(data);

export { draftKey, type Data, type DraftEntry, type Pending, type Typist } from './data.svelte.ts';
export type { ProgramInput, ReportChange } from './reports.svelte.ts';
export { mentionsMe } from './apply.ts';
export type { RoomWindow, ThreadWindow } from './windows.svelte.ts';
