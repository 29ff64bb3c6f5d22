//! The beginning of a stream: the hello, who it is, what was missed. What needs room while it waits is done here, so that
//! the task that stays is small.

use super::{
    frame::{self, Fault, Heard, Reader},
    hear::Said,
    live::{self, Caller},
    wire::Wire,
};
use crate::Api;
use bytes::{Bytes, BytesMut};
use portico_core::{Ctx, people};
use portico_edge::Seat;
use portico_policy::{Actor, Via};
use portico_realtime::{Batch, Connection, End, Viewer};
use portico_types::Error;
use serde_json::json;
use std::{io, time::Duration};
use tokio::time::timeout;

/// How long a new connection may be silent before its hello.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a client may take to take a page of what it missed.
const PAGE: Duration = Duration::from_mins(1);

/// Why there is no stream.
enum No {
    /// With this last word.
    Told(Bytes),
    /// The client cannot be understood.
    Fault(Fault),
    /// The client closes, with this code.
    Closed(Option<u16>),
    /// Nobody is there to be told.
    Gone,
}

impl From<Error> for No {
    fn from(e: Error) -> Self {
        let error = json!({"code": e.code().as_str(), "message": e.message(), "field": e.field()});
        Self::Told(frame::text(&json!({"type": "error", "error": error}).to_string()))
    }
}

impl From<io::Error> for No {
    fn from(_: io::Error) -> Self {
        Self::Gone
    }
}

/// The word a connection ends with.
pub(super) fn last_word(end: End) -> Bytes {
    frame::text(match end {
        End::Resume => r#"{"type":"resume"}"#,
        End::Resync => r#"{"type":"resync"}"#,
        End::Revoked => r#"{"type":"revoked"}"#,
    })
}

/// Receives a client and leaves it to a task of its own. `reader`: what it has sent already.
pub(super) async fn begin(api: Api, who: Option<Ctx>, seat: Seat, wire: Wire, mut reader: Reader) {
    let entered = async {
        let (cursor, token) = timeout(PATIENCE, hello(&wire, &mut reader)).await.map_err(|_| No::Gone)??;
        let (caller, mut connection) = enter(&api, who, cursor, token).await?;
        catch_up(&wire, &mut connection).await?;
        Ok((caller, connection))
    };
    match entered.await {
        Ok((caller, connection)) => live::spawn(api, caller, seat, wire, reader, connection),
        Err(No::Told(words)) => wire.part(reader, words).await,
        Err(No::Fault(fault)) => wire.refuse(fault).await,
        Err(No::Closed(code)) => wire.agree(code).await,
        Err(No::Gone) => {}
    }
}

/// The first message: where the client left off, and who it is where the request did not say.
async fn hello(wire: &Wire, reader: &mut Reader) -> Result<(Option<String>, Option<String>), No> {
    loop {
        match wire.next(reader).await?.ok_or(No::Gone)? {
            Ok(Heard::Text(text)) => {
                return match serde_json::from_str(&text) {
                    Ok(Said::Hello { cursor, token }) => Ok((cursor, token)),
                    _ => Err(Error::invalid("type", "say hello first").into()),
                };
            }
            Ok(Heard::Ping(payload)) => wire.write_all(frame::pong(&payload)).await?,
            Ok(Heard::Close(code)) => return Err(No::Closed(code)),
            Ok(Heard::Other) => {}
            Err(fault) => return Err(No::Fault(fault)),
        }
    }
}

async fn enter(
    api: &Api,
    who: Option<Ctx>,
    cursor: Option<String>,
    token: Option<String>,
) -> Result<(Caller, Connection), No> {
    let caller = match (who, token) {
        (Some(ctx), None) => Caller { tenant: ctx.tenant, actor: ctx.actor },
        (_, Some(token)) => {
            let identity = people::authenticate(&api.edge.app, &token).await?;
            Caller { tenant: identity.tenant, actor: identity.actor }
        }
        (None, None) => return Err(Error::unauthenticated().into()),
    };
    let viewer = viewer(&caller.actor).ok_or_else(Error::unauthenticated)?;
    match api.hub.connect(caller.tenant, viewer, cursor.as_deref(), caller.actor.scopes()).await {
        Ok(connection) => Ok((caller, connection)),
        // A cursor that is not this viewer's leads nowhere: fetch anew.
        Err(e) if e.field() == Some("cursor") => Err(No::Told(last_word(End::Resync))),
        Err(e) => Err(e.into()),
    }
}

fn viewer(actor: &Actor) -> Option<Viewer> {
    match *actor {
        Actor::Member { id, via: Via::Session(session) } => {
            Some(Viewer::Member { id, session: Some(session), token: None })
        }
        Actor::Member { id, via: Via::Token(token, _) } => {
            Some(Viewer::Member { id, session: None, token: Some(token) })
        }
        Actor::Contact { id, inbox } => Some(Viewer::Contact { id, inbox }),
        Actor::Reporter { id, room } => Some(Viewer::Reporter { id, room }),
        Actor::System(_) | Actor::Anonymous => None,
    }
}

/// Says that it begins, and writes what was missed. Meanwhile what the client says waits.
async fn catch_up(wire: &Wire, connection: &mut Connection) -> Result<(), No> {
    let ready = connection.ready();
    let first = json!({"type": "ready", "cursor": ready.cursor, "resumed": ready.resumed});
    wire.write_all(frame::text(&first.to_string())).await?;
    while let Some(batch) = connection.missed().await {
        match batch {
            Batch::Frames(frames) => {
                let mut page = BytesMut::new();
                for frame in &frames {
                    page.extend_from_slice(frame);
                }
                timeout(PAGE, wire.write_all(page.freeze())).await.map_err(|_| No::Gone)??;
            }
            Batch::End(end) => return Err(No::Told(last_word(end))),
        }
    }
    Ok(())
}
