/** The way back from a change of a report's state. Pure. */
import type { ReportChange } from '../../lib/store/reports.svelte.ts';
import type { Report, ReportState } from '../../lib/types.ts';

/**
 * The steps that lead a report from `now` back to where it was, each a change of its own that the timeline tells of;
 * none when there is no way back. What was written to the reporter stays written.
 */
export function wayBack(before: Pick<Report, 'state' | 'close_reason'>, now: ReportState): ReportChange[] {
  if (before.state === now) return [];
  // Taken back by its reporter: nobody else can put it there.
  if (before.state === 'closed') return before.close_reason && before.close_reason !== 'withdrawn' ? [{ state: 'closed', close_reason: before.close_reason }] : [];
  // A closed report can only be opened as new; from there it goes on to where it stood.
  return now === 'closed' && before.state !== 'new' ? [{ state: 'new' }, { state: before.state }] : [{ state: before.state }];
}
