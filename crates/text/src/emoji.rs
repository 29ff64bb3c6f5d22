//! Emoji by short name. Owns the built-in table and its look-up. Must not know about custom emoji, which
//! belong to an organization.

/// The longest short name in the table, in bytes.
pub const MAX_NAME: usize = 32;

/// The emoji for a short name without its colons, lower-case: `emoji("tada")` is `Some("🎉")`.
pub fn emoji(name: &str) -> Option<&'static str> {
    TABLE.binary_search_by(|(known, _)| (*known).cmp(name)).ok().and_then(|at| TABLE.get(at)).map(|row| row.1)
}

/// Every short name with its emoji, in the order of the names: for a picker or completion.
pub fn all() -> impl Iterator<Item = (&'static str, &'static str)> {
    TABLE.iter().copied()
}

/// Sorted by name, which the look-up relies on.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("+1", "👍"), ("-1", "👎"), ("100", "💯"), ("airplane", "✈️"), ("alarm_clock", "⏰"), ("alien", "👽"),
    ("ambulance", "🚑"), ("anchor", "⚓"), ("angel", "👼"), ("anger", "💢"), ("angry", "😠"), ("anguished", "😧"),
    ("ant", "🐜"), ("apple", "🍎"), ("arrow_down", "⬇️"), ("arrow_left", "⬅️"), ("arrow_right", "➡️"),
    ("arrow_up", "⬆️"), ("arrows_counterclockwise", "🔄"), ("art", "🎨"), ("astonished", "😲"),
    ("avocado", "🥑"), ("baby", "👶"), ("balloon", "🎈"), ("banana", "🍌"), ("bar_chart", "📊"),
    ("baseball", "⚾"), ("basketball", "🏀"), ("bath", "🛀"), ("battery", "🔋"), ("bear", "🐻"), ("bee", "🐝"),
    ("beer", "🍺"), ("beers", "🍻"), ("bell", "🔔"), ("bike", "🚲"), ("bird", "🐦"), ("birthday", "🎂"),
    ("black_heart", "🖤"), ("blue_heart", "💙"), ("blush", "😊"), ("bomb", "💣"), ("book", "📖"),
    ("bookmark", "🔖"), ("books", "📚"), ("boom", "💥"), ("bouquet", "💐"), ("bow", "🙇"), ("boy", "👦"),
    ("brain", "🧠"), ("bread", "🍞"), ("briefcase", "💼"), ("broken_heart", "💔"), ("brown_heart", "🤎"),
    ("bug", "🐛"), ("building_construction", "🏗️"), ("bulb", "💡"), ("burger", "🍔"), ("bus", "🚌"),
    ("butterfly", "🦋"), ("cactus", "🌵"), ("cake", "🍰"), ("calendar", "📅"), ("call_me_hand", "🤙"),
    ("camera", "📷"), ("candle", "🕯️"), ("car", "🚗"), ("carrot", "🥕"), ("cat", "🐱"), ("champagne", "🍾"),
    ("chart_with_downwards_trend", "📉"), ("chart_with_upwards_trend", "📈"), ("checkered_flag", "🏁"),
    ("cheese", "🧀"), ("cherry_blossom", "🌸"), ("chicken", "🐔"), ("chocolate_bar", "🍫"),
    ("christmas_tree", "🎄"), ("clap", "👏"), ("clipboard", "📋"), ("clock1", "🕐"),
    ("closed_lock_with_key", "🔐"), ("cloud", "☁️"), ("clown_face", "🤡"), ("coffee", "☕"),
    ("cold_face", "🥶"), ("cold_sweat", "😰"), ("computer", "💻"), ("confetti_ball", "🎊"), ("confounded", "😖"),
    ("confused", "😕"), ("construction", "🚧"), ("cookie", "🍪"), ("cool", "🆒"), ("cow", "🐮"), ("crab", "🦀"),
    ("credit_card", "💳"), ("crossed_fingers", "🤞"), ("crown", "👑"), ("cry", "😢"), ("crying_cat_face", "😿"),
    ("crystal_ball", "🔮"), ("cupid", "💘"), ("dancer", "💃"), ("dart", "🎯"), ("dash", "💨"),
    ("deciduous_tree", "🌳"), ("detective", "🕵️"), ("disappointed", "😞"), ("dizzy", "💫"),
    ("dizzy_face", "😵"), ("dog", "🐶"), ("dollar", "💵"), ("dolphin", "🐬"), ("door", "🚪"), ("doughnut", "🍩"),
    ("dragon", "🐉"), ("drooling_face", "🤤"), ("droplet", "💧"), ("drum", "🥁"), ("duck", "🦆"), ("ear", "👂"),
    ("earth_africa", "🌍"), ("earth_americas", "🌎"), ("earth_asia", "🌏"), ("egg", "🥚"), ("elephant", "🐘"),
    ("email", "📧"), ("evergreen_tree", "🌲"), ("exclamation", "❗"), ("exploding_head", "🤯"),
    ("expressionless", "😑"), ("eyes", "👀"), ("face_palm", "🤦"), ("face_with_monocle", "🧐"),
    ("facepunch", "👊"), ("fax", "📠"), ("fearful", "😨"), ("file_folder", "📁"), ("fire", "🔥"),
    ("fire_engine", "🚒"), ("fireworks", "🎆"), ("first_place_medal", "🥇"), ("fish", "🐟"), ("fist", "✊"),
    ("flashlight", "🔦"), ("flushed", "😳"), ("football", "🏈"), ("four_leaf_clover", "🍀"), ("fox_face", "🦊"),
    ("fries", "🍟"), ("frog", "🐸"), ("frowning", "😦"), ("gear", "⚙️"), ("gem", "💎"), ("ghost", "👻"),
    ("gift", "🎁"), ("globe_with_meridians", "🌐"), ("goat", "🐐"), ("grapes", "🍇"), ("green_apple", "🍏"),
    ("green_heart", "💚"), ("grimacing", "😬"), ("grin", "😁"), ("grinning", "😀"), ("guitar", "🎸"),
    ("hammer", "🔨"), ("hammer_and_wrench", "🛠️"), ("hand", "✋"), ("handshake", "🤝"),
    ("hatching_chick", "🐣"), ("heart", "❤️"), ("heart_eyes", "😍"), ("heartbeat", "💓"),
    ("heavy_check_mark", "✔️"), ("heavy_minus_sign", "➖"), ("heavy_plus_sign", "➕"), ("herb", "🌿"),
    ("hibiscus", "🌺"), ("high_brightness", "🔆"), ("horse", "🐴"), ("hospital", "🏥"), ("hot_face", "🥵"),
    ("hotsprings", "♨️"), ("hourglass", "⌛"), ("hourglass_flowing_sand", "⏳"), ("house", "🏠"),
    ("hugs", "🤗"), ("hushed", "😯"), ("ice_cream", "🍨"), ("inbox_tray", "📥"), ("information_source", "ℹ️"),
    ("innocent", "😇"), ("jack_o_lantern", "🎃"), ("joy", "😂"), ("key", "🔑"), ("kiss", "💋"),
    ("kissing_heart", "😘"), ("koala", "🐨"), ("label", "🏷️"), ("lady_beetle", "🐞"),
    ("large_blue_circle", "🔵"), ("laughing", "😆"), ("leaves", "🍃"), ("lemon", "🍋"), ("link", "🔗"),
    ("lion", "🦁"), ("lock", "🔒"), ("loudspeaker", "📢"), ("mag", "🔍"), ("mailbox", "📫"), ("mask", "😷"),
    ("medal_sports", "🏅"), ("mega", "📣"), ("melon", "🍈"), ("memo", "📝"), ("metal", "🤘"),
    ("microphone", "🎤"), ("microscope", "🔬"), ("milk_glass", "🥛"), ("money_with_wings", "💸"),
    ("monkey", "🐒"), ("monkey_face", "🐵"), ("moon", "🌔"), ("mouse", "🐭"), ("movie_camera", "🎥"),
    ("muscle", "💪"), ("mushroom", "🍄"), ("musical_note", "🎵"), ("nail_care", "💅"), ("nerd_face", "🤓"),
    ("neutral_face", "😐"), ("new", "🆕"), ("newspaper", "📰"), ("no_entry", "⛔"), ("no_entry_sign", "🚫"),
    ("no_mouth", "😶"), ("notebook", "📓"), ("octopus", "🐙"), ("ok", "🆗"), ("ok_hand", "👌"),
    ("open_mouth", "😮"), ("orange_heart", "🧡"), ("outbox_tray", "📤"), ("owl", "🦉"), ("package", "📦"),
    ("panda_face", "🐼"), ("paperclip", "📎"), ("partying_face", "🥳"), ("pencil2", "✏️"), ("penguin", "🐧"),
    ("pensive", "😔"), ("phone", "☎️"), ("pie", "🥧"), ("pig", "🐷"), ("pill", "💊"), ("pineapple", "🍍"),
    ("pizza", "🍕"), ("pleading_face", "🥺"), ("point_down", "👇"), ("point_left", "👈"), ("point_right", "👉"),
    ("point_up", "☝️"), ("police_car", "🚓"), ("poop", "💩"), ("popcorn", "🍿"), ("pray", "🙏"),
    ("purple_heart", "💜"), ("pushpin", "📌"), ("question", "❓"), ("rabbit", "🐰"), ("rage", "😡"),
    ("rainbow", "🌈"), ("raised_hands", "🙌"), ("raising_hand", "🙋"), ("recycle", "♻️"), ("red_circle", "🔴"),
    ("relaxed", "☺️"), ("relieved", "😌"), ("repeat", "🔁"), ("ring", "💍"), ("robot", "🤖"), ("rocket", "🚀"),
    ("rofl", "🤣"), ("roll_eyes", "🙄"), ("rose", "🌹"), ("rotating_light", "🚨"), ("runner", "🏃"),
    ("sad", "🙁"), ("salute", "🫡"), ("satellite", "📡"), ("scales", "⚖️"), ("scissors", "✂️"),
    ("scream", "😱"), ("second_place_medal", "🥈"), ("see_no_evil", "🙈"), ("seedling", "🌱"), ("shield", "🛡️"),
    ("ship", "🚢"), ("shrug", "🤷"), ("skull", "💀"), ("sleeping", "😴"), ("sleepy", "😪"),
    ("slightly_smiling_face", "🙂"), ("sloth", "🦥"), ("smile", "😄"), ("smiley", "😃"), ("smiley_cat", "😺"),
    ("smirk", "😏"), ("snail", "🐌"), ("snake", "🐍"), ("snowflake", "❄️"), ("snowman", "⛄"), ("sob", "😭"),
    ("soccer", "⚽"), ("sparkles", "✨"), ("sparkling_heart", "💖"), ("speech_balloon", "💬"), ("star", "⭐"),
    ("star2", "🌟"), ("star_struck", "🤩"), ("stop_sign", "🛑"), ("stopwatch", "⏱️"), ("strawberry", "🍓"),
    ("stuck_out_tongue", "😛"), ("stuck_out_tongue_winking_eye", "😜"), ("sun_with_face", "🌞"),
    ("sunflower", "🌻"), ("sunglasses", "😎"), ("sunny", "☀️"), ("sunrise", "🌅"), ("sweat", "😓"),
    ("sweat_drops", "💦"), ("sweat_smile", "😅"), ("syringe", "💉"), ("taco", "🌮"), ("tada", "🎉"),
    ("tea", "🍵"), ("telescope", "🔭"), ("tent", "⛺"), ("test_tube", "🧪"), ("thinking", "🤔"),
    ("third_place_medal", "🥉"), ("thought_balloon", "💭"), ("thumbsdown", "👎"), ("thumbsup", "👍"),
    ("ticket", "🎫"), ("tiger", "🐯"), ("toolbox", "🧰"), ("train", "🚆"), ("triangular_flag_on_post", "🚩"),
    ("triumph", "😤"), ("trophy", "🏆"), ("truck", "🚚"), ("turtle", "🐢"), ("tv", "📺"), ("umbrella", "☔"),
    ("unamused", "😒"), ("unicorn", "🦄"), ("unlock", "🔓"), ("upside_down_face", "🙃"), ("v", "✌️"),
    ("vomiting_face", "🤮"), ("walking", "🚶"), ("warning", "⚠️"), ("wastebasket", "🗑️"), ("watch", "⌚"),
    ("watermelon", "🍉"), ("wave", "👋"), ("weary", "😩"), ("whale", "🐳"), ("white_check_mark", "✅"),
    ("white_heart", "🤍"), ("wine_glass", "🍷"), ("wink", "😉"), ("wolf", "🐺"), ("worried", "😟"),
    ("wrench", "🔧"), ("writing_hand", "✍️"), ("x", "❌"), ("yawning_face", "🥱"), ("yellow_heart", "💛"),
    ("yum", "😋"), ("zany_face", "🤪"), ("zap", "⚡"), ("zipper_mouth_face", "🤐"), ("zzz", "💤"),
];

#[cfg(test)]
mod tests {
    use super::{MAX_NAME, TABLE, emoji};

    #[test]
    fn the_table_is_sorted_without_doubles_and_every_row_is_found() {
        assert!(TABLE.len() >= 250);
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for (name, picture) in TABLE {
            assert_eq!(emoji(name), Some(*picture));
            assert!(name.len() <= MAX_NAME, "{name}");
            assert!(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_+-".contains(&b))
            );
            assert!(!picture.is_ascii());
        }
    }

    #[test]
    fn unknown_names_have_no_emoji() {
        assert_eq!(emoji(""), None);
        assert_eq!(emoji("30"), None);
        assert_eq!(emoji("Tada"), None);
    }
}
