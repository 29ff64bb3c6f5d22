/** Where reports stand: the lanes of the sidebar, their counts and their order. Pure; knows neither store nor words. */
import type { IconName } from '@portico/kit/icons.ts';
import type { Id, Report, ReportState, Severity } from '../../lib/types.ts';

export type Lane = 'all' | 'new' | 'us' | 'reporter' | 'triaged' | 'closed';
export const lanes: readonly { lane: Lane; icon: IconName }[] = [
  { lane: 'all', icon: 'list' }, { lane: 'new', icon: 'inbox' }, { lane: 'us', icon: 'clock' }, { lane: 'reporter', icon: 'reply' },
  { lane: 'triaged', icon: 'shield-check' }, { lane: 'closed', icon: 'box' },
];

const fits: Record<Lane, (report: Report) => boolean> = {
  all: (report) => report.state !== 'closed',
  new: (report) => report.state === 'new',
  us: (report) => report.waiting_on === 'team',
  reporter: (report) => report.state === 'needs_info',
  triaged: (report) => report.state === 'triaged',
  closed: (report) => report.state === 'closed',
};

export function isLane(text: string): text is Lane {
  return lanes.some((entry) => entry.lane === text);
}

export function inLane(reports: Iterable<Report>, lane: Lane, program: Id | null = null): Report[] {
  return [...reports].filter((report) => fits[lane](report) && (program === null || report.program_id === program));
}

export function countLanes(reports: Iterable<Report>): Record<Lane, number> & { unread: Record<Lane, boolean> } {
  const all = [...reports];
  const number = (lane: Lane): number => inLane(all, lane).length;
  const unread = (lane: Lane): boolean => inLane(all, lane).some(isUnread);
  const each = <T>(of: (lane: Lane) => T): Record<Lane, T> =>
    ({ all: of('all'), new: of('new'), us: of('us'), reporter: of('reporter'), triaged: of('triaged'), closed: of('closed') });
  return { ...each(number), unread: each(unread) };
}

export function isUnread(report: Report): boolean {
  return (report.state_of_room?.unread ?? 0) > 0;
}

/** The lane a report is found in: its state says it. */
export const laneOf: Record<ReportState, Lane> = { new: 'new', needs_info: 'reporter', triaged: 'triaged', closed: 'closed' };

/** The parts a list is shown in, in order; a lane of one state is one part. */
export function parts(reports: Report[]): { lane: Lane; reports: Report[] }[] {
  const order: ReportState[] = ['new', 'triaged', 'needs_info', 'closed'];
  return order.map((state) => ({ lane: laneOf[state], reports: reports.filter((report) => report.state === state) })).filter((part) => part.reports.length > 0);
}

export type SortBy = 'updated' | 'received' | 'severity';
const weight: Record<Severity, number> = { critical: 5, high: 4, medium: 3, low: 2, none: 1 };
const weigh = (report: Report): number => (report.severity ? weight[report.severity] : 0);

/** Newest, or worst, first; `up` turns that around. Ties go by the newest change, then by key. */
export function sorted(reports: Report[], by: SortBy, up: boolean): Report[] {
  const first = (a: Report, b: Report): number => (by === 'severity' ? weigh(b) - weigh(a) : by === 'received' ? b.received_at - a.received_at : b.last_at - a.last_at);
  return [...reports].sort((a, b) => (up ? -first(a, b) : first(a, b)) || b.last_at - a.last_at || a.key.localeCompare(b.key));
}

/** Every word has to be found somewhere in the report's line. */
export function matching(reports: Report[], text: string, ownerName: (report: Report) => string): Report[] {
  const words = text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return reports;
  return reports.filter((report) => {
    const line = [report.key, report.title, report.reporter.name, ownerName(report), report.severity ?? '', report.state].join(' ').toLocaleLowerCase();
    return words.every((word) => line.includes(word));
  });
}
