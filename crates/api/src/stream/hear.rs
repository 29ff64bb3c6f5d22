//! What a client may say once its stream is open: signals of the moment. What cannot be read or is not allowed is passed
//! over; these are no commands.

use super::{frame, live::Caller};
use crate::{Api, team};
use portico_core::messages::MayType;
use portico_domain::room::Ring;
use portico_realtime::Controls;
use portico_types::{MessageId, RoomId};
use serde::Deserialize;

/// What a client may say.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Said {
    Hello { cursor: Option<String>, token: Option<String> },
    Typing { room: Option<RoomId>, thread_id: Option<MessageId>, ring: Option<Ring>, text: Option<String> },
    Viewing { room: Option<RoomId> },
    Active { active: bool },
    Ping,
}

/// Acts on it.
pub(super) async fn hear(api: &Api, who: &Caller, controls: &Controls, text: &str) {
    let ctx = || api.edge.app.ctx(who.tenant, who.actor);
    match serde_json::from_str::<Said>(text) {
        Ok(Said::Ping) => {
            controls.set_active(true);
            controls.answer(frame::text("{\"type\":\"pong\"}"));
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
