/** Deutsch: vollständig; der Typ sorgt dafür. Eine Datei je Bereich, wie im Englischen. */
import { shell } from './de/shell.ts';
import { gate } from './de/gate.ts';
import { team } from './de/team.ts';
import { security } from './de/security.ts';
import { settings } from './de/settings.ts';
import { messages } from './de/messages.ts';
import { customers } from './de/customers.ts';
import { admin } from './de/admin.ts';
import type { Catalogue } from './index.svelte.ts';

export const de: Catalogue = { ...shell, ...gate, ...team, ...messages, ...customers, ...admin, ...security, ...settings };
