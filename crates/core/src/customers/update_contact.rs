//! Looking after a contact.

use super::emit_contact;
use crate::{Command, Ctx, Record, rooms};
use portico_domain::{contact::Contact, limits};
use portico_policy::{Action, HandleContact as May};
use portico_store::Tx;
use portico_types::{ContactId, Error, Result};
use std::collections::BTreeMap;

/// Longest name of an attribute, in characters.
const KEY: usize = 64;
/// Longest value of an attribute, in characters.
const VALUE: usize = 1_000;

/// Changes what is given. A blocked contact's messages are refused.
#[derive(Clone, Debug)]
pub struct UpdateContact {
    pub id: ContactId,
    pub name: Option<String>,
    pub email: Option<Option<String>>,
    pub phone: Option<Option<String>>,
    /// All of them; what is not named is gone.
    pub attributes: Option<BTreeMap<String, String>>,
    pub blocked: Option<bool>,
}

impl UpdateContact {
    /// Nothing changes yet.
    pub fn of(id: ContactId) -> Self {
        Self { id, name: None, email: None, phone: None, attributes: None, blocked: None }
    }
}

impl Command for UpdateContact {
    type Out = Contact;
    const AUDITED: Option<&'static str> = Some(May::NAME);

    fn lane(&self) -> u64 {
        self.id.0.shard()
    }

    fn run(&self, ctx: &Ctx, tx: &mut Tx<'_>) -> Result<Contact> {
        let (before, permit) = tx.access_contact::<May>(&ctx.actor, self.id)?;
        let mut contact = before.clone();
        if let Some(name) = &self.name {
            contact.name = rooms::words("name", name, limits::NAME_CHARS)?;
        }
        if let Some(address) = &self.email {
            contact.email = address.as_deref().map(email).transpose()?;
        }
        if let Some(number) = &self.phone {
            contact.phone = number.as_deref().map(phone).transpose()?;
        }
        if let Some(attributes) = &self.attributes {
            check_attributes(attributes)?;
            contact.attributes.clone_from(attributes);
        }
        if let Some(blocked) = self.blocked {
            contact.blocked = blocked;
        }
        if contact != before {
            tx.keep_contact(&permit, &contact)?;
            emit_contact(ctx, tx, *permit.target(), &contact);
        }
        if contact.blocked != before.blocked {
            Record::of(May::NAME)
                .target("contact", self.id, &contact.name)
                .with("blocked", contact.blocked)
                .write(ctx, tx)?;
        }
        Ok(contact)
    }
}

/// A checked e-mail address.
pub(super) fn email(text: &str) -> Result<String> {
    portico_text::names::check_email(text).map_err(|e| Error::invalid("email", e.to_string()))
}

/// A phone number as people write them.
fn phone(text: &str) -> Result<String> {
    let text = text.trim();
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let fine = (3..=20).contains(&digits)
        && text.len() <= 40
        && text
            .char_indices()
            .all(|(i, c)| c.is_ascii_digit() || " -.()/".contains(c) || (c == '+' && i == 0));
    if fine {
        Ok(text.to_owned())
    } else {
        Err(Error::invalid("phone", "write the number like +49 30 1234567"))
    }
}

/// Attributes within their limits.
pub(super) fn check_attributes(attributes: &BTreeMap<String, String>) -> Result<()> {
    let fine = attributes.iter().all(|(key, value)| {
        !key.trim().is_empty()
            && key.chars().count() <= KEY
            && value.chars().count() <= VALUE
            && !key.chars().chain(value.chars()).any(|c| c == '\0')
    });
    if attributes.len() > limits::ATTRIBUTES || !fine {
        return Err(Error::invalid(
            "attributes",
            format!(
                "a contact has {} attributes at most, with names of up to {KEY} and values of up to {VALUE} characters",
                limits::ATTRIBUTES
            ),
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_number_is_digits_and_what_people_put_between() {
        for good in ["+49 30 1234567", "(030) 123-456", "110"] {
            assert!(phone(good).is_ok(), "{good}");
        }
        for bad in ["", "12", "1+2345", "123456 ext", "1".repeat(21).as_str()] {
            assert_eq!(phone(bad).unwrap_err().field(), Some("phone"), "{bad}");
        }
    }

    #[test]
    fn attributes_have_limits() {
        let of = |n: usize, key: &str, value: &str| {
            (0..n).map(|i| (format!("{key}{i}"), value.to_owned())).collect::<BTreeMap<_, _>>()
        };
        assert!(check_attributes(&of(limits::ATTRIBUTES, "k", "v")).is_ok());
        assert!(check_attributes(&of(limits::ATTRIBUTES + 1, "k", "v")).is_err());
        assert!(check_attributes(&of(1, &"k".repeat(KEY), "v")).is_err());
        assert!(check_attributes(&of(1, "k", &"v".repeat(VALUE + 1))).is_err());
    }
}
