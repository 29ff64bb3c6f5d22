//! Searching messages: the index finds, the same statement joins what may be seen, newest first.

use super::{
    Page,
    seen::{self, ids},
};
use crate::{Read, dialect::Both};
use portico_domain::{message::Message, room::RoomKind};
use portico_types::{Id, MemberId, Millis, PageCursor, Result, RoomId, TenantId};
use std::collections::{BTreeSet, HashMap};

/// A message that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    /// The message.
    pub message: Message,
    /// What kind of timeline it is in.
    pub room_kind: RoomKind,
    /// What that timeline is called: the contact of a conversation, the title of a report, else the room's name.
    pub room_name: String,
}

// Visibility is part of the statement, never a filter afterwards: who is in the room's group, who may find it, who
// looks after customers by rank (which reports have no part in), and guests not below ring `guests` on a desk. What is
// asked of the searcher stands apart from the match, so that it is looked up once and not for each.
macro_rules! rank {
    () => {
        "(SELECT role FROM member WHERE tenant_id = $1 AND id = $2 AND suspended = 0)"
    };
}
macro_rules! visible {
    ($newest:literal) => {
        concat!(
            " m.body_kind = 0 AND m.created_at >= $4 AND m.created_at < $5 AND ",
            $newest,
            " < $6
              AND EXISTS (SELECT 1 FROM room r WHERE r.tenant_id = $1 AND r.id = m.room_id AND (
              (r.audience_id IN (SELECT group_id FROM membership WHERE tenant_id = $1 AND member_id = $2)
              AND ",
            rank!(),
            " >= (CASE WHEN r.kind < 2 OR m.ring >= 1 THEN 0 ELSE 1 END))
              OR (r.kind = 0 AND r.visibility = 0 AND ",
            rank!(),
            " > 0)
              OR (r.kind = 2 AND ",
            rank!(),
            " >= 2))
              AND (r.kind <> 2 OR $8 = 1) AND (r.kind <> 3 OR $9 = 1))
              ORDER BY ",
            $newest,
            " DESC LIMIT $7"
        )
    };
}

// The order is that of the index itself: asked for by any other name, SQLite collects and sorts every match first.
const SEARCH: Both = Both {
    sqlite: concat!(
        "SELECT m.id, m.row_id FROM message_terms t CROSS JOIN message m ON m.row_id = t.rowid WHERE m.tenant_id = $1 AND message_terms MATCH ($3 || $10) AND",
        visible!("t.rowid")
    ),
    postgres: concat!(
        "SELECT m.id, m.row_id FROM message_terms t JOIN message m ON m.tenant_id = t.tenant_id AND m.id = t.message_id
         WHERE t.tenant_id = $1 AND m.tenant_id = $1 AND ($3 = '' OR t.terms @@ CAST(CAST($3 AS text) AS tsquery)) AND t.tags @@ CAST(CAST($10 AS text) AS tsquery) AND",
        visible!("m.row_id")
    ),
};

/// What to look for, within a span of time.
pub struct Wanted<'a> {
    /// The words.
    pub query: &'a portico_text::search::Query,
    /// Tags: all of the groups must match, any tag within a group.
    pub tags: Vec<Vec<String>>,
    /// Not before.
    pub since: Millis,
    /// Before.
    pub until: Millis,
    /// Conversations with customers too.
    pub customers: bool,
    /// Reports too.
    pub security: bool,
}

impl Wanted<'_> {
    /// The two expressions of the engine: for the words, and for the tags. The organization's own tag is left out where
    /// it is `alone`: it stands at every message, and the statement compares the organization anyway.
    fn expressions(&self, tenant: TenantId, lite: bool, alone: bool) -> (String, String) {
        let mut groups = self.tags.clone();
        if !alone || (groups.is_empty() && portico_text::search::fts5_match(self.query).is_none()) {
            groups.push(vec![super::posting::tag::tenant(tenant)]);
        }
        let (quote, or, and) = if lite { ("\"", " OR ", " AND ") } else { ("'", " | ", " & ") };
        let group = |tags: &Vec<String>| {
            let any: Vec<String> = tags.iter().map(|t| format!("{quote}{t}{quote}")).collect();
            format!("({})", any.join(or))
        };
        let tags = groups.iter().map(group).collect::<Vec<_>>().join(and);
        if lite {
            let words = portico_text::search::fts5_match(self.query).map(|w| format!("{{terms}} : {w}"));
            let tags = (!tags.is_empty()).then(|| format!("{{tags}} : ({tags})"));
            (words.into_iter().chain(tags).collect::<Vec<_>>().join(" AND "), String::new())
        } else {
            (portico_text::search::tsquery(self.query).unwrap_or_default(), tags)
        }
    }
}

impl Read<'_> {
    /// Messages `me` may see that match, newest first.
    pub fn search(
        &mut self,
        me: MemberId,
        wanted: &Wanted<'_>,
        before: Option<PageCursor>,
        limit: i64,
    ) -> Result<Page<Hit>> {
        let lite = self.is_lite();
        let alone = lite && !self.has_neighbours()?;
        let (words, tags) = wanted.expressions(self.tenant(), lite, alone);
        let rows: Vec<(portico_types::MessageId, i64)> = self.all(
            SEARCH.of(lite),
            &[
                me.into(),
                (&words).into(),
                wanted.since.into(),
                wanted.until.into(),
                before.map_or(i64::MAX, |c| c.number).into(),
                (limit + 1).into(),
                wanted.customers.into(),
                wanted.security.into(),
                (&tags).into(),
            ],
            |r| Ok((r.id(0)?, r.int(1)?)),
        )?;
        let page = Page::cut(rows, limit, |(id, n)| (*n, id.0));
        let mut found = self.seen_messages(page.items.iter().map(|(id, _)| *id))?;
        let rooms = self.places_of(found.values().map(|m| m.room_id).collect())?;
        let items = page.items.into_iter().filter_map(|(id, _)| {
            let message = found.remove(&id)?;
            let (room_kind, room_name) = rooms.get(&message.room_id)?.clone();
            Some(Hit { message, room_kind, room_name })
        });
        let items = items.collect();
        Ok(Page { items, next: page.next })
    }

    /// What kind of timelines these are, and what they are called.
    fn places_of(&mut self, rooms: BTreeSet<RoomId>) -> Result<HashMap<RoomId, (RoomKind, String)>> {
        let rooms: Vec<Id> = rooms.into_iter().map(|room| room.0).collect();
        let mut all = HashMap::with_capacity(rooms.len());
        for some in rooms.chunks(seen::TOGETHER) {
            all.extend(self.all(
                concat!(
                    "SELECT r.id, r.kind, COALESCE(k.name, p.title, r.name) FROM room r
                     LEFT JOIN conversation v ON v.tenant_id = r.tenant_id AND v.id = r.id
                     LEFT JOIN contact k ON k.tenant_id = v.tenant_id AND k.id = v.contact_id
                     LEFT JOIN report p ON p.tenant_id = r.tenant_id AND p.id = r.id
                     WHERE r.tenant_id = $1 AND r.id IN ",
                    ids!()
                ),
                &seen::places(some),
                |r| Ok((r.id(0)?, (RoomKind::of(r.int(1)?)?, r.text(2)?))),
            )?);
        }
        Ok(all)
    }

    /// Whether this server has other organizations. Asked on SQLite only, which has no wall between them.
    fn has_neighbours(&mut self) -> Result<bool> {
        self.one("/* instance: any other organization */ SELECT EXISTS (SELECT 1 FROM tenant WHERE tenant_id <> $1)", &[], |r| r.int(0))
            .map(|found| found.is_some_and(|n| n != 0))
    }
}
