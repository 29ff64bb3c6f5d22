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
        for room in read.my_rooms(id)? {
            let unread = room.room.state.as_ref().map_or(0, |s| s.unread);
            if room.room.kind == RoomKind::Direct && unread > 0 {
                let message = read.newest_message(room.room.id)?;
                rows.push(Row {
                    needs: Needs::Direct,
                    room: room.room.id,
                    unread,
                    at: room.room.last_at,
                    message,
                });
            }
        }
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
            for c in mine.items.into_iter().filter(|c| c.waiting_since.is_some()) {
                let unread = c.state.as_ref().map_or(0, |s| s.unread);
                let message = read.newest_message(c.id)?;
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
