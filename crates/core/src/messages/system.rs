//! Messages the server writes itself: what happened, in words the client has.

use crate::Ctx;
use portico_domain::{
    event::Event,
    message::{Author, AuthorKind, Body, Mentions, Message},
    room::{Ring, RoomKind},
};
use portico_policy::{Actor, PostMessage, Reason};
use portico_store::{NewMessage, Tx};
use portico_types::{MessageId, Result, RoomId};
use std::collections::BTreeMap;

/// Writes a line like "Ann joined" into a room. The caller has decided that it happened; the permit is the server's.
pub(crate) fn system_message(
    ctx: &Ctx,
    tx: &mut Tx<'_>,
    room: RoomId,
    ring: Ring,
    event: &str,
    params: &[(&str, &str)],
) -> Result<Message> {
    let (row, permit) = tx.access_room::<PostMessage>(&Actor::System(Reason::Job), room)?;
    let mut params: BTreeMap<String, String> =
        params.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    // Whoever did it has read the line: their own devices know it by this.
    if let Some(me) = ctx.actor.member() {
        params.insert("by_id".to_owned(), me.to_string());
    }
    let author = Author { kind: AuthorKind::System, id: None, name: String::new() };
    let body = Body::System { event: event.to_owned(), params };
    let mentions = Mentions::default();
    let id: MessageId = ctx.id();
    let posted = tx.insert_message(
        &permit,
        &NewMessage {
            id,
            author: &author,
            ring,
            thread: None,
            body: &body,
            mentions: &mentions,
            files: 0,
            client_key: None,
            index: None,
            at: ctx.now,
        },
    )?;
    // Whoever did it has read the line about it; only they, so that the others see that something changed. In a
    // conversation that is an owner or admin too, who need not be among its agents.
    if let Some(me) = ctx.actor.member()
        && (row.room.kind == RoomKind::Conversation || tx.group_role(row.room.audience, me)?.is_some())
    {
        tx.read_own(&permit, me, posted)?;
    }
    let message = Message {
        id,
        room_id: room,
        number: posted.number,
        author,
        ring,
        thread_id: None,
        body,
        created_at: ctx.now,
        edited_at: None,
        version: 1,
        files: Vec::new(),
        reactions: Vec::new(),
        mentions,
        thread: None,
        client_key: None,
        outside_number: posted.outside_number,
    };
    tx.emit(
        ctx.now,
        Some(room),
        row.audience(ring),
        Event::MessagePosted { message: Box::new(message.clone()) },
    );
    Ok(message)
}
