/** The choices of a composer that can write to more than one circle of readers. */
import type { IconName } from '@portico/kit/icons.ts';
import type { Ring } from '../lib/types.ts';

export interface RingChoice {
  ring: Ring;
  /** Word on the switch. */
  label: string;
  icon: IconName;
  /** Label and placeholder of the text field. */
  field: string;
  /** Word on the send button; the paper plane alone when missing. */
  send?: string;
  /** Who will read it, at the end of the line. */
  who?: string;
}
