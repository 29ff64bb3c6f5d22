/** The panel's catalogue. English decides which keys exist; the compiler asks every language for all of them. */

const EN = {
  chat: "Chat with {0}",
  online: "We are here",
  away: "We answer as soon as we can",
  close: "Close chat",
  messages: "Messages",
  write: "Write a message",
  send: "Send",
  attach: "Attach files",
  remove: "Remove {0}",
  cancel: "Cancel upload of {0}",
  uploading: "Uploading {0}",
  sent: "Sent {0}",
  seen: "Seen",
  sending: "Sending",
  queued: "Will be sent",
  failed: "Not sent",
  retry: "Try again",
  edit: "Edit",
  discard: "Discard",
  edited: "edited",
  deleted: "Message deleted",
  unread: "New messages",
  earlier: "Earlier messages",
  typing: "{0} is typing",
  preview: "We see your text as you type",
  name: "Your name",
  email: "Your e-mail",
  optional: "(optional)",
  start: "Start chat",
  needName: "Enter your name",
  needEmail: "Enter an e-mail address, like name@example.com",
  offline: "No connection. What you write is sent when you are back online.",
  resolved: "This conversation is closed. Write to start a new one.",
  blocked: "You can’t write to this chat.",
  identity: "Sign in on this site to chat with us.",
  gone: "This chat is no longer available.",
  slow: "Too many messages at once. Yours is sent in {0}.",
  busy: "The server has trouble. Your messages are kept and sent as soon as it works.",
  long: "The message is too long. Shorten it and send it again.",
  refused: "The message was not accepted. Change it and send it again.",
  fileLarge: "The file is too large",
  fileKind: "This kind of file can’t be sent",
  fileFailed: "Upload failed",
  download: "Download {0}",
  lost: "The file could not be loaded. Try again.",
  says: "{0} says: {1}",
  file: "a file",
};

export type Word = keyof typeof EN;

const AR: Record<Word, string> = {
  chat: "محادثة مع {0}",
  online: "نحن متصلون الآن",
  away: "سنجيب في أقرب وقت ممكن",
  close: "إغلاق المحادثة",
  messages: "الرسائل",
  write: "اكتب رسالة",
  send: "إرسال",
  attach: "إرفاق ملفات",
  remove: "إزالة {0}",
  cancel: "إلغاء رفع {0}",
  uploading: "جارٍ رفع {0}",
  sent: "أُرسلت {0}",
  seen: "شوهدت",
  sending: "جارٍ الإرسال",
  queued: "ستُرسل لاحقًا",
  failed: "لم تُرسل",
  retry: "إعادة المحاولة",
  edit: "تعديل",
  discard: "حذف",
  edited: "معدَّلة",
  deleted: "حُذفت الرسالة",
  unread: "رسائل جديدة",
  earlier: "رسائل سابقة",
  typing: "{0} يكتب الآن",
  preview: "نرى ما تكتبه أثناء الكتابة",
  name: "اسمك",
  email: "بريدك الإلكتروني",
  optional: "(اختياري)",
  start: "ابدأ المحادثة",
  needName: "أدخل اسمك",
  needEmail: "أدخل عنوان بريد إلكتروني مثل name@example.com",
  offline: "لا يوجد اتصال. سيُرسل ما تكتبه عند عودة الاتصال.",
  resolved: "أُغلقت هذه المحادثة. اكتب رسالة لبدء محادثة جديدة.",
  blocked: "لا يمكنك الكتابة في هذه المحادثة.",
  identity: "سجّل الدخول في هذا الموقع للتحدث معنا.",
  gone: "لم تعد هذه المحادثة متاحة.",
  slow: "رسائل كثيرة دفعة واحدة. ستُرسل رسالتك بعد {0}.",
  busy: "هناك مشكلة في الخادم. رسائلك محفوظة وستُرسل فور عودته.",
  long: "الرسالة طويلة جدًا. اختصرها وأرسلها مرة أخرى.",
  refused: "لم تُقبل الرسالة. عدّلها وأرسلها مرة أخرى.",
  fileLarge: "الملف كبير جدًا",
  fileKind: "لا يمكن إرسال هذا النوع من الملفات",
  fileFailed: "فشل الرفع",
  download: "تنزيل {0}",
  lost: "تعذّر تحميل الملف. حاول مرة أخرى.",
  says: "{0}: {1}",
  file: "ملف",
};

export interface Language {
  locale: string;
  dir: "ltr" | "rtl";
  say(word: Word, ...values: string[]): string;
  /** "Today", "Yesterday", then the date. */
  day(at: number): string;
  time(at: number): string;
  /** Full date and time, for titles. */
  full(at: number): string;
  size(bytes: number): string;
  seconds(count: number): string;
}

/** Arabic for `ar` and its regions; English words for the rest, with dates of the given locale when it is English. */
export function language(wanted: string): Language {
  const arabic = /^ar\b/i.test(wanted);
  let locale = arabic || /^en\b/i.test(wanted) ? wanted : "en";
  try {
    locale = Intl.getCanonicalLocales(locale)[0] ?? "en";
  } catch {
    locale = arabic ? "ar" : "en";
  }
  const catalogue = arabic ? AR : EN;
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  const unit = (value: number, name: string, long?: "long"): string =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: long ?? "short", maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);
  const format = (at: number, options: Intl.DateTimeFormatOptions): string => new Intl.DateTimeFormat(locale, options).format(at);
  return {
    locale,
    dir: arabic ? "rtl" : "ltr",
    say: (word, ...values) => catalogue[word].replace(/\{(\d)\}/g, (_, index: string) => values[Number(index)] ?? ""),
    day(at) {
      const midnight = (time: number): number => new Date(time).setHours(0, 0, 0, 0);
      const days = Math.round((midnight(at) - midnight(Date.now())) / 86_400_000);
      if (days > 0 || days < -1) {
        const year = new Date(at).getFullYear() === new Date().getFullYear() ? undefined : "numeric";
        return format(at, { day: "numeric", month: "short", weekday: days > -7 ? "long" : undefined, year });
      }
      const word = relative.format(days, "day");
      return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
    },
    time: (at) => format(at, { timeStyle: "short" }),
    full: (at) => format(at, { dateStyle: "long", timeStyle: "short" }),
    size: (bytes) => (bytes < 1000 ? unit(bytes, "byte") : bytes < 1e6 ? unit(bytes / 1e3, "kilobyte") : unit(bytes / 1e6, "megabyte")),
    seconds: (count) => unit(count, "second", "long"),
  };
}
