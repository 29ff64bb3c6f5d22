/** The closed sets of a report's words, in the order they are offered. Types say what they are; this says that they exist. */
import type { CloseReason, ReportState, Severity } from './types.ts';

export const severities: readonly Severity[] = ['critical', 'high', 'medium', 'low', 'none'];
export const reportStates: readonly ReportState[] = ['new', 'needs_info', 'triaged', 'closed'];
export const closeReasons: readonly CloseReason[] = [
  'resolved', 'duplicate', 'informative', 'out_of_scope', 'not_reproducible', 'not_applicable', 'accepted_risk', 'no_response', 'spam', 'withdrawn', 'not_security',
];
