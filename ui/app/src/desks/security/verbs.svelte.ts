/** What the team does with a report, from the table, the report's page and by keys. One dialog at a time, shown by SecurityDesk. */
import { t } from '../../i18n/index.svelte.ts';
import { ApiError } from '../../lib/api.ts';
import { data, reports, type ReportChange } from '../../lib/store/index.ts';
import type { Id, Report, ReportState } from '../../lib/types.ts';
import { toast } from '../../lib/ui.svelte.ts';
import { wayBack } from './undo.ts';

export const asking = $state({ dialog: null as null | { kind: 'ask' | 'close'; report: Id } });

/** Guests of a program read and write; handling is for its members. */
export function mayHandle(report: Report | undefined): boolean {
  const program = report && data.programs.get(report.program_id);
  return program !== undefined && program.member_ids.includes(data.myId) && data.me?.member.role !== 'guest';
}

export function said(error: unknown): string {
  if (!(error instanceof ApiError)) throw error;
  return error.code === 'offline' ? t('error.offline') : t('error.action', { reason: error.message });
}

/** Changes severity or owner, and offers the way back. */
export async function set(report: Report, what: Pick<ReportChange, 'severity'> | Pick<ReportChange, 'assignee_id'>, text: string): Promise<void> {
  const back: ReportChange = 'severity' in what ? { severity: report.severity } : { assignee_id: report.assignee_id };
  if (await change(report, what)) tell(text, () => void change(report, back));
}

export async function change(report: Report, what: ReportChange): Promise<boolean> {
  try {
    await reports.change(report.id, what);
    return true;
  } catch (error) {
    toast(said(error));
    return false;
  }
}

/** Says what was done, with the way back. */
export function tell(text: string, undo: () => void): void {
  toast(text, { label: t('common.undo'), act: undo });
}

/** Says that a report has moved; with the way back if there is one. */
export function tellMoved(before: Report, now: ReportState, state: string): void {
  const text = t('report.moved', { key: before.key, state });
  if (wayBack(before, now).length > 0) tell(text, () => void undoState(before, now));
  else toast(text);
}

/** Undoes a change of state, unless somebody has moved the report on since. */
async function undoState(before: Report, now: ReportState): Promise<void> {
  const report = data.reports.get(before.id);
  if (!report || report.state !== now) return toast(t('report.undo.late', { key: before.key }));
  for (const step of wayBack(before, now)) if (!(await change(report, step))) return;
}

export async function take(report: Report): Promise<void> {
  if (report.assignee_id === data.myId) return;
  const before = report.assignee_id;
  if (await change(report, { assignee_id: data.myId })) {
    tell(t('report.taken', { key: report.key }), () => void change(report, { assignee_id: before }));
  }
}

export async function move(report: Report, state: 'new' | 'triaged'): Promise<void> {
  if (report.state === state || (report.state === 'closed' && state !== 'new')) return;
  const before = { ...report };
  if (await change(report, { state })) tellMoved(before, state, t(`report.state.${state}`));
}

/** A question to a report that has one open already is simply a message. */
export function ask(report: Report): void {
  if (report.state === 'closed') return;
  if (report.state === 'needs_info') document.querySelector<HTMLElement>('.main .composer textarea')?.focus();
  else asking.dialog = { kind: 'ask', report: report.id };
}

export function close(report: Report): void {
  if (report.state !== 'closed') asking.dialog = { kind: 'close', report: report.id };
}

/** A, T, R: true when the key was one of them and is taken. */
export function letter(event: KeyboardEvent, report: Report | undefined): boolean {
  if (!report || !lettersOn(event) || !mayHandle(report)) return false;
  const act = { a: () => void take(report), t: () => void move(report, 'triaged'), r: () => ask(report) }[event.key];
  if (!act) return false;
  event.preventDefault();
  act();
  return true;
}

/** Letters act only where nothing is being written, no dialog is open, and the person has not turned them off. */
export function lettersOn(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || event.repeat) return false;
  if (data.me?.preferences.letter_keys === 'off') return false;
  const target = event.target;
  if (target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))) return false;
  return document.querySelector('dialog[open], :popover-open') === null;
}
