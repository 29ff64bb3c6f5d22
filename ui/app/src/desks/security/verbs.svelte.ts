/** What the team does with a report, from the table, the report's page and by keys. One dialog at a time, shown by SecurityDesk. */
import { t } from '../../i18n/index.svelte.ts';
import { ApiError } from '../../lib/api.ts';
import { data, reports, type ReportChange } from '../../lib/store/index.ts';
import type { Id, Report } from '../../lib/types.ts';
import { toast, ui } from '../../lib/ui.svelte.ts';

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

export async function change(report: Report, what: ReportChange): Promise<boolean> {
  try {
    await reports.change(report.id, what);
    return true;
  } catch (error) {
    toast(said(error));
    return false;
  }
}

/** Says what was done where it does not show: on the report's own page its timeline says it. */
export function tell(report: Pick<Report, 'id'>, text: string, undo?: () => void): void {
  if (ui.room !== report.id) toast(text, undo && { label: t('common.undo'), act: undo });
}

export async function take(report: Report): Promise<void> {
  if (report.assignee_id === data.myId) return;
  const before = report.assignee_id;
  if (await change(report, { assignee_id: data.myId })) {
    tell(report, t('report.taken', { key: report.key }), () => void change(report, { assignee_id: before }));
  }
}

export async function move(report: Report, state: 'new' | 'triaged'): Promise<void> {
  if (report.state === state || (report.state === 'closed' && state !== 'new')) return;
  if (await change(report, { state })) tell(report, t('report.moved', { key: report.key, state: t(`report.state.${state}`) }));
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
