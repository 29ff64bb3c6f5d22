//! The limits that hold for everyone. Stated in the API, checked in one place each.

/// Longest message body, in characters.
pub const MESSAGE_CHARS: usize = 16_000;
/// Longest message body in bytes, so that 16,000 of the widest characters fit.
pub const MESSAGE_BYTES: usize = 64_000;
/// Files on one message.
pub const MESSAGE_FILES: usize = 10;
/// Largest upload, in bytes (`files.max_size` in the settings may lower it).
pub const FILE_BYTES: u64 = 25 * 1024 * 1024;
/// Longest name of a person, channel, inbox or program, in graphemes.
pub const NAME_CHARS: usize = 64;
/// Longest topic or purpose, in graphemes.
pub const TOPIC_CHARS: usize = 1_024;
/// People in a group direct message, the author included.
pub const DIRECT_MEMBERS: usize = 8;
/// Different emoji on one message.
pub const REACTIONS: i64 = 50;
/// How many people an @channel may tell without asking for a confirmation.
pub const CONFIRM_ABOVE: i64 = 20;
/// Shortest and longest password, in characters (NIST SP 800-63B: at least 8, we ask for 10; at most 64 or more).
pub const PASSWORD_CHARS: std::ops::RangeInclusive<usize> = 10..=256;
/// Attributes of a contact.
pub const ATTRIBUTES: usize = 50;
/// Rows of a page at most.
pub const PAGE: i64 = 200;
