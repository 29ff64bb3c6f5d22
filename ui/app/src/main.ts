/** Starts the app: words, router, session, page. */
import '@portico/kit/styles.css';
import { mount } from 'svelte';
import App from './shell/App.svelte';
import { setLanguage } from './i18n/index.svelte.ts';
import { startRouter } from './lib/router.svelte.ts';
import { setLook, ui } from './lib/ui.svelte.ts';
import { session } from './lib/store/index.ts';
import { prefixes } from './routes.ts';

setLook({});
startRouter(prefixes);
const root = document.getElementById('app');
if (root) {
  void setLanguage(ui.look.language).then(() => mount(App, { target: root }));
  void session.start();
}
