/** The few words the launcher speaks. The panel has its own catalogue. */

const EN = {
  open: "Open chat",
  close: "Close chat",
  unread: "unread messages",
  hide: "Hide greeting",
  chat: "Chat with",
};

const AR: typeof EN = {
  open: "فتح المحادثة",
  close: "إغلاق المحادثة",
  unread: "رسائل غير مقروءة",
  hide: "إخفاء التحية",
  chat: "محادثة مع",
};

/** Arabic for `ar` and its regions, English for everything else. */
export function words(locale: string): typeof EN {
  return rtl(locale) ? AR : EN;
}

export function rtl(locale: string): boolean {
  return /^ar\b/i.test(locale);
}
