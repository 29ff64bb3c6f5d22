/** The screens there are: whose, where, what has to be on it before it is looked at, and what is opened first. */
import { row } from './lib/desk.mjs';

const heading = (name) => (page) => page.getByRole('heading', { name });

export const screens = [
  { name: 'setup', origin: (w) => w.empty.url, path: () => '/', ready: heading('Set up your server') },
  { name: 'signin', path: () => '/', ready: heading('Sign in') },
  { name: 'invite', path: (w) => w.ingrid.invite, ready: heading('Join Northwind Lamps') },
  { name: 'inbox', who: 'ingrid', path: () => '/inbox', ready: (page) => page.locator('main').getByText('Assigned to you') },
  { name: 'team', who: 'ingrid', path: (w) => `/team/${w.ingrid.webShop}`, ready: (page) => row(page, 'Label sheet for the new boxes') },
  { name: 'team-list', who: 'ingrid', path: () => '/team', ready: (page, small) => (small ? page.getByRole('navigation', { name: 'Team' }).getByRole('link', { name: /^web-shop/ }) : row(page, 'Label sheet for the new boxes')) },
  {
    name: 'thread',
    who: 'ingrid',
    path: (w) => `/team/${w.ingrid.webShop}?thread=${w.ingrid.thread}`,
    ready: (page) => page.getByRole('complementary', { name: 'Thread' }).getByText('Does the visitor see anything'),
  },
  { name: 'direct', who: 'ingrid', path: (w) => `/team/${w.ingrid.direct}`, ready: (page) => page.locator('main article.msg') },
  { name: 'channel-details', who: 'ingrid', path: (w) => `/team/${w.ingrid.firmware}?pane=info`, ready: (page) => page.getByRole('complementary').getByText('What runs inside the lamps.') },
  { name: 'browse', who: 'ingrid', path: () => '/team/browse', ready: (page) => page.locator('main').getByRole('link', { name: /deploys/ }) },
  { name: 'threads', who: 'ingrid', path: () => '/team/threads', ready: (page) => page.locator('main').getByText('Checkout was slow again') },
  { name: 'drafts', who: 'ingrid', path: () => '/team/drafts', ready: (page) => page.locator('main').getByText('Enjoy it!') },
  { name: 'saved', who: 'ingrid', path: () => '/team/saved', ready: (page) => page.locator('main').getByText('3.4.2 passed the radio tests') },
  { name: 'search', who: 'ingrid', path: () => '/search?q=dimmer', ready: (page) => page.locator('main mark') },
  {
    name: 'palette',
    who: 'ingrid',
    path: (w) => `/team/${w.ingrid.webShop}`,
    ready: (page) => row(page, 'Label sheet for the new boxes'),
    act: async (page) => {
      await page.keyboard.press('Control+k');
      await page.getByRole('combobox', { name: /Jump to/ }).pressSequentially('ph');
      await page.getByRole('option', { name: /photography/ }).first().waitFor();
    },
  },
  { name: 'customers', who: 'ingrid', path: (w) => `/customers/${w.ingrid.hanna}`, ready: (page) => row(page, 'At full brightness it is fine.') },
  { name: 'customers-list', who: 'ingrid', path: () => '/customers?status=open', ready: (page) => page.locator('.listcol').getByText('Giulia Verdi') },
  { name: 'contacts', who: 'ingrid', path: () => '/customers/contacts', ready: (page) => page.locator('.listcol').getByText('Hanna Nilsson') },
  { name: 'contact', who: 'ingrid', path: (w) => `/customers/contacts/${w.ingrid.contact}`, ready: (page) => page.locator('main').getByText('At full brightness it is fine.') },
  { name: 'security', who: 'priya', path: () => '/reports/all', ready: (page) => page.getByRole('link', { name: /firmware downgrade over Bluetooth/ }) },
  { name: 'report', who: 'priya', path: (w) => `/reports/${w.report}`, ready: (page) => row(page, 'fuse bank 3') },
  { name: 'security-owner', who: 'ingrid', path: () => '/reports/all', ready: heading('No program yet') },
  { name: 'program', who: 'priya', path: () => '/reports/program/lamp-firmware', ready: (page) => page.locator('main').getByText('Lamp firmware') },
  { name: 'program-settings', who: 'priya', path: () => '/reports/program/lamp-firmware/settings', ready: (page) => page.locator('main').getByRole('textbox', { name: 'Name' }) },
  ...['profile', 'appearance', 'notifications', 'writing', 'sessions', 'password', 'tokens'].map((section) => ({
    name: `settings-${section}`,
    who: 'ingrid',
    path: () => `/settings/${section}`,
    ready: (page) => page.locator('main').getByRole('heading'),
  })),
  { name: 'admin-people', who: 'ingrid', path: () => '/admin/people', ready: (page) => page.locator('main').getByText('Kwame Mensah') },
  { name: 'admin-teams', who: 'ingrid', path: () => '/admin/teams', ready: (page) => page.locator('main').getByText('Support Nordic') },
  { name: 'admin-organization', who: 'ingrid', path: () => '/admin/organization', ready: (page) => page.locator('main').getByRole('heading') },
  { name: 'admin-inboxes', who: 'ingrid', path: () => '/admin/inboxes', ready: (page) => page.locator('main').getByText('Web shop') },
  { name: 'admin-inbox', who: 'ingrid', path: (w) => `/admin/inboxes/${w.ingrid.inbox}`, ready: (page) => page.locator('main').getByText('data-key') },
  { name: 'admin-audit', who: 'ingrid', path: () => '/admin/audit', ready: (page) => page.locator('main').getByText('Ingrid Solberg') },
  { name: 'guest', who: 'joost', path: () => '/team', ready: (page) => page.getByRole('navigation', { name: 'Team' }).getByRole('link', { name: /^photography/ }) },
  { name: 'not-found', who: 'kwame', path: (w) => `/reports/${w.report}`, ready: heading('Nothing here for you') },
  { name: 'public-programs', path: () => '/security', ready: heading('Lamp firmware') },
  { name: 'public-policy', path: () => '/security/lamp-firmware', ready: heading('Scope') },
  { name: 'public-report', path: () => '/security/lamp-firmware/report', ready: heading('Report a vulnerability') },
  { name: 'public-track', path: (w) => new URL(w.demo.tracking).pathname, ready: heading(/firmware downgrade over Bluetooth/) },
  { name: 'shop', origin: (w) => w.demo.shop, path: () => '/', ready: heading('Three lamps, made to be mended'), widget: true },
];
