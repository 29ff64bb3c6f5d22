/** What happens at the Customers and Security desks, from inside and outside. */
import type { Conversation, Inbox, Message, Program, Report } from '../src/lib/types.ts';
import type { Step, Walk } from './walk.ts';

const agents = ['Owner', 'Admin', 'Mia', 'Agent'];
const handlers = ['Admin', 'Mia', 'Gus'];

export function customers(walk: Walk): Step[] {
  return [
    [3, 'inbox', async () => {
      const who = walk.people[walk.chance(0.7) ? 0 : 1]!;
      const inbox = walk.pick(walk.inboxes);
      if (!inbox || (walk.inboxes.length < 2 && walk.chance(0.4))) {
        const made = await walk.try<Inbox>(who, 'POST', '/inboxes', { kind: 'website', name: `Site ${++walk.made}` });
        if (made) walk.inboxes.push(made);
      } else if (walk.chance(0.4)) await walk.try(who, 'PATCH', `/inboxes/${inbox.id}`, walk.pick([{ greeting: walk.text() }, { name: `Site ${++walk.made}` }, { color: '#123456' }]));
      else await walk.try(who, walk.chance(0.7) ? 'PUT' : 'DELETE', `/inboxes/${inbox.id}/members/${walk.pick(walk.people)!.id}`);
    }],
    [9, 'visitor', async () => {
      const inbox = walk.pick(walk.inboxes);
      if (!inbox) return;
      const visitor = walk.pick(walk.visitors);
      if (!visitor || (walk.visitors.length < 4 && walk.chance(0.3))) {
        const begun = await walk.widget<{ token: string }>('', inbox.key, '/visitor', { name: `Visitor ${++walk.made}`, locale: 'en' });
        if (begun) walk.visitors.push({ token: begun.token, key: inbox.key });
      } else if (walk.chance(0.65)) {
        await walk.widget(visitor.token, visitor.key, '/messages', { body: walk.text() });
        await walk.find();
      } else if (walk.chance(0.5)) await walk.widget(visitor.token, visitor.key, '/read', { number: 1 + Math.floor(walk.random() * 8) });
      else if (walk.chance(0.5)) await walk.widget(visitor.token, visitor.key, '/page', { url: 'https://shop.example/cart', title: walk.text() });
      else await walk.widget(visitor.token, visitor.key, '/visitor', { token: visitor.token, name: `Visitor ${++walk.made}`, email: `v${walk.made}@example.com` });
    }],
    [9, 'answer', async (anyone) => {
      const who = walk.among(anyone, agents);
      const id = walk.pick(walk.conversations);
      if (id) await walk.say(who, id, walk.chance(0.6) ? 'everyone' : 'team');
    }],
    [8, 'conversation', async (anyone) => {
      const who = walk.among(anyone, agents);
      const id = walk.pick(walk.conversations);
      const change = walk.pick([
        { status: walk.pick(['open', 'pending', 'resolved', 'snoozed']) }, { assignee_id: walk.chance(0.3) ? null : walk.person().id },
        { priority: walk.pick(['none', 'low', 'urgent']) }, { team_id: walk.pick(walk.teams) ?? null }, { snoozed_until: Date.now() + 3_600_000 },
      ]);
      if (id) await walk.try<Conversation>(who, 'PATCH', `/conversations/${id}`, change);
    }],
    [3, 'contact', async (anyone) => {
      const who = walk.among(anyone, agents);
      const id = walk.pick(walk.conversations);
      const conversation = id && (await who.call<Conversation>('GET', `/conversations/${id}`).catch(() => null));
      if (conversation) await walk.try(who, 'PATCH', `/contacts/${conversation.contact.id}`, walk.pick([{ name: `Contact ${++walk.made}` }, { phone: '+49 30 1234567' }, { attributes: { plan: walk.text() } }]));
    }],
    [2, 'share', async (anyone) => {
      const who = walk.among(anyone, agents);
      const id = walk.pick(walk.conversations);
      const place = walk.place(who, ['channel']);
      if (id && place) {
        const said = await walk.try<Message>(who, 'POST', `/conversations/${id}/share`, { room_id: place.id, comment: walk.text() });
        if (said) walk.note(said, who.name);
      }
    }],
    [4, 'read at a desk', async (anyone) => {
      const report = walk.chance(0.4);
      const who = walk.among(anyone, report ? handlers : agents);
      const id = report ? walk.pick(walk.reports)?.id : walk.pick(walk.conversations);
      if (id) await walk.try(who, 'POST', `/rooms/${id}/read`, { number: Math.floor(walk.random() * 12) });
    }],
  ];
}

export function security(walk: Walk): Step[] {
  return [
    [2, 'program', async () => {
      const who = walk.people[walk.chance(0.6) ? 0 : 1]!;
      const program = walk.pick(walk.programs);
      if (!program || (walk.programs.length < 2 && walk.chance(0.3))) {
        const made = await walk.try<Program>(who, 'POST', '/programs', { name: `Program ${++walk.made}`, slug: `program-${walk.made}`, policy: 'Be *kind*.', ...(walk.chance(0.5) ? { member_ids: [walk.people[1]!.id, walk.people[2]!.id] } : {}) });
        if (made) walk.programs.push(made);
      } else if (walk.chance(0.4)) await walk.try(walk.person(), 'PATCH', `/programs/${program.slug}`, walk.pick([{ intro: walk.text() }, { policy: walk.text() }, { name: `Program ${++walk.made}` }]));
      else await walk.try(walk.person(), walk.chance(0.65) ? 'PUT' : 'DELETE', `/programs/${program.slug}/members/${walk.person().id}`);
    }],
    [3, 'report', async () => {
      const program = walk.pick(walk.programs);
      if (!program || walk.reports.length > 8) return;
      const made = await walk.try<{ key: string; tracking_url: string }>(null, 'POST', `/programs/${program.slug}/reports`, {
        title: `Hole ${++walk.made}`, description: walk.text(), steps: 'one, two', impact: 'much', versions: '1.0', name: 'Ree',
      });
      const token = made?.tracking_url.split('/').at(-1);
      if (!token) return;
      for (const person of walk.people) {
        const found = await person.call<{ items: Report[] }>('GET', '/reports?state=all&limit=200').catch(() => null);
        const report = found?.items.find((one) => one.key === made?.key);
        if (report) {
          walk.reports.push({ id: report.id, token });
          return;
        }
      }
    }],
    [3, 'reporter', async () => {
      const report = walk.pick(walk.reports);
      if (!report) return;
      if (walk.chance(0.9)) await walk.try({ name: 'reporter', token: report.token }, 'POST', '/reports/track/messages', { body: walk.text() });
      else await walk.try({ name: 'reporter', token: report.token }, 'POST', '/reports/track/close', {});
    }],
    [5, 'handle', async (anyone) => {
      const who = walk.among(anyone, handlers);
      const report = walk.pick(walk.reports);
      const change = walk.pick([
        { state: walk.pick(['needs_info', 'triaged', 'new']) }, { state: 'closed', close_reason: 'informative', message: walk.text() },
        { severity: walk.pick(['low', 'critical', null]) }, { assignee_id: walk.chance(0.3) ? null : walk.person().id }, { title: `Hole ${++walk.made}` },
      ]);
      if (report) await walk.try<Report>(who, 'PATCH', `/reports/${report.id}`, change);
    }],
    [5, 'write in a report', async (anyone) => {
      const who = walk.among(anyone, handlers);
      const report = walk.pick(walk.reports);
      if (report) await walk.say(who, report.id, walk.pick(['everyone', 'guests', 'team'])!);
    }],
  ];
}
