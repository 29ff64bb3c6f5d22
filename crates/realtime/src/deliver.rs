//! Fan-out: from one event or signal to the queues of everyone who may have it.

use crate::{
    Viewer,
    board::Presence,
    cursor,
    frame::{self, Frames},
    hub::Shared,
    index::{Companions, Index, subject},
    listeners::said,
    outbox::{Bounds, Pushed},
    signal::{self, Place, Typing},
    state::{Conn, Online, State},
    stats::TOLD,
};
use bytes::Bytes;
use portico_domain::{
    event::Audience, member::Role, message::AuthorKind, room::Ring, session::Scope, session::Scopes,
};
use portico_store::{LogEvent, Logged};
use portico_types::{Id, LogPlace, MemberId, TenantId};
use serde::Serialize;
use std::{cell::OnceCell, collections::BTreeMap, sync::Arc};

/// Connections whose queues have something in them that nobody has been told of.
pub(crate) type Touched = Vec<Arc<Conn>>;

/// Events that are told alike, ready to be told: their frames, and what deciding about them needs, made once. Where much
/// is said at once, each connection is decided about and its memory is touched once for all of it.
pub(crate) struct Telling<'e> {
    run: &'e [Logged],
    frames: Vec<Frames<'e>>,
    /// The frames for members, once one has asked.
    members: Vec<Bytes>,
    /// Those made for the last connection that gets its own.
    own: Vec<Bytes>,
    companions: Companions,
    scopes: Scopes,
}

/// How many events from the first on are told alike: to the same people, whose rights none of them changes.
pub(crate) fn alike(events: &[Logged]) -> usize {
    let Some(first) = events.first() else { return 0 };
    if said(first).is_none() {
        return 1;
    }
    events.iter().take_while(|e| e.audience == first.audience && said(e).is_some()).count()
}

impl<'e> Telling<'e> {
    /// Of events that are all [`alike`].
    pub(crate) fn new(hub: &Shared, index: &Index, run: &'e [Logged]) -> Self {
        Self {
            run,
            frames: run.iter().map(|event| Frames::new(event, hub.options.envelope)).collect(),
            members: Vec::new(),
            own: Vec::new(),
            companions: OnceCell::new(),
            scopes: run.first().map_or(Scopes(0), |event| index.scopes(event)),
        }
    }

    /// The frames for a connection; none when its viewer may not hear of it.
    pub(crate) fn frames(&mut self, hub: &Shared, index: &Index, conn: &Conn) -> &[Bytes] {
        let Some(member) = conn.viewer.member() else {
            self.own = self.run.iter().filter_map(|event| outside(hub, index, event, conn)).collect();
            return &self.own;
        };
        let hears = |event| conn.may(self.scopes) && index.hears(member, event, &self.companions);
        if !self.run.first().is_some_and(|event| hears(event)) {
            return &[];
        }
        if gets_own(index, member) {
            self.own = self
                .run
                .iter()
                .zip(&mut self.frames)
                .map(|(event, f)| f.guest(&sealed(hub, index, event, conn)))
                .collect();
            return &self.own;
        }
        self.same(index)
    }

    /// The frames for members who may hear of it.
    fn same(&mut self, index: &Index) -> &[Bytes] {
        if self.members.is_empty() {
            self.members = self.frames.iter().map(|f| f.member(index.epoch)).collect();
        }
        &self.members
    }
}

/// Whether what a member hears is made for them alone.
fn gets_own(index: &Index, member: MemberId) -> bool {
    index.person(member).is_none_or(|p| p.role == Role::Guest)
}

/// Puts frames into queues.
struct Putting<'t> {
    bounds: Bounds,
    touched: &'t mut Touched,
    slow: Vec<Arc<Conn>>,
    told: u64,
}

impl Putting<'_> {
    fn put(&mut self, conn: &Arc<Conn>, frames: &[Bytes]) {
        self.told += frames.len() as u64;
        match conn.outbox.push_all(frames, self.bounds) {
            Pushed::First => self.touched.push(Arc::clone(conn)),
            Pushed::Overflow => self.slow.push(Arc::clone(conn)),
            Pushed::Behind | Pushed::Over => {}
        }
    }
}

/// The cursor of a viewer who may not know the log's own.
fn sealed(hub: &Shared, index: &Index, event: &LogEvent, conn: &Conn) -> String {
    hub.sealer.seal(event.tenant, &conn.viewer, LogPlace { epoch: index.epoch, seq: event.seq })
}

/// The frame for a person outside, if they may hear of it.
fn outside(hub: &Shared, index: &Index, event: &LogEvent, conn: &Conn) -> Option<Bytes> {
    if !outside_hears(&conn.viewer, event) {
        return None;
    }
    let body = (hub.options.outside)(event, &conn.viewer)?;
    Some((hub.options.envelope)(frame::outside(&sealed(hub, index, event, conn), &body)))
}

/// Whether an event is of the outside viewer's own room, in the ring that reaches them.
fn outside_hears(viewer: &Viewer, event: &LogEvent) -> bool {
    let Audience::Group { group, ring: Ring::Everyone, outside: Some(outside), .. } = &event.audience else {
        return false;
    };
    match viewer {
        Viewer::Contact { id, inbox } => *outside == id.0 && *group == inbox.0,
        Viewer::Reporter { id, room } => *outside == id.0 && event.room == Some(*room),
        Viewer::Member { .. } => false,
    }
}

/// Whether a place is the outside viewer's own.
fn is_own_place(viewer: &Viewer, place: &Place) -> bool {
    match viewer {
        Viewer::Contact { id, inbox } => place.outside == Some(id.0) && place.group == inbox.0,
        Viewer::Reporter { id, room } => place.outside == Some(id.0) && place.room == *room,
        Viewer::Member { .. } => false,
    }
}

/// Goes through the connected members who may be in an audience, each once; the smaller of "who is in it" and "who is
/// here" is walked. It narrows down, it does not decide.
fn walk(
    index: &Index,
    online: &Online<MemberId>,
    audience: &Audience,
    subject: Option<MemberId>,
    mut each: impl FnMut(MemberId, &[Arc<Conn>]),
) {
    let mut at = |id: &MemberId| {
        if let Some(conns) = online.get(id) {
            each(*id, conns);
        }
    };
    match audience {
        Audience::Group { group, admins, .. } => {
            let none = std::collections::HashSet::new();
            let members = index.members_of(*group).unwrap_or(&none);
            if members.len() <= online.len() {
                members.iter().for_each(&mut at);
            } else {
                online.keys().filter(|id| members.contains(id)).for_each(&mut at);
            }
            if *admins {
                index.admins().iter().filter(|id| !members.contains(id)).for_each(&mut at);
            }
            let walked = |id: &MemberId| members.contains(id) || *admins && index.admins().contains(id);
            subject.iter().filter(|id| !walked(id)).for_each(&mut at);
        }
        Audience::Member(id) => {
            at(id);
            subject.iter().filter(|s| *s != id).for_each(&mut at);
        }
        Audience::Members | Audience::Everyone | Audience::Admins => online.keys().for_each(&mut at),
    }
}

impl State {
    /// Puts events, which follow each other without a gap, into the queues. Gives back whose are to be flushed.
    pub(crate) fn deliver(&mut self, hub: &Shared, events: &[Logged]) -> Touched {
        self.expire(hub.clock.now());
        let mut touched = Vec::new();
        let mut rest = events;
        while let Some(first) = rest.first() {
            let before = self.index.version();
            if let Some(effect) = self.index.apply(&first.event) {
                self.act(effect, hub.clock.now());
            }
            if self.index.version() != before {
                self.listeners.forget();
            }
            let (run, after) = rest.split_at(alike(rest));
            self.tell(hub, run, &mut touched);
            self.delivered = run.last().map_or(self.delivered, |event| event.seq);
            rest = after;
        }
        touched
    }

    /// Tells events that are all [`alike`].
    fn tell(&mut self, hub: &Shared, run: &[Logged], touched: &mut Touched) {
        let Some(event) = run.first() else { return };
        let mut telling = Telling::new(hub, &self.index, run);
        let mut putting = Putting { bounds: hub.bounds, touched, slow: Vec::new(), told: 0 };
        if let Some(hearing) = self.listeners.of(event) {
            #[cfg(debug_assertions)]
            self.check(hub, run, hearing);
            for conn in &hearing.same {
                putting.put(conn, telling.same(&self.index));
            }
            for conn in &hearing.own {
                putting.put(conn, telling.frames(hub, &self.index, conn));
            }
        } else {
            let mut hearing = self.listeners.begin(event);
            walk(&self.index, &self.members, &event.audience, subject(&event.event), |id, conns| {
                for conn in conns {
                    let frames = telling.frames(hub, &self.index, conn);
                    putting.put(conn, frames);
                    if let Some(hearing) = &mut hearing
                        && !frames.is_empty()
                    {
                        let own = gets_own(&self.index, id);
                        let list = if own { &mut hearing.own } else { &mut hearing.same };
                        list.push(Arc::clone(conn));
                    }
                }
            });
            if let Some(hearing) = hearing {
                self.listeners.keep(event, hearing);
            }
        }
        if let Audience::Group { ring: Ring::Everyone, outside: Some(outside), .. } = &event.audience
            && let Some(conns) = self.outside.get(outside)
        {
            for conn in conns {
                putting.put(conn, telling.frames(hub, &self.index, conn));
            }
        }
        let Putting { slow, told, .. } = putting;
        TOLD.deliveries.add(told);
        TOLD.too_slow.add(slow.len() as u64);
        for conn in slow {
            tracing::debug!(tenant = event.tenant.0, viewer = %conn.viewer.id(), "a connection is too slow; it may resume");
            self.remove(&conn, hub.clock.now());
        }
    }

    /// Decides anew and finds the same people.
    #[cfg(debug_assertions)]
    fn check(&self, hub: &Shared, run: &[Logged], hearing: &crate::listeners::Hearing) {
        let mut telling = Telling::new(hub, &self.index, run);
        let mut anew = Vec::new();
        walk(&self.index, &self.members, &run[0].audience, None, |id, conns| {
            for conn in conns.iter().filter(|conn| !telling.frames(hub, &self.index, conn).is_empty()) {
                anew.push((conn.id, gets_own(&self.index, id)));
            }
        });
        let kept = |list: &[Arc<Conn>], own| list.iter().map(|conn| (conn.id, own)).collect::<Vec<_>>();
        let mut kept = [kept(&hearing.same, false), kept(&hearing.own, true)].concat();
        kept.sort_unstable();
        anew.sort_unstable();
        assert_eq!(kept, anew, "who hears of an event has changed, and what was kept was not forgotten");
    }

    /// Passes typing on.
    pub(crate) fn tell_typing(&self, hub: &Shared, typing: &Typing, touched: &mut Touched) {
        let frames = typing.frames(hub.options.envelope);
        let audience = typing.place.audience(typing.ring);
        let scopes = self.index.group_scopes(typing.place.group, typing.place.admins);
        let inside = matches!(typing.author.kind, AuthorKind::Member | AuthorKind::Bot);
        let own = |id: Id, member: bool| typing.author.id == Some(id) && inside == member;
        walk(&self.index, &self.members, &audience, None, |id, conns| {
            let Some(person) = self.index.person(id) else { return };
            if own(id.0, true) || person.suspended || !self.index.is_audience(id, person, &audience) {
                return;
            }
            let frame = if person.is_guest() { &frames.guest } else { &frames.team };
            loose(hub, conns, scopes, frame, touched);
        });
        if typing.ring == Ring::Everyone
            && let Some(outside) = typing.place.outside
            && let Some(conns) = self.outside.get(&outside)
        {
            for conn in
                conns.iter().filter(|c| is_own_place(&c.viewer, &typing.place) && !own(outside, false))
            {
                loose(hub, std::slice::from_ref(conn), Scopes(0), &frames.outside, touched);
            }
        }
    }

    /// Tells who has come, gone, or turned away, in one frame: all members, and guests of those they share something with.
    pub(crate) fn tell_presence(
        &self,
        hub: &Shared,
        changes: &[(MemberId, Presence)],
        touched: &mut Touched,
    ) {
        #[derive(Serialize)]
        struct Data {
            members: BTreeMap<MemberId, Presence>,
        }
        if changes.is_empty() {
            return;
        }
        let frame = |members| signal::frame(hub.options.envelope, "presence", None, Data { members });
        let all = frame(changes.iter().copied().collect());
        for (id, conns) in &self.members {
            let Some(person) = self.index.person(*id).filter(|p| !p.suspended) else { continue };
            if !person.is_guest() {
                loose(hub, conns, Scopes::of(&[Scope::Read]), &all, touched);
                continue;
            }
            let companions = OnceCell::new();
            let known: BTreeMap<_, _> = changes
                .iter()
                .filter(|(member, _)| self.index.are_companions(*member, *id, &companions))
                .copied()
                .collect();
            if !known.is_empty() {
                loose(hub, conns, Scopes::of(&[Scope::Read]), &frame(known), touched);
            }
        }
    }

    /// Tells the team's side of a room who looks at it.
    pub(crate) fn tell_viewing(
        &self,
        hub: &Shared,
        place: &Place,
        mut member_ids: Vec<MemberId>,
        touched: &mut Touched,
    ) {
        #[derive(Serialize)]
        struct Data {
            member_ids: Vec<MemberId>,
        }
        let audience = place.audience(Ring::Team);
        let may = |id: &MemberId| {
            self.index
                .person(*id)
                .is_some_and(|p| !p.suspended && !p.is_guest() && self.index.is_audience(*id, p, &audience))
        };
        member_ids.retain(may);
        let frame = signal::frame(hub.options.envelope, "viewing", Some(place.room), Data { member_ids });
        let scopes = self.index.group_scopes(place.group, place.admins);
        walk(&self.index, &self.members, &audience, None, |id, conns| {
            if may(&id) {
                loose(hub, conns, scopes, &frame, touched);
            }
        });
    }
}

fn loose(hub: &Shared, conns: &[Arc<Conn>], scopes: Scopes, frame: &Bytes, touched: &mut Touched) {
    for conn in conns.iter().filter(|c| c.may(scopes)) {
        if conn.outbox.push_loose(frame, hub.bounds) == Pushed::First {
            touched.push(Arc::clone(conn));
        }
    }
}

/// The cursor text a viewer gets: the place in the log for members, sealed for everybody else.
pub(crate) fn cursor(
    hub: &Shared,
    tenant: TenantId,
    viewer: &Viewer,
    role: Option<Role>,
    at: LogPlace,
) -> String {
    match (viewer, role) {
        (Viewer::Member { .. }, Some(role)) if role > Role::Guest => cursor::text(at),
        _ => hub.sealer.seal(tenant, viewer, at),
    }
}
