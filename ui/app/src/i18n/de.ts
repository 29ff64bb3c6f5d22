/** Deutsch: vollständig; der Typ sorgt dafür. Eine Datei je Bereich, wie im Englischen. */
import { shell } from './de/shell.ts';
import { gate } from './de/gate.ts';
import { team } from './de/team.ts';
import { messages } from './de/messages.ts';
import type { Catalogue } from './index.svelte.ts';

export const de: Catalogue = { ...shell, ...gate, ...team, ...messages };
