/** The sentence and the glyph of a system line. Params carry names and values; what is missing becomes "somebody". */
import type { IconName } from '@portico/kit/icons.ts';
import { t, type Key } from '../i18n/index.svelte.ts';
import { closeReasons, reportStates, severities } from '../lib/reportWords.ts';
import type { Message, SystemEvent } from '../lib/types.ts';
import { conversationLine } from './conversationLine.ts';

const glyphs: Record<SystemEvent, IconName> = {
  room_created: 'flag', member_joined: 'arrow-right', member_left: 'left', member_invited: 'plus', member_removed: 'x', renamed: 'edit',
  topic_changed: 'edit', archived: 'box', unarchived: 'box', assigned: 'user', status_changed: 'check', priority_changed: 'flag',
  team_changed: 'users', severity_changed: 'warning', state_changed: 'info', received: 'check', shared: 'arrow-right', started: 'flag',
};

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (value && typeof value === 'object' && 'name' in value) return text(value.name);
  return '';
}

/** The first of the named params that says something. */
function pick(params: Record<string, unknown>, ...names: string[]): string {
  for (const name of names) {
    const found = text(params[name]);
    if (found) return found;
  }
  return '';
}

/** The lines of a report; null for all others. The reporter is the only one who acts there without a name. */
function reportLine(event: SystemEvent, params: Record<string, unknown>, named: string, actor: string): string | null {
  if (event === 'received') return t('sys.received', { version: text(params.policy_version) });
  const to = text(params.to);
  if (event === 'severity_changed') {
    const severity = severities.find((one) => one === to);
    return severity ? t('sys.severity_changed', { actor, to: t(`sev.${severity}`) }) : t('sys.severity_removed', { actor });
  }
  const state = reportStates.find((one) => one === to);
  if (event !== 'state_changed' || !state) return null;
  const reason = closeReasons.find((one) => one === params.reason);
  if (state === 'closed' && reason === 'withdrawn' && !named) return t('sys.withdrawn');
  if (state === 'closed' && reason) return t('sys.closed', { actor, reason: t(`report.reason.${reason}`) });
  if (state === 'new' && params.from === 'closed') return t('sys.reopened', { actor });
  return t('sys.state_changed', { actor, to: t(`report.state.${state}`) });
}

export function systemLine(message: Message): { text: string; icon: IconName } {
  if (message.body.kind !== 'system') return { text: '', icon: 'info' };
  const { event, params } = message.body;
  const named = pick(params, 'actor', 'actor_name', 'by') || (message.author.kind === 'system' ? '' : message.author.name);
  const member = pick(params, 'member', 'member_name', 'name') || t('sys.someone');
  const alone = event === 'member_joined' || event === 'member_left';
  const actor = (alone ? pick(params, 'member', 'member_name', 'name') || named : named) || t('sys.someone');
  const to = pick(params, 'to', 'value', 'new', 'topic', 'name', 'status', 'state', 'severity', 'priority', 'assignee', 'team', 'room', 'channel');
  const icon = glyphs[event] ?? 'info';
  const conversation = conversationLine(event, params, actor);
  if (conversation) return { text: conversation, icon: event === 'started' ? 'globe' : icon };
  if (event === 'topic_changed' && !to) return { text: t('sys.topic_removed', { actor }), icon };
  if (event === 'assigned' && !to) return { text: t('sys.unassigned', { actor }), icon };
  const report = reportLine(event, params, named, actor);
  if (report) return { text: report, icon };
  const key = `sys.${event}` as 'sys.assigned' & Key;
  return { text: t(key, { actor, to: to || t('sys.nobody'), member } as { actor: string; to: string }), icon };
}
