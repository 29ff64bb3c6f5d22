/** An inbox's settings as a form holds them. Pure. */
import { ink, luminance } from '../../../../../widget/src/shared/ink.ts';
import type { Inbox } from '../../../lib/types.ts';

export type Asked = Inbox['identity'];
export interface Settings {
  name: string; origins: string; color: string; greeting: string; askName: Asked; askEmail: Asked; typing_preview: boolean; identity: Asked; team_id: string;
}

export const settingsOf = (inbox: Inbox): Settings => ({
  name: inbox.name, origins: inbox.allowed_origins.join('\n'), color: inbox.color, greeting: inbox.greeting, askName: inbox.form.name, askEmail: inbox.form.email,
  typing_preview: inbox.typing_preview, identity: inbox.identity, team_id: inbox.team_id ?? '',
});

/** One origin a line, or with commas or spaces between. A path that was pasted along is let go. */
export function parseOrigins(text: string): string[] {
  const found = text.split(/[\s,]+/).filter(Boolean).map((one) => /^(https?:\/\/[^/]+)\/.*$/i.exec(one)?.[1] ?? one);
  return [...new Set(found)];
}

export const body = (settings: Settings): Record<string, unknown> => ({
  name: settings.name.trim(), allowed_origins: parseOrigins(settings.origins), color: settings.color.toLowerCase(), greeting: settings.greeting.trim(),
  form: { name: settings.askName, email: settings.askEmail }, typing_preview: settings.typing_preview, identity: settings.identity, team_id: settings.team_id || null,
});

export const isColor = (text: string): boolean => /^#[0-9a-f]{6}$/i.test(text);

/** The ink the widget takes on a colour, and how well it is read there. */
export function contrast(color: string): { ink: string; ratio: number } {
  const chosen = ink(color);
  const light = luminance(color) + 0.05;
  return { ink: chosen, ratio: chosen === '#fff' ? 1.05 / light : light / 0.05 };
}
