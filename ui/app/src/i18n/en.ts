/** English: the complete catalogue, and the type of all others. Sentence case, verbs on buttons. One file per area. */
import { shell } from './en/shell.ts';
import { gate } from './en/gate.ts';
import { team } from './en/team.ts';
import { security } from './en/security.ts';
import { settings } from './en/settings.ts';
import { messages } from './en/messages.ts';
import { customers } from './en/customers.ts';
import { admin } from './en/admin.ts';

export const en = { ...shell, ...gate, ...team, ...messages, ...customers, ...admin, ...security, ...settings } as const;
