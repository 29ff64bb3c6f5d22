//! The unified inbox: everything on all desks that needs me, newest first.

use super::Me;
use crate::{Ctx, Query};
use portico_domain::{conversation::Status, message::Message, report::ReportState, room::RoomKind};
use portico_store::{Assignee, Read, ReportFilter, Sight};
use portico_types::{Millis, Result, RoomId};

/// Why something needs me.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Needs {
    Mention,
    Direct,
    Thread,
    Assigned,
    Report,
}

/// One thing that needs me.
#[derive(Clone, Debug)]
pub struct Row {
    pub needs: Needs,
    pub room: RoomId,
    pub message: Option<Message>,
    pub unread: i64,
    pub at: Millis,
}

/// Asks. At most 200 rows: who has more needs something else than a longer list.
pub struct Attention;

const ROWS: i64 = 100;

impl Query for Attention {
    type Out = Vec<Row>;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        let me = Me.run(ctx, read)?;
        let (id, sight) = (me.member.id, Sight::of(&ctx.actor)?);
        let mut rows: Vec<Row> = read
            .unread_mentions(sight, ROWS)?
            .into_iter()
            .map(|m| Row {
                needs: Needs::Mention,
                room: m.room_id,
                unread: 1,
                at: m.created_at,
                message: Some(m),
            })
            .collect();
        let direct: Vec<_> = read
            .my_rooms(id)?
            .into_iter()
            .filter(|r| {
                r.room.kind == RoomKind::Direct && r.room.state.as_ref().is_some_and(|s| s.unread > 0)
            })
            .collect();
        let mut newest = read.newest_messages(direct.iter().map(|r| r.room.id))?;
        rows.extend(direct.into_iter().map(|r| Row {
            needs: Needs::Direct,
            room: r.room.id,
            unread: r.room.state.as_ref().map_or(0, |s| s.unread),
            at: r.room.last_at,
            message: newest.remove(&r.room.id),
        }));
        for (state, root) in read.threads(sight, None, ROWS)?.items {
            if state.unread > 0 {
                let (room, unread, at) = (state.room, state.unread, state.last_at);
                rows.push(Row { needs: Needs::Thread, room, unread, at, message: Some(root) });
            }
        }
        if me.customers {
            let desk = read.desk(&ctx.actor)?;
            let mine =
                read.conversations(&desk, Some(Status::Open), None, Assignee::Member(id), None, ROWS)?;
            let waiting: Vec<_> = mine.items.into_iter().filter(|c| c.waiting_since.is_some()).collect();
            let mut newest = read.newest_messages(waiting.iter().map(|c| c.id))?;
            for c in waiting {
                let unread = c.state.as_ref().map_or(0, |s| s.unread);
                let message = newest.remove(&c.id);
                rows.push(Row { needs: Needs::Assigned, room: c.id, unread, at: c.last_at, message });
            }
        }
        if me.security {
            let new = ReportFilter { from: ReportState::New, to: ReportState::New, program: None };
            for r in read.reports(id, new, None, ROWS)?.items {
                let unread = r.state_of_room.as_ref().map_or(0, |s| s.unread);
                rows.push(Row { needs: Needs::Report, room: r.id, unread, at: r.last_at, message: None });
            }
        }
        rows.sort_by(|a, b| b.at.cmp(&a.at).then(b.room.cmp(&a.room)));
        rows.truncate(2 * ROWS as usize);
        Ok(rows)
    }
}
