import { describe, expect, it } from "vitest";
import { brand, ink, luminance } from "../src/shared/ink";
import { language } from "../src/panel/lib/words";
import { rtl, words } from "../src/loader/words";

describe("ink", () => {
  it("is readable on every brand colour", () => {
    for (let value = 0; value < 0x1000000; value += 1237) {
      const color = `#${value.toString(16).padStart(6, "0")}`;
      const [light, dark] = [1.05 / (luminance(color) + 0.05), (luminance(color) + 0.05) / 0.05];
      expect(ink(color) === "#fff" ? light : dark, color).toBeGreaterThanOrEqual(4.5);
    }
  });

  it("prefers white where both would do", () => {
    expect(ink("#23483c")).toBe("#fff");
    expect(ink("#ffd400")).toBe("#000");
  });

  it.each(["red", "#fff", "#12345", "url(x)", "#1234567", "#12345g"])("does not let %s into a style", (color) => {
    expect(brand(color)).toMatch(/^#[0-9a-f]{6}$/);
    expect(brand(color)).not.toBe(color);
  });
});

describe("language", () => {
  it("speaks Arabic from right to left, and English to everyone else", () => {
    expect(language("ar-EG")).toMatchObject({ locale: "ar-EG", dir: "rtl" });
    expect(language("en-GB")).toMatchObject({ locale: "en-GB", dir: "ltr" });
    expect(language("sv")).toMatchObject({ locale: "en", dir: "ltr" });
    expect(language("en_not a locale").locale).toBe("en");
    expect(rtl("arc")).toBe(false);
    expect(words("ar").open).not.toBe(words("en").open);
  });

  it("fills in values, also those that look like patterns", () => {
    expect(language("en").say("typing", "$& {0}")).toBe("$& {0} is typing");
  });

  it("names days as people do", () => {
    const now = Date.now();
    const day = 86_400_000;
    const { day: name } = language("en");
    expect(name(now)).toBe("Today");
    expect(name(new Date().setHours(0, 0, 0, 0) - day / 2)).toBe("Yesterday");
    expect(name(now - 3 * day)).toMatch(/day/);
    expect(name(now - 800 * day)).toMatch(/20\d\d/);
  });

  it("says sizes with their unit", () => {
    expect(language("en").size(1_100_000)).toBe("1.1 MB");
    expect(language("en").size(52_000)).toBe("52 kB");
  });
});
