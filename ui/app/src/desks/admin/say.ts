/** Telling the person that something did or did not work. */
import { t } from '../../i18n/index.svelte.ts';
import { ApiError } from '../../lib/api.ts';
import { toast } from '../../lib/ui.svelte.ts';

export const reason = (error: unknown): string => (error instanceof ApiError ? (error.code === 'offline' ? t('error.offline') : error.message) : String(error));
export function report(error: unknown): void {
  toast(t('error.action', { reason: reason(error) }));
}
