//! One organization as this node holds it: the index, the connections, the board. Everything in here changes under one
//! lock, so that a right taken away and the events after it have an order.

use crate::{
    Viewer,
    board::{Board, Changes, QUIET, Seen},
    index::{Effect, Index},
    listeners::Listeners,
    outbox::{End, Outbox},
    signal::{Ending, Thinner},
};
use portico_domain::session::Scopes;
use portico_types::{Id, MemberId, Millis};
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// Nobody is at the keyboard.
const LEFT_ALONE: i64 = i64::MIN;
/// Later than everything.
const NEVER: Millis = Millis(i64::MAX);

/// One open connection. Small: there are thousands.
pub(crate) struct Conn {
    pub(crate) id: u64,
    pub(crate) viewer: Viewer,
    pub(crate) scopes: Scopes,
    /// What was delivered when it came: up to here it reads from the log, what follows comes live.
    pub(crate) after: i64,
    /// When the session or token that lets it be here is over.
    pub(crate) expires_at: Option<Millis>,
    pub(crate) outbox: Outbox,
    active_at: AtomicI64,
}

impl Conn {
    pub(crate) fn new(id: u64, viewer: Viewer, scopes: Scopes, after: i64, now: Millis) -> Self {
        Self {
            id,
            viewer,
            scopes,
            after,
            expires_at: None,
            outbox: Outbox::default(),
            active_at: AtomicI64::new(now.0),
        }
    }

    /// Whether the token, if there is one, may hear what needs `scopes`.
    pub(crate) fn may(&self, scopes: Scopes) -> bool {
        self.scopes.0 & scopes.0 == scopes.0
    }

    /// The client says whether somebody is there. Says whether the member is to be looked at for that: not where it was
    /// active and long from turning quiet, since the look that is due when it would have sees that it said so again.
    #[must_use]
    pub(crate) fn set_active(&self, active: bool, now: Millis) -> bool {
        let before = self.active_at.swap(if active { now.0 } else { LEFT_ALONE }, Ordering::Relaxed);
        !(active && before <= now.0 && now.0 < Millis(before).plus(QUIET / 2).0)
    }

    /// Until when it is active, if it is at `now`.
    fn active_until(&self, now: Millis) -> Option<Millis> {
        let at = self.active_at.load(Ordering::Relaxed);
        let until = Millis(at).plus(QUIET);
        (at != LEFT_ALONE && now < until).then_some(until)
    }
}

/// Connections by whose they are.
pub(crate) type Online<K> = HashMap<K, Vec<Arc<Conn>>>;

/// See the module.
pub(crate) struct State {
    pub(crate) index: Index,
    /// Number of the last event delivered here.
    pub(crate) delivered: i64,
    pub(crate) members: Online<MemberId>,
    pub(crate) outside: Online<Id>,
    pub(crate) listeners: Listeners,
    pub(crate) board: Board,
    pub(crate) typing: Thinner,
    pub(crate) connections: usize,
    /// Nobody's time is over before this.
    next_expiry: Millis,
    /// Since when nobody is connected.
    pub(crate) empty_since: Millis,
    /// Forgotten by the hub: whoever holds it looks again.
    pub(crate) closed: bool,
}

/// Until when any of a member's connections here has somebody at it, if one has.
fn active_until(members: &Online<MemberId>, member: MemberId, now: Millis) -> Option<Millis> {
    members.get(&member)?.iter().filter_map(|c| c.active_until(now)).max()
}

impl State {
    pub(crate) fn new(index: Index, delivered: i64, now: Millis) -> Self {
        Self {
            index,
            delivered,
            members: HashMap::new(),
            outside: HashMap::new(),
            listeners: Listeners::default(),
            board: Board::default(),
            typing: Thinner::default(),
            connections: 0,
            next_expiry: NEVER,
            empty_since: now,
            closed: false,
        }
    }

    /// How many connections a viewer has.
    pub(crate) fn count(&self, viewer: &Viewer) -> usize {
        match viewer.member() {
            Some(id) => self.members.get(&id).map_or(0, Vec::len),
            None => self.outside.get(&viewer.id()).map_or(0, Vec::len),
        }
    }

    pub(crate) fn add(&mut self, conn: &Arc<Conn>) {
        self.listeners.forget();
        let list = match conn.viewer.member() {
            Some(id) => {
                self.board.came(id);
                self.members.entry(id).or_default()
            }
            None => self.outside.entry(conn.viewer.id()).or_default(),
        };
        list.push(Arc::clone(conn));
        self.connections += 1;
        self.next_expiry = self.next_expiry.min(conn.expires_at.unwrap_or(NEVER));
    }

    /// Takes a connection out, unless it is out already. It is not ended by that.
    pub(crate) fn remove(&mut self, conn: &Conn, now: Millis) {
        fn take<K: std::hash::Hash + Eq>(online: &mut Online<K>, key: &K, conn: u64) -> Option<bool> {
            let list = online.get_mut(key)?;
            let before = list.len();
            list.retain(|c| c.id != conn);
            let (taken, last) = (list.len() < before, list.is_empty());
            if last {
                online.remove(key);
            }
            taken.then_some(last)
        }
        self.listeners.forget();
        let last = match conn.viewer.member() {
            Some(id) => {
                let last = take(&mut self.members, &id, conn.id);
                if let Some(last) = last {
                    self.board.went(id, conn.id, last, now);
                }
                last
            }
            None => take(&mut self.outside, &conn.viewer.id(), conn.id),
        };
        if last.is_some() {
            self.connections -= 1;
            if self.connections == 0 {
                self.empty_since = now;
            }
        }
    }

    /// Ends the connections that `which` picks.
    pub(crate) fn end(&mut self, end: End, now: Millis, which: impl Fn(&Conn) -> bool) {
        let all = self.members.values().chain(self.outside.values()).flatten();
        let ending: Vec<Arc<Conn>> = all.filter(|c| which(c)).map(Arc::clone).collect();
        for conn in ending {
            conn.outbox.end(end);
            self.remove(&conn, now);
        }
    }

    /// Ends the connections whose session or token is over by now. Nearly always a single comparison.
    pub(crate) fn expire(&mut self, now: Millis) {
        if now < self.next_expiry {
            return;
        }
        self.end(End::Revoked, now, |c| c.expires_at.is_some_and(|at| at <= now));
        let all = self.members.values().chain(self.outside.values()).flatten();
        self.next_expiry = all.filter_map(|c| c.expires_at).min().unwrap_or(NEVER);
    }

    /// What an event does to connections, before it is told.
    pub(crate) fn act(&mut self, effect: Effect, now: Millis) {
        match effect {
            Effect::EndSession(ended) => self.end(
                End::Revoked,
                now,
                |c| matches!(c.viewer, Viewer::Member { session: Some(session), .. } if session == ended),
            ),
            Effect::EndMember(member) => self.end(End::Revoked, now, |c| c.viewer.member() == Some(member)),
            Effect::Resync(member) => self.end(End::Resync, now, |c| c.viewer.member() == Some(member)),
            Effect::EndToken(token) => self.take_away(Ending::Token(token), now),
            Effect::EndContact(contact) => self.take_away(Ending::Contact(contact), now),
        }
    }

    /// Ends what hung on a right that is gone.
    pub(crate) fn take_away(&mut self, ending: Ending, now: Millis) {
        self.end(End::Revoked, now, |c| match (ending, &c.viewer) {
            (Ending::Token(ended), Viewer::Member { token: Some(token), .. }) => *token == ended,
            (Ending::Contact(ended), Viewer::Contact { id, .. }) => *id == ended,
            (Ending::Reporter(ended), Viewer::Reporter { id, .. }) => *id == ended,
            _ => false,
        });
    }

    /// What connections tell of a member now, over all nodes.
    pub(crate) fn seen(&self, member: MemberId, now: Millis) -> Option<Seen> {
        self.board.seen(member, |m| active_until(&self.members, m, now), now)
    }

    /// What is new on the board. `alone`: no other node listens.
    pub(crate) fn look(&mut self, now: Millis, alone: bool) -> Changes {
        for member in self.index.take_changed() {
            self.board.touch(member);
        }
        let members = &self.members;
        self.board.look(&self.index, |m| active_until(members, m, now), now, alone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_idle_connection_is_small() {
        // With its places in the maps and on the board that is well under a kilobyte.
        assert!(std::mem::size_of::<Conn>() <= 256, "{}", std::mem::size_of::<Conn>());
    }

    #[test]
    fn saying_again_that_somebody_is_there_is_no_reason_to_look() {
        let viewer = Viewer::Member { id: MemberId(Id([1; 16])), session: None, token: None };
        let conn = Conn::new(1, viewer, Scopes::FULL, 0, Millis(0));
        for (active, at, is_reason) in [
            (true, QUIET / 2 - 1, false),
            (true, QUIET / 2 + 1, false),
            // So late that it may be looked at just now.
            (true, QUIET + 1, true),
            (false, QUIET + 2, true),
            (true, QUIET + 3, true),
            (true, QUIET + 3, false),
            // The clock was set back.
            (true, 1, true),
        ] {
            assert_eq!(conn.set_active(active, Millis(at)), is_reason, "at {at}");
        }
    }
}
