//! Tests of names, handles and addresses.

use proptest::prelude::*;

use super::{NameError, check_email, check_handle, clean_name, fold, handle_from};

#[test]
fn names_are_trimmed_collapsed_and_composed() {
    assert_eq!(clean_name("  Maya \t\n Rios ", 40).as_deref(), Ok("Maya Rios"));
    assert_eq!(clean_name("Jose\u{301}", 4).as_deref(), Ok("José"));
    assert_eq!(clean_name("王\u{3000}伟", 40).as_deref(), Ok("王 伟"));
}

#[test]
fn names_keep_what_has_a_visible_effect() {
    for name in [
        "👩\u{200D}💻 Ada",
        "👩🏽\u{200D}💻",
        "❤\u{FE0F}\u{200D}🔥",
        "1\u{FE0F}\u{20E3}",
        "علی\u{200C}رضا",
        "ශ්\u{200D}රී",
        "O’Brien-Smith 3rd",
    ] {
        assert_eq!(clean_name(name, 40).as_deref(), Ok(name), "{name:?}");
    }
}

#[test]
fn names_that_deceive_are_refused() {
    let cases: [(&str, NameError); 15] = [
        ("", NameError::Empty),
        (" \t\u{3000} ", NameError::Empty),
        ("\u{301}", NameError::Empty),
        ("a\u{7}b", NameError::Control('\u{7}')),
        ("a\u{0}", NameError::Control('\u{0}')),
        ("a\u{202E}cod", NameError::Direction('\u{202E}')),
        ("\u{2066}a\u{2069}", NameError::Direction('\u{2066}')),
        ("ad\u{200B}min", NameError::Invisible('\u{200B}')),
        ("admin\u{200D}", NameError::Invisible('\u{200D}')),
        ("ad\u{200D}min", NameError::Invisible('\u{200D}')),
        ("ad\u{200C}min", NameError::Invisible('\u{200C}')),
        ("a\u{FE0F}", NameError::Invisible('\u{FE0F}')),
        ("a\u{E0041}", NameError::Invisible('\u{E0041}')),
        ("\u{3164}", NameError::Invisible('\u{3164}')),
        ("\u{FEFF}x", NameError::Invisible('\u{FEFF}')),
    ];
    for (name, error) in cases {
        assert_eq!(clean_name(name, 40), Err(error), "{name:?}");
    }
}

#[test]
fn names_are_counted_as_readers_count_and_capped_in_bytes() {
    assert_eq!(
        clean_name("👨\u{200D}👩\u{200D}👧\u{200D}👦", 1).as_deref(),
        Ok("👨\u{200D}👩\u{200D}👧\u{200D}👦")
    );
    assert_eq!(clean_name("abc", 3).as_deref(), Ok("abc"));
    assert_eq!(clean_name("abcd", 3), Err(NameError::TooLong { limit: 3 }));
    let stacked = format!("a{}", "\u{335}".repeat(200));
    assert_eq!(clean_name(&stacked, 10), Err(NameError::TooLong { limit: 10 }));
    assert_eq!(clean_name(&" ".repeat(1_000_000), 10), Err(NameError::TooLong { limit: 10 }));
    assert_eq!(NameError::TooLong { limit: 3 }.to_string(), "name is too long; the limit is 3 characters");
    assert!(NameError::Direction('\u{202E}').to_string().contains("U+202E"));
}

#[test]
fn handles_come_from_any_name() {
    for (name, handle) in [
        ("Maya Rios", "maya-rios"),
        ("  Ünïted — Łódź!! ", "united-lodz"),
        ("Bob's Room", "bobs-room"),
        ("tomas.ferreira", "tomas.ferreira"),
        ("v1.2 / beta_3", "v1.2-beta_3"),
        ("...dots...", "dots"),
        ("東京 オフィス", "東京-オフィス"),
        ("내일 Plan", "내일-plan"),
        ("हिन्दी चैट", "हिन्दी-चैट"),
        ("Привет Мир", "привет-мир"),
        ("ＦＵＬＬ", "full"),
        ("🎉🎉", "unnamed"),
        ("", "unnamed"),
    ] {
        assert_eq!(handle_from(name), handle, "{name:?}");
    }
    assert_eq!(check_handle(&handle_from("\u{1138B}'\u{113C7}")), Ok(()));
    assert_eq!(handle_from(&"word ".repeat(40)).chars().count(), 64);
    assert!(!handle_from(&"a ".repeat(400)).ends_with('-'));
}

#[test]
fn handles_are_checked() {
    for good in ["a", "maya", "maya.r", "ops_2-x", "9lives", "東京", "हिन्दी", "sam_", &"x".repeat(64)]
    {
        assert_eq!(check_handle(good), Ok(()), "{good:?}");
    }
    for bad in [
        "",
        "-a",
        ".a",
        "_a",
        "a.",
        "Maya",
        "a b",
        "a/b",
        "a@b",
        "ａ",
        "a\u{200D}b",
        "\u{301}a",
        "🎉",
        &"x".repeat(65),
    ] {
        assert_eq!(check_handle(bad), Err(NameError::Handle), "{bad:?}");
    }
}

#[test]
fn addresses_are_checked_and_their_domain_lowered() {
    assert_eq!(check_email(" Sam.R+x@Example.COM ").as_deref(), Ok("Sam.R+x@example.com"));
    assert_eq!(check_email("o'brien@a.b.co").as_deref(), Ok("o'brien@a.b.co"));
    assert_eq!(check_email("a@BÜCHER.example").as_deref(), Ok("a@bücher.example"));
    for bad in [
        "",
        "a",
        "@b.co",
        "a@",
        "a@b",
        "a@@b.co",
        "a b@c.de",
        "a@b c.de",
        "a@-b.co",
        "a@b-.co",
        "a@.co",
        "a@b..co",
        "a@b.co.",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.de",
        "a@b.co\r\nBcc: x@y.zz",
        "a\0@b.co",
        "\"a b\"@c.de",
        "a@[127.0.0.1]",
        "a@b\u{200B}.co",
        "<a@b.co>",
        "a@b.co\u{202E}",
        "ä@b.co",
    ] {
        assert_eq!(check_email(bad), Err(NameError::Email), "{bad:?}");
    }
    assert_eq!(check_email(&format!("a@{}.co", "b.".repeat(140))), Err(NameError::EmailTooLong));
    assert_eq!(check_email(&format!("{}@b.co", "a".repeat(65))), Err(NameError::Email));
}

#[test]
fn folding_meets_what_readers_call_the_same() {
    assert_eq!(fold("ＭＡＹＡ"), "maya");
    assert_eq!(fold("Straße ﬁ ①"), "straße fi 1");
    assert_eq!(fold("Jose\u{301}"), fold("JOSÉ"));
    assert_eq!(fold("علی\u{200C}رضا"), fold("علیرضا"));
    assert_ne!(fold("maya"), fold("mayo"));
}

proptest! {
    #[test]
    fn folding_twice_changes_nothing(text in "\\PC{0,40}|[\\x00-\\u{10FFFF}]{0,20}") {
        let once = fold(&text);
        prop_assert_eq!(fold(&once), once);
    }

    #[test]
    fn every_made_handle_is_acceptable(text in "\\PC{0,80}|.{0,80}") {
        let handle = handle_from(&text);
        prop_assert_eq!(check_handle(&handle), Ok(()), "{:?} from {:?}", handle, text);
    }

    #[test]
    fn an_accepted_name_is_accepted_again_unchanged(text in ".{0,30}") {
        if let Ok(name) = clean_name(&text, 40) {
            prop_assert_eq!(clean_name(&name, 40), Ok(name));
        }
    }
}
