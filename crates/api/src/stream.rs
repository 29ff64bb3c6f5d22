//! The stream: committed events and signals of the moment over a WebSocket.

use crate::{Api, team};
use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, Utf8Bytes, WebSocket},
    },
    http::{HeaderMap, header},
    response::Response,
    routing::get,
};
use futures_util::{SinkExt, StreamExt, stream::SplitSink};
use portico_core::{Ctx, messages::MayType, people::KnowsEveryone};
use portico_domain::room::Ring;
use portico_edge::{Anyone, Peer, Problem, Seat};
use portico_policy::{Actor, Via};
use portico_realtime::{Batch, Connection, Controls, End, Viewer};
use portico_types::{Error, MessageId, Result, RoomId};
use serde::Deserialize;
use serde_json::json;
use std::{collections::BTreeMap, time::Duration};
use tokio::sync::mpsc;

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Said {
    Hello { cursor: Option<String>, token: Option<String> },
    Typing { room: Option<RoomId>, thread_id: Option<MessageId>, ring: Option<Ring>, text: Option<String> },
    Viewing { room: Option<RoomId> },
    Active { active: bool },
    Ping,
}

/// Bytes of a frame from a client at most: a draft being typed, and some air.
const FRAME: usize = 128 * 1024;
/// How long a new connection may be silent before its hello.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a connection may be silent altogether; clients ping every 30 s.
const SILENCE: Duration = Duration::from_secs(90);
/// Bytes of waiting frames that are gathered into one system call. Without gathering, a busy channel of a thousand
/// spends nearly all its time in system calls. Memory is only taken by connections that had that much waiting.
const TOGETHER: usize = 16 * 1024;
/// Frames a client may send in a burst before they are dropped.
const CHATTER: u32 = 40;

pub(crate) fn routes() -> Router<Api> {
    Router::new().route("/stream", get(open))
}

async fn open(
    State(api): State<Api>,
    Anyone(who): Anyone,
    peer: Peer,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<Response, Problem> {
    let seat = api.edge.sockets.sit(&peer.ip)?;
    // A page of another site can open a socket with our cookie; its origin gives it away.
    if headers.contains_key(header::COOKIE) && !headers.contains_key(header::AUTHORIZATION) {
        same_origin(&api, &headers)?;
    }
    Ok(accept(api, who, seat, upgrade))
}

fn same_origin(api: &Api, headers: &HeaderMap) -> Result<()> {
    let Some(origin) = headers.get(header::ORIGIN).and_then(|v| v.to_str().ok()) else { return Ok(()) };
    let host = |url: &str| url.split("://").nth(1).unwrap_or_default().to_ascii_lowercase();
    let ours = host(&api.edge.site.url(headers));
    let asked =
        headers.get(header::HOST).and_then(|v| v.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    if host(origin) == ours || host(origin) == asked { Ok(()) } else { Err(Error::csrf()) }
}

/// Upgrades with small buffers: the library's own cost 130 KB a connection.
pub(crate) fn accept(api: Api, who: Option<Ctx>, seat: Seat, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .read_buffer_size(4 * 1024)
        .write_buffer_size(TOGETHER)
        .max_frame_size(FRAME)
        .max_message_size(FRAME)
        .on_upgrade(move |socket| async move {
            let _seat = seat;
            if let Err(e) = serve(api, who, socket).await {
                tracing::debug!(error = %e, "a stream ended");
            }
        })
}

async fn serve(api: Api, who: Option<Ctx>, socket: WebSocket) -> Result<()> {
    let (out, mut incoming) = socket.split();
    let hello = tokio::time::timeout(PATIENCE, incoming.next()).await;
    let Ok(Some(Ok(Message::Text(text)))) = hello else { return Ok(()) };
    let Ok(Said::Hello { cursor, token }) = serde_json::from_str::<Said>(&text) else {
        return refuse(out, &Error::invalid("type", "say hello first")).await;
    };
    let who = match (who, token) {
        (Some(ctx), None) => ctx,
        (_, Some(token)) => match portico_core::people::authenticate(&api.edge.app, &token).await {
            Ok(identity) => api.edge.app.ctx(identity.tenant, identity.actor),
            Err(e) => return refuse(out, &e).await,
        },
        (None, None) => return refuse(out, &Error::unauthenticated()).await,
    };
    let Some(viewer) = viewer(&who.actor) else { return refuse(out, &Error::unauthenticated()).await };
    let connection = match api.hub.connect(who.tenant, viewer, cursor.as_deref(), who.actor.scopes()).await {
        Ok(connection) => connection,
        // A cursor that is not this viewer's leads nowhere: fetch anew.
        Err(e) if e.field() == Some("cursor") => return last_word(out, "resync").await,
        Err(e) => return refuse(out, &e).await,
    };
    let controls = connection.controls();
    // Who came and went meanwhile was told to nobody here. A guest learns of the few they know as it changes.
    let around = presences(&api, &who).await?;
    let (answer, answers) = mpsc::channel::<Message>(4);
    let writer = tokio::spawn(write(out, connection, around, answers));
    let reader = async {
        let mut bucket = CHATTER;
        let mut refill = tokio::time::interval(Duration::from_millis(250));
        loop {
            let frame = tokio::select! {
                frame = tokio::time::timeout(SILENCE, incoming.next()) => frame,
                _ = refill.tick(), if bucket < CHATTER => {
                    bucket += 1;
                    continue;
                }
            };
            let Ok(Some(Ok(frame))) = frame else { return };
            if bucket == 0 {
                continue;
            }
            bucket -= 1;
            match frame {
                Message::Text(text) => hear(&api, &who, &controls, &answer, &text).await,
                Message::Close(_) => return,
                Message::Binary(_) | Message::Ping(_) | Message::Pong(_) => {}
            }
        }
    };
    let mut writer = writer;
    tokio::select! {
        () = reader => writer.abort(),
        _ = &mut writer => {}
    }
    Ok(())
}

/// Who is around, for a member who is no guest.
async fn presences(api: &Api, who: &Ctx) -> Result<Option<Message>> {
    let ctx = api.edge.app.ctx(who.tenant, who.actor);
    if who.actor.member().is_none() || !api.edge.app.ask(ctx, KnowsEveryone).await? {
        return Ok(None);
    }
    let members: BTreeMap<String, _> =
        api.hub.presence(who.tenant).into_iter().map(|(id, state)| (id.to_string(), state)).collect();
    let text = json!({"type": "presences", "data": {"members": members}}).to_string();
    Ok(Some(Message::Text(text.into())))
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

type Out = SplitSink<WebSocket, Message>;

async fn last_word(mut out: Out, kind: &str) -> Result<()> {
    let _gone = out.send(Message::Text(json!({"type": kind}).to_string().into())).await;
    let _gone = out.close().await;
    Ok(())
}

async fn refuse(mut out: Out, e: &Error) -> Result<()> {
    let text = json!({"type": "error", "error": {"code": e.code().as_str(), "message": e.message(), "field": e.field()}});
    // Whether it still reads that is its own matter.
    let _gone = out.send(Message::Text(text.to_string().into())).await;
    let _gone = out.close().await;
    Ok(())
}

/// Writes whatever waits, in one go: under load many frames share a system call.
async fn write(
    mut out: Out,
    mut connection: Connection,
    around: Option<Message>,
    mut answers: mpsc::Receiver<Message>,
) {
    let ready = connection.ready();
    let first = json!({"type": "ready", "cursor": ready.cursor, "resumed": ready.resumed}).to_string();
    if out.send(Message::Text(first.into())).await.is_err() {
        return;
    }
    if let Some(around) = around
        && out.send(around).await.is_err()
    {
        return;
    }
    loop {
        tokio::select! {
            batch = connection.next() => match batch {
                Batch::Frames(frames) => {
                    for frame in frames {
                        let Ok(text) = Utf8Bytes::try_from(frame) else { continue };
                        if out.feed(Message::Text(text)).await.is_err() {
                            return;
                        }
                    }
                    if out.flush().await.is_err() {
                        return;
                    }
                }
                Batch::End(end) => {
                    let kind = match end {
                        End::Resume => "resume",
                        End::Resync => "resync",
                        End::Revoked => "revoked",
                    };
                    let _gone = last_word(out, kind).await;
                    return;
                }
            },
            Some(answer) = answers.recv() => {
                if out.send(answer).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Acts on what a client said. What cannot be read or is not allowed is passed over: these are signals, not commands.
async fn hear(api: &Api, who: &Ctx, controls: &Controls, answer: &mpsc::Sender<Message>, text: &str) {
    let ctx = || api.edge.app.ctx(who.tenant, who.actor);
    match serde_json::from_str::<Said>(text) {
        Ok(Said::Ping) => {
            controls.set_active(true);
            let _full = answer.try_send(Message::Text(Utf8Bytes::from_static("{\"type\":\"pong\"}")));
        }
        Ok(Said::Active { active }) => controls.set_active(active),
        Ok(Said::Viewing { room: None }) => controls.set_viewing(None),
        Ok(Said::Viewing { room: Some(room) }) => {
            if let Ok((row, _)) = api.edge.app.ask(ctx(), MayType { room }).await {
                controls.set_viewing(Some(team::place(&row)));
            }
        }
        Ok(Said::Typing { room: Some(room), thread_id, ring, text }) => {
            let ring = if who.actor.inside() { ring.unwrap_or(Ring::Everyone) } else { Ring::Everyone };
            // Only people outside show what they are typing; the team's unfinished words are its own.
            let text = if who.actor.inside() { None } else { text };
            if let Err(e) = team::signal_typing(api, ctx(), room, ring, thread_id, text).await {
                tracing::debug!(error = %e, "typing not passed on");
            }
        }
        Ok(Said::Typing { room: None, text, .. }) => {
            let _silent = crate::widget_typing(api, ctx(), text).await;
        }
        Ok(Said::Hello { .. }) | Err(_) => {}
    }
}
