/** The lines of a conversation: what became of it, whose it is, from which page it came. Null for all other lines. */
import { locale, t } from '../i18n/index.svelte.ts';
import type { SystemEvent } from '../lib/types.ts';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const whole = (at: number): string =>
  new Intl.DateTimeFormat(locale() === 'en' ? 'en-GB' : locale(), { weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at);

const PRIORITIES = ['none', 'low', 'medium', 'high', 'urgent'] as const;

function statusLine(params: Record<string, unknown>, actor: string): string | null {
  const by = text(params.by);
  const until = Number(text(params.until));
  switch (text(params.status)) {
    case 'resolved':
      return t('cust.sys.resolved', { actor });
    case 'pending':
      return t('cust.sys.pending', { actor });
    case 'snoozed':
      return until > 0 ? t('cust.sys.snoozed', { actor, time: whole(until) }) : t('cust.sys.snoozedReply', { actor });
    case 'open':
      return by ? t('cust.sys.open', { actor }) : t('cust.sys.back');
    default:
      return null;
  }
}

export function conversationLine(event: SystemEvent, params: Record<string, unknown>, actor: string): string | null {
  const name = text(params.name);
  switch (event) {
    case 'status_changed':
      return statusLine(params, actor);
    case 'priority_changed': {
      const priority = PRIORITIES.find((one) => one === params.priority);
      if (!priority) return null;
      return priority === 'none' ? t('cust.sys.noPriority', { actor }) : t('sys.priority_changed', { actor, to: t(`cust.priority.${priority}`) });
    }
    case 'assigned':
      return name !== '' && name === text(params.by) ? t('cust.sys.took', { actor }) : null;
    case 'team_changed':
      return name === '' ? t('cust.sys.noTeam', { actor }) : null;
    case 'shared':
      return name === '' ? t('cust.sys.shared', { actor }) : null;
    case 'started':
      return text(params.title) || text(params.url) ? t('cust.sys.started', { page: text(params.title) || text(params.url) }) : t('cust.sys.startedPlain');
    default:
      return null;
  }
}
