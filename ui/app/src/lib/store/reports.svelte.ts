/**
 * Reports and programs: the open reports are fetched whole (they are few) and kept by the stream, so that lanes, counts,
 * the switcher and the inbox read them from the store. Closed ones come by the page, when somebody looks.
 */
import { ApiError, del, get, patch, post, put } from '../api.ts';
import type { CloseReason, Counts, Id, Me, Page, Program, Report, ReportState, ScopeItem, Severity } from '../types.ts';
import type { Data } from './data.svelte.ts';
import { List } from './lists.svelte.ts';

/** Open reports kept at most; beyond it the lanes show the newest and say so. */
export const OPEN_LIMIT = 2_000;
const PAGE = 200;

export interface ReportChange {
  title?: string; state?: ReportState; close_reason?: CloseReason; message?: string; assignee_id?: Id | null; severity?: Severity | null;
}
export interface ProgramInput {
  name: string; slug: string; prefix: string; intro: string; policy: string; scope: ScopeItem[]; contact: string; languages: string[];
  notice: string; intake: Program['intake']; member_ids: Id[];
}
/** How the store asks; the API's `get` outside of tests. */
export type Ask = <T>(path: string, query?: Record<string, string | number | null | undefined>) => Promise<T>;

export class Reports {
  loading = $state(false);
  error = $state.raw<ApiError | null>(null);
  /** More are open than are kept. */
  cut = $state(false);
  private turn = 0;
  private asked = new Set<Id>();

  constructor(
    private readonly data: Data,
    private readonly ask: Ask = get,
  ) {}

  /** After a boot, and when events say that counts or the desk itself may have changed. Says whether it went through. */
  async refresh(what: 'security' | 'programs'): Promise<boolean> {
    if (what === 'programs' && !(await this.refreshPrograms())) return false;
    if (!this.data.me?.desks.security) return true;
    if (this.data.openReports && what === 'security') return (await Promise.all([this.count(), this.complete()]))[0];
    await this.load();
    return !this.error;
  }

  private async count(): Promise<boolean> {
    try {
      const security = await this.ask<Counts['security']>('/reports/counts');
      this.data.counts = { ...this.data.counts, security };
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
  }

  /** Somebody brought me into a program, or took me out: what is mine to see has changed. */
  private async refreshPrograms(): Promise<boolean> {
    try {
      const { desks } = await this.ask<Me>('/me');
      if (this.data.me) this.data.me = { ...this.data.me, desks };
      const items = desks.security ? (await this.ask<Page<Program>>('/programs')).items : [];
      this.data.programs.clear();
      for (const program of items) this.data.programs.set(program.id, program);
      if (desks.security) return await this.count();
      this.data.reports.clear();
      this.data.counts = { ...this.data.counts, security: { new: 0, open: 0 } };
      return true;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return false;
    }
  }

  /** Every open report, page by page. What events tell meanwhile wins. */
  async load(): Promise<void> {
    const turn = ++this.turn;
    this.loading = true;
    this.error = null;
    try {
      let cursor: string | null = null;
      let seen = 0;
      do {
        const since = this.data.clock;
        const page: Page<Report> = await this.ask<Page<Report>>('/reports', { state: 'open', limit: PAGE, cursor });
        if (turn !== this.turn) return;
        for (const report of page.items) this.data.putReport(report, since);
        seen += page.items.length;
        cursor = page.next;
      } while (cursor && seen < OPEN_LIMIT);
      this.asked.clear();
      this.cut = cursor !== null;
      this.data.openReports = true;
      await this.complete();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      if (turn === this.turn) this.error = error;
    } finally {
      if (turn === this.turn) this.loading = false;
    }
  }

  /** Reports known by an event alone lack one's own reading state: asked for, once each. */
  private async complete(): Promise<void> {
    const without = [...this.data.reports.values()].filter((report) => !report.state_of_room && !this.asked.has(report.id));
    for (const { id } of without.slice(0, 20)) {
      this.asked.add(id);
      await this.open(id).catch((error: unknown) => {
        if (!(error instanceof ApiError)) throw error;
      });
      if (!this.data.reports.get(id)?.state_of_room) this.asked.delete(id); // overtaken by an event, which asks again
    }
  }

  /** One report, as it is now. */
  async open(id: Id): Promise<void> {
    const since = this.data.clock;
    this.data.putReport(await this.ask<Report>(`/reports/${id}`), since);
  }

  /** Closed reports, newest change first; their rows live in the store like the others. */
  closed(program: string | null): List<Report> {
    const query = new URLSearchParams({ state: 'closed', limit: '50', ...(program ? { program } : {}) }).toString();
    const took = (items: Report[], since: number): void => {
      for (const report of items) this.data.putReport(report, since);
    };
    return new List<Report>(() => `/reports?${query}`, took, () => this.data.clock);
  }

  async change(id: Id, change: ReportChange): Promise<void> {
    const since = this.data.clock;
    this.data.putReport(await patch<Report>(`/reports/${id}`, change), since);
  }

  /** A new link for the reporter; the old one is dead. Shown once, kept nowhere. */
  async trackingLink(id: Id): Promise<string> {
    return (await post<{ tracking_url: string }>(`/reports/${id}/tracking-link`)).tracking_url;
  }

  async createProgram(input: Omit<ProgramInput, 'intake'>): Promise<Program> {
    const program = await post<Program>('/programs', input);
    this.data.programs.set(program.id, program);
    return program;
  }

  async changeProgram(slug: string, change: Partial<Omit<ProgramInput, 'prefix' | 'member_ids'>>): Promise<Program> {
    const program = await patch<Program>(`/programs/${slug}`, change);
    this.data.programs.set(program.id, program);
    return program;
  }

  async programMember(slug: string, member: Id, inside: boolean): Promise<void> {
    const path = `/programs/${slug}/members/${member}`;
    const program = await (inside ? put<Program>(path) : del<Program>(path));
    this.data.programs.set(program.id, program);
  }
}
