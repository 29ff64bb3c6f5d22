/** Time zones by region, as the browser knows them; one that it does not know is offered when it is in use. */
export interface ZoneGroup { region: string; zones: { id: string; name: string }[] }

export function zones(inUse: string): ZoneGroup[] {
  const ids = new Set(['UTC', ...Intl.supportedValuesOf('timeZone'), ...(inUse ? [inUse] : [])]);
  const groups = new Map<string, ZoneGroup['zones']>();
  for (const id of [...ids].sort()) {
    const cut = id.indexOf('/');
    const region = cut > 0 ? id.slice(0, cut) : 'UTC';
    const name = (cut > 0 ? id.slice(cut + 1) : id).replaceAll('_', ' ').replaceAll('/', ', ');
    const list = groups.get(region) ?? [];
    list.push({ id, name });
    groups.set(region, list);
  }
  return [...groups].map(([region, list]) => ({ region, zones: list })).sort((a, b) => a.region.localeCompare(b.region));
}

/** Where this device says it is; empty when it does not say. */
export function hereZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
}
