/**
 * The catalogue: typed keys, `{name}` parameters, plurals by `Intl.PluralRules`. English is always there; others are
 * fetched when chosen. Components hold no words of their own.
 */
import { en } from './en.ts';

type Plural = { readonly one?: string; readonly other: string } & Partial<Record<Intl.LDMLPluralRule, string>>;
export type Catalogue = { [K in Key]: (typeof en)[K] extends string ? string : Plural };
export type Key = keyof typeof en;

type ParamsOf<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | ParamsOf<Rest> : never;
type TextOf<K extends Key> = (typeof en)[K] extends string ? (typeof en)[K] : (typeof en)[K] extends { readonly other: infer O } ? O : never;
type Params<K extends Key> = { [N in ParamsOf<TextOf<K>>]: string | number };
type Args<K extends Key> = [ParamsOf<TextOf<K>>] extends [never] ? [] : [params: Params<K>];

/** Languages on offer, by their own names. */
export const languages: Record<string, string> = { en: 'English', de: 'Deutsch' };
const loaders: Record<string, () => Promise<Catalogue>> = { de: () => import('./de.ts').then((module) => module.de) };
const rightToLeft = new Set(['ar', 'he', 'fa', 'ur']);

let language = $state('en');
let catalogue = $state.raw<Catalogue>(en as Catalogue);
let plural = new Intl.PluralRules('en');

/** The language in use; reading it in a component re-renders on change. */
export function locale(): string {
  return language;
}

/** Chooses a language: what was asked for, or the nearest on offer, or English. */
export async function setLanguage(wanted: string): Promise<void> {
  const short = wanted.toLowerCase().split('-')[0] ?? 'en';
  const next = short in languages ? short : 'en';
  const load = loaders[next];
  try {
    catalogue = load ? await load() : (en as Catalogue);
    language = next;
  } catch {
    catalogue = en as Catalogue; // the words could not be fetched; English is here
    language = 'en';
  }
  plural = new Intl.PluralRules(language);
  if (typeof document !== 'undefined') {
    document.documentElement.lang = language;
    document.documentElement.dir = rightToLeft.has(language) ? 'rtl' : 'ltr';
  }
}

const RTL_LETTER = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]/;
const LTR_LETTER = /\p{Letter}/u;
/** A name that is read the other way must not turn the sentence around it: it is isolated (U+2068…U+2069). */
function isolate(value: string): string {
  const other = rightToLeft.has(language) ? LTR_LETTER.test(value) && !RTL_LETTER.test(value) : RTL_LETTER.test(value);
  return other ? `\u2068${value}\u2069` : value;
}

function fill(text: string, params: Record<string, string | number>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? value.toLocaleString(language) : isolate(value);
  });
}

/** The words for a key. A plural takes its form from `count`. */
export function t<K extends Key>(key: K, ...args: Args<K>): string {
  const params = (args[0] ?? {}) as Record<string, string | number>;
  const entry = catalogue[key] as string | Plural;
  if (typeof entry === 'string') return args.length > 0 ? fill(entry, params) : entry;
  return fill(entry[plural.select(Number(params.count ?? 0))] ?? entry.other, params);
}
