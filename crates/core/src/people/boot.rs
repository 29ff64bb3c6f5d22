//! Everything a client needs to begin, in one snapshot, with the cursor its stream goes on from.

use super::{Me, MeView, list::as_seen_by};
use crate::{Ctx, Query, customers, security};
use portico_domain::{
    event::Draft,
    inbox::Inbox,
    member::{Member, Role},
    program::Program,
    room::{Room, RoomKind},
    team::Team,
};
use portico_store::{OpenCounts, Read, Sight};
use portico_types::Result;

/// Asks.
pub struct Boot;

/// See the module.
#[derive(Debug)]
pub struct BootView {
    pub me: MeView,
    pub members: Vec<Member>,
    pub teams: Vec<Team>,
    pub channels: Vec<Room>,
    pub directs: Vec<Room>,
    pub inboxes: Vec<Inbox>,
    pub programs: Vec<Program>,
    pub drafts: Vec<Draft>,
    pub customers: OpenCounts,
    /// New and open reports.
    pub security: (i64, i64),
    /// Threads with news, and calls in them.
    pub threads: (i64, i64),
    /// The place of the newest event in this snapshot.
    pub at: portico_types::LogPlace,
}

/// People sent at the start; of larger organizations the rest is asked for by name.
const PEOPLE: i64 = 2_000;

impl Query for Boot {
    type Out = BootView;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<BootView> {
        let me = Me.run(ctx, read)?;
        let (id, role) = (me.member.id, me.member.role);
        let sight = Sight::of(&ctx.actor)?;
        let guest = role == Role::Guest;
        let members =
            read.members("", guest.then_some(id), None, PEOPLE)?.map(|m| as_seen_by(role, m, id)).items;
        let (channels, directs) =
            read.my_rooms(id)?.into_iter().map(|r| r.room).partition(|r| r.kind == RoomKind::Channel);
        Ok(BootView {
            teams: if guest { Vec::new() } else { read.teams()? },
            inboxes: if me.customers { customers::Inboxes.run(ctx, read)? } else { Vec::new() },
            programs: if me.security { security::Programs.run(ctx, read)? } else { Vec::new() },
            drafts: read.drafts(sight)?,
            customers: if me.customers { customers::Counts.run(ctx, read)? } else { OpenCounts::default() },
            security: if me.security { read.report_counts(id)? } else { (0, 0) },
            threads: read.thread_counts(sight)?,
            at: read.log_place()?,
            me,
            members,
            channels,
            directs,
        })
    }
}
