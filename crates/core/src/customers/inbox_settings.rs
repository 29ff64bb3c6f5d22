//! What can be set of an inbox, and the rules for it.

use crate::rooms;
use portico_domain::inbox::{Asked, Form, Inbox, check_color, check_origin};
use portico_store::Tx;
use portico_types::{Error, ErrorCode, Result, TeamId};

/// Origins that may carry one widget, at most.
const ORIGINS: usize = 50;
/// Longest greeting, in characters as readers count them.
const GREETING: usize = 500;
/// The colour of a widget nobody has given one.
pub(super) const COLOR: &str = "#3350d4";

/// What of an inbox is given; the rest stays as it is.
#[derive(Clone, Debug, Default)]
pub struct InboxSettings {
    pub name: Option<String>,
    /// Empty means any origin.
    pub allowed_origins: Option<Vec<String>>,
    /// `#rrggbb`.
    pub color: Option<String>,
    pub greeting: Option<String>,
    pub form: Option<Form>,
    pub typing_preview: Option<bool>,
    /// Whether visitors come with a JWT of the host.
    pub identity: Option<Asked>,
    /// The team that owns it and gets its new conversations, or none.
    pub team: Option<Option<TeamId>>,
}

impl InboxSettings {
    /// Puts what is given, checked, into an inbox.
    pub(super) fn apply(&self, tx: &mut Tx<'_>, inbox: &mut Inbox) -> Result<()> {
        if let Some(name) = &self.name {
            inbox.name = rooms::name("name", name)?;
        }
        if let Some(origins) = &self.allowed_origins {
            if origins.len() > ORIGINS {
                return Err(Error::invalid(
                    "allowed_origins",
                    format!("an inbox has {ORIGINS} origins at most"),
                ));
            }
            let mut checked = Vec::with_capacity(origins.len());
            for origin in origins {
                let origin = check_origin(origin)?;
                if !checked.contains(&origin) {
                    checked.push(origin);
                }
            }
            inbox.allowed_origins = checked;
        }
        if let Some(color) = &self.color {
            inbox.color = check_color(color)?;
        }
        if let Some(greeting) = &self.greeting {
            inbox.greeting = rooms::words("greeting", greeting, GREETING)?;
        }
        if let Some(form) = &self.form {
            inbox.form = form.clone();
        }
        if let Some(preview) = self.typing_preview {
            inbox.typing_preview = preview;
        }
        if let Some(identity) = self.identity {
            inbox.identity = identity;
        }
        if let Some(team) = self.team {
            if let Some(id) = team {
                check_team(tx, id)?;
            }
            inbox.team_id = team;
        }
        Ok(())
    }
}

/// The name of a team that is there.
pub(super) fn check_team(tx: &mut Tx<'_>, id: TeamId) -> Result<String> {
    match tx.team(id) {
        Ok(team) => Ok(team.name),
        Err(e) if e.code() == ErrorCode::NotFound => {
            Err(Error::invalid("team_id", "there is no such team here"))
        }
        Err(e) => Err(e),
    }
}
