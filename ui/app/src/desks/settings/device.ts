/** What a browser says of itself, in two words: "Firefox, Linux". Coarse on purpose; unknown stays unknown. */
const browsers: [RegExp, string][] = [
  [/\bEdgA?\//, 'Edge'], [/\b(OPR|Opera)\//, 'Opera'], [/\bSamsungBrowser\//, 'Samsung Internet'], [/\b(Firefox|FxiOS)\//, 'Firefox'],
  [/\b(HeadlessChrome|Chrome|CriOS|Chromium)\//, 'Chrome'], [/\bVersion\/[\d.]+.*Safari\//, 'Safari'], [/^curl\//, 'curl'],
];
const systems: [RegExp, string][] = [
  [/\biPad\b/, 'iPad'], [/\b(iPhone|iPod)\b/, 'iPhone'], [/\bAndroid\b/, 'Android'], [/\bWindows\b/, 'Windows'], [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bCrOS\b/, 'ChromeOS'], [/\bLinux\b|\bX11\b/, 'Linux'],
];

export function device(userAgent: string): { browser: string; system: string } {
  const name = (list: [RegExp, string][]): string => list.find(([pattern]) => pattern.test(userAgent))?.[1] ?? '';
  return { browser: name(browsers), system: name(systems) };
}
export const isPhone = (userAgent: string): boolean => /iPhone|iPad|iPod|Android|Mobile/.test(userAgent);
