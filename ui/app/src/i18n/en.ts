/** English: the complete catalogue, and the type of all others. Sentence case, verbs on buttons. One file per area. */
import { shell } from './en/shell.ts';
import { gate } from './en/gate.ts';
import { team } from './en/team.ts';
import { messages } from './en/messages.ts';

export const en = { ...shell, ...gate, ...team, ...messages } as const;
