//! The one error the application speaks. A code for programs, a sentence for people, the field at fault.
//!
//! Made by the small constructors below; no code matches on its text. `internal` carries the cause for the log and
//! never shows it.

use std::{borrow::Cow, fmt};

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)+) => {
        /// Stable names for what went wrong, with the HTTP status each has.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub enum ErrorCode {
            $($(#[$doc])* $name,)+
        }
        impl ErrorCode {
            /// The name programs see.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)+ }
            }
            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)+ }
            }
            /// All codes, for the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];
        }
    };
}

codes! {
    /// The input breaks a rule; `field` says which part.
    Invalid = "invalid", 400;
    /// Nobody is signed in, or no longer.
    Unauthenticated = "unauthenticated", 401;
    /// It can be seen but not done.
    Forbidden = "forbidden", 403;
    /// The request came with a cookie but without its guard.
    Csrf = "csrf", 403;
    /// There is no such thing for this viewer.
    NotFound = "not_found", 404;
    /// It clashes with what is there.
    Conflict = "conflict", 409;
    /// The idempotency key was used with another body.
    IdempotencyKeyReused = "idempotency_key_reused", 409;
    /// Somebody else edited it first.
    EditConflict = "edit_conflict", 409;
    /// It was there and is gone.
    Gone = "gone", 410;
    /// Over a size limit.
    TooLarge = "too_large", 413;
    /// Not a kind of content this takes.
    Unsupported = "unsupported", 415;
    /// The part asked for is not there.
    Range = "range", 416;
    /// It needs `confirm: true`.
    ConfirmNeeded = "confirm_needed", 422;
    /// Too often.
    RateLimited = "rate_limited", 429;
    /// The server is at its limit for the moment.
    Busy = "busy", 503;
    /// Our fault.
    Internal = "internal", 500;
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Error {
    code: ErrorCode,
    message: Cow<'static, str>,
    field: Option<Cow<'static, str>>,
    retry_after_s: Option<u32>,
    cause: Option<String>,
    retry: bool,
}

impl Error {
    fn new(code: ErrorCode, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), field: None, retry_after_s: None, cause: None, retry: false }
    }

    /// The input breaks a rule at `field`.
    pub fn invalid(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), ..Self::new(ErrorCode::Invalid, message) }
    }

    /// Nobody is signed in.
    pub fn unauthenticated() -> Self {
        Self::new(ErrorCode::Unauthenticated, "sign in first")
    }

    /// Wrong name or password; the same words for both.
    pub fn wrong_credentials() -> Self {
        Self::new(ErrorCode::Unauthenticated, "e-mail or password is wrong")
    }

    /// What may be seen but not done.
    pub fn forbidden(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Forbidden, message)
    }

    /// A secret or a signed proof in `field` that does not hold; `message` says what to do.
    pub fn refused(field: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), ..Self::new(ErrorCode::Unauthenticated, message) }
    }

    /// A cookie without its guard.
    pub fn csrf() -> Self {
        Self::new(ErrorCode::Csrf, "send the X-Portico-CSRF header with the value from GET /me")
    }

    /// What may not be seen does not exist.
    pub fn not_found() -> Self {
        Self::new(ErrorCode::NotFound, "there is nothing here that you may see")
    }

    /// It clashes with what is there.
    pub fn conflict(field: Option<&'static str>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: field.map(Cow::Borrowed), ..Self::new(ErrorCode::Conflict, message) }
    }

    /// The key belongs to another request.
    pub fn key_reused() -> Self {
        Self::new(
            ErrorCode::IdempotencyKeyReused,
            "this Idempotency-Key was used with another body; make a new one",
        )
    }

    /// Somebody edited it first.
    pub fn edit_conflict() -> Self {
        Self {
            field: Some("version".into()),
            ..Self::new(
                ErrorCode::EditConflict,
                "it was edited meanwhile; look at the newer text and edit that",
            )
        }
    }

    /// It was there and is gone.
    pub fn gone(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Gone, message)
    }

    /// Over a size limit.
    pub fn too_large(field: impl Into<Cow<'static, str>>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some(field.into()), ..Self::new(ErrorCode::TooLarge, message) }
    }

    /// Not a kind of content this takes.
    pub fn unsupported(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorCode::Unsupported, message)
    }

    /// The part asked for begins behind the end of what there is.
    pub fn range(message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some("Range".into()), ..Self::new(ErrorCode::Range, message) }
    }

    /// It needs a second, explicit yes.
    pub fn confirm_needed(message: impl Into<Cow<'static, str>>) -> Self {
        Self { field: Some("confirm".into()), ..Self::new(ErrorCode::ConfirmNeeded, message) }
    }

    /// Too often; come back in `seconds`.
    pub fn rate_limited(seconds: u32) -> Self {
        Self {
            retry_after_s: Some(seconds.max(1)),
            ..Self::new(
                ErrorCode::RateLimited,
                format!("too many attempts; try again in {} s", seconds.max(1)),
            )
        }
    }

    /// A bounded queue is full.
    pub fn busy() -> Self {
        Self {
            retry_after_s: Some(1),
            ..Self::new(ErrorCode::Busy, "the server is busy; try again in a second")
        }
    }

    /// The store cannot write just now, and why that is.
    pub fn unavailable(message: impl Into<Cow<'static, str>>) -> Self {
        Self { retry_after_s: Some(5), ..Self::new(ErrorCode::Busy, message) }
    }

    /// As [`Error::unavailable`]; `cause` says more than whoever asks may know, and goes to the log and the operator.
    pub fn unavailable_because(message: impl Into<Cow<'static, str>>, cause: impl fmt::Display) -> Self {
        Self { cause: Some(cause.to_string()), ..Self::unavailable(message) }
    }

    /// Our fault; `cause` goes to the log only.
    pub fn internal(cause: impl fmt::Display) -> Self {
        Self {
            cause: Some(cause.to_string()),
            ..Self::new(
                ErrorCode::Internal,
                "something went wrong on the server; the request id finds it in the log",
            )
        }
    }

    /// The engine asks to run the transaction again (deadlock, serialization). Never leaves the store.
    pub fn retry(cause: impl fmt::Display) -> Self {
        Self { retry: true, ..Self::internal(cause) }
    }

    /// The code.
    pub fn code(&self) -> ErrorCode {
        self.code
    }

    /// The sentence.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The field at fault.
    pub fn field(&self) -> Option<&str> {
        self.field.as_deref()
    }

    /// After how many seconds a retry makes sense.
    pub fn retry_after_s(&self) -> Option<u32> {
        self.retry_after_s
    }

    /// What only the log may know.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// Whether the transaction is to be run again.
    pub fn is_retry(&self) -> bool {
        self.retry
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.message)?;
        if let Some(cause) = &self.cause {
            write!(f, " ({cause})")?;
        }
        Ok(())
    }
}

impl std::error::Error for Error {}
