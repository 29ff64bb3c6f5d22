//! What is one's own: profile, presence, preferences.

use crate::{Command, Ctx, Query, rooms};
use portico_domain::{
    event::{Audience, Event},
    member::{Member, PresenceChoice, Status},
};
use portico_policy::{EditSelf, EnterOrganization};
use portico_store::{ProfileChange, Read, Tx};
use portico_types::{Error, ErrorCode, FileId, Result};

/// Changes what is given, leaves the rest.
#[derive(Default)]
pub struct EditProfile {
    pub name: Option<String>,
    pub handle: Option<String>,
    pub time_zone: Option<String>,
    pub language: Option<String>,
    pub status: Option<Status>,
    /// A picture among one's own uploads, or none.
    pub picture: Option<Option<FileId>>,
    pub presence: Option<PresenceChoice>,
}

impl EditProfile {
    /// Whether nothing is to change.
    pub fn is_empty(&self) -> bool {
        self.name.is_none()
            && self.handle.is_none()
            && self.time_zone.is_none()
            && self.language.is_none()
            && self.status.is_none()
            && self.picture.is_none()
            && self.presence.is_none()
    }
}

/// An IANA time zone that is known.
pub(super) fn time_zone(name: &str) -> Result<String> {
    if name.len() <= 64 && jiff::tz::TimeZone::get(name).is_ok() {
        Ok(name.to_owned())
    } else {
        Err(Error::invalid("time_zone", "send an IANA name such as Europe/Berlin"))
    }
}

/// A BCP 47 tag by form.
pub(super) fn language(tag: &str) -> Result<String> {
    let fine = (2..=35).contains(&tag.len())
        && tag.split('-').all(|p| (1..=8).contains(&p.len()) && p.bytes().all(|b| b.is_ascii_alphanumeric()));
    if fine {
        Ok(tag.to_owned())
    } else {
        Err(Error::invalid("language", "send a language tag such as en or de-AT"))
    }
}

impl Command for EditProfile {
    type Out = Member;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Member> {
        let permit = tx.access_organization::<EditSelf>(&ctx.actor)?;
        let me = ctx.me()?;
        let name = self.name.as_deref().map(|n| rooms::name("name", n)).transpose()?;
        if let Some(handle) = &self.handle {
            portico_text::names::check_handle(handle).map_err(|e| Error::invalid("handle", e.to_string()))?;
            if portico_text::names::RESERVED_HANDLES.contains(&handle.as_str()) {
                return Err(Error::invalid("handle", "this handle means everybody; choose another"));
            }
        }
        let zone = self.time_zone.as_deref().map(time_zone).transpose()?;
        let tag = self.language.as_deref().map(language).transpose()?;
        let status = match &self.status {
            Some(s) => Some((rooms::words("status", &s.text, 100)?, rooms::words("status", &s.emoji, 8)?)),
            None => None,
        };
        if let Some(Some(picture)) = self.picture {
            let file = tx
                .access_file(&ctx.actor, picture)
                .map_err(|_| Error::invalid("picture", "upload the picture first"))?;
            if file.owner != me.0 || !file.file.kind.starts_with("image/") || !file.file.thumb {
                return Err(Error::invalid("picture", "a picture is an image you uploaded"));
            }
        }
        let member = tx
            .update_profile(
                &permit,
                me,
                &ProfileChange {
                    name: name.as_deref(),
                    handle: self.handle.as_deref(),
                    time_zone: zone.as_deref(),
                    language: tag.as_deref(),
                    status: status.as_ref().map(|(t, e)| (t.as_str(), e.as_str())),
                    picture: self.picture,
                    presence: self.presence,
                },
            )
            .map_err(|e| match e.code() {
                ErrorCode::Conflict => Error::conflict(Some("handle"), "this handle is taken"),
                _ => e,
            })?;
        tx.emit(ctx.now, None, Audience::Everyone, Event::PersonUpdated { member: Box::new(member.clone()) });
        Ok(member)
    }
}

/// One's preferences: an object the clients agree on, 16 KiB at most.
pub struct Preferences;

impl Query for Preferences {
    type Out = serde_json::Value;

    fn run(&self, ctx: &Ctx, read: &mut Read<'_>) -> Result<Self::Out> {
        read.access_organization::<EnterOrganization>(&ctx.actor)?;
        read.preferences(ctx.me()?)
    }
}

/// Changes preferences: given keys replace, `null` removes.
pub struct SetPreferences {
    pub change: serde_json::Map<String, serde_json::Value>,
}

impl Command for SetPreferences {
    type Out = serde_json::Value;

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Self::Out> {
        let permit = tx.access_organization::<EditSelf>(&ctx.actor)?;
        let me = ctx.me()?;
        let mut all = match tx.preferences(me)? {
            serde_json::Value::Object(all) => all,
            _ => serde_json::Map::new(),
        };
        for (key, value) in &self.change {
            if value.is_null() {
                all.remove(key);
            } else {
                all.insert(key.clone(), value.clone());
            }
        }
        let preferences = serde_json::Value::Object(all);
        let text = preferences.to_string();
        if text.len() > 16 * 1024 {
            return Err(Error::too_large("preferences", "preferences hold 16 KiB at most"));
        }
        tx.set_preferences(&permit, me, &text)?;
        let event = Event::PreferencesChanged { preferences: preferences.clone() };
        tx.emit(ctx.now, None, Audience::Member(me), event);
        Ok(preferences)
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn zones_and_languages_are_checked_by_what_they_are() {
        assert!(super::time_zone("Europe/Berlin").is_ok());
        for bad in ["", "Mars/Olympus", "../../etc/passwd", "Europe/Berlin\0"] {
            assert!(super::time_zone(bad).is_err(), "{bad}");
        }
        assert!(super::language("zh-Hant-TW").is_ok());
        for bad in ["", "e", "en_US", "en-", "<b>", "englishenglish"] {
            assert!(super::language(bad).is_err(), "{bad}");
        }
    }
}
