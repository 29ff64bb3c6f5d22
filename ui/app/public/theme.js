// Sets theme, contrast and density before the first paint. Blocking on purpose, and nothing else.
(function () {
  try {
    var look = JSON.parse(localStorage.getItem('portico.look') || '{}');
    var root = document.documentElement;
    if (look.theme === 'light' || look.theme === 'dark') root.dataset.theme = look.theme;
    if (look.contrast === 'more') root.dataset.contrast = 'more';
    if (look.density === 'compact') root.dataset.density = 'compact';
    if (typeof look.language === 'string') root.lang = look.language;
  } catch (_) {
    // A broken or forbidden storage means the system's look.
  }
})();
