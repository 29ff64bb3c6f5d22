/**
 * Readable text on a brand colour. Pure.
 * White where it reaches 4.5:1, else black, which then always reaches at least 4.6:1.
 */

const HEX = /^#[0-9a-f]{6}$/i;

/** The colour if it is `#rrggbb`, else the fallback: a setting never reaches a style sheet unchecked. */
export function brand(color: string): string {
  return HEX.test(color) ? color : "#3350d4";
}

function linear(hex: string, at: number): number {
  const value = parseInt(hex.slice(at, at + 2), 16) / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** WCAG relative luminance of `#rrggbb`, 0..1. */
export function luminance(hex: string): number {
  return 0.2126 * linear(hex, 1) + 0.7152 * linear(hex, 3) + 0.0722 * linear(hex, 5);
}

/** `#fff` or `#000`, whichever is readable on the (checked) colour. */
export function ink(hex: string): string {
  return 1.05 / (luminance(hex) + 0.05) >= 4.5 ? "#fff" : "#000";
}
