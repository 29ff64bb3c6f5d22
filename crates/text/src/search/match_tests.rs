//! Documents and queries together: a small model of both engines decides which documents match.

use super::{Query, parse_query, terms};

const DOCUMENTS: [&str; 14] = [
    "今天天气很好，我们去散步吧",
    "東京の天気は晴れです。午後は散歩に行きます",
    "내일은 배포가 있습니다. 오늘 산책해요",
    "请把新版本部署到生产环境 (deploy to production)",
    "We deploy every Friday; see the deploy-guide.md",
    "生产 线的 环境 报告",
    "The weather in Tokyo is fine",
    "Café crème für Zoë",
    "Fix user_id in Session.refresh_token v1.2.3",
    "the user id is unknown",
    "京东 大楼",
    "deploy生产环境v2完成",
    "Redeployment of productions",
    "散步",
];

/// Which documents match, by the meaning both engines give the expressions: every sequence adjacent and
/// in order, the last term of an open one as a prefix, no excluded sequence.
fn matching(text: &str) -> Vec<usize> {
    let query = parse_query(text);
    assert!(query.errors.is_empty(), "{:?}", query.errors);
    let found = |document: &str| {
        let indexed = terms(document);
        let indexed: Vec<&str> = indexed.split(' ').collect();
        wanted(&query).iter().all(|(sequence, open)| has(&indexed, sequence, *open))
            && !query.excluded.iter().any(|sequence| has(&indexed, sequence, false))
    };
    DOCUMENTS.iter().enumerate().filter(|(_, document)| found(document)).map(|(at, _)| at).collect()
}

fn wanted(query: &Query) -> Vec<(Vec<String>, bool)> {
    super::engine::wanted(query).map(|(sequence, open)| (sequence.to_vec(), open)).collect()
}

fn has(indexed: &[&str], sequence: &[String], open: bool) -> bool {
    let last = sequence.len() - 1;
    indexed.windows(sequence.len()).any(|place| {
        place[..last].iter().zip(sequence).all(|(a, b)| a == b)
            && (place[last] == sequence[last] || (open && place[last].starts_with(sequence[last].as_str())))
    })
}

#[test]
fn queries_find_the_right_documents_in_every_script() {
    let none: &[usize] = &[];
    for (query, expected) in [
        ("天气", &[0][..]),
        ("天気", &[1]),
        ("東京", &[1]),
        ("京东", &[10]),
        ("散步", &[0, 13]),
        ("散歩", &[1]),
        ("내배", none),
        ("내일", &[2]),
        ("배포", &[2]),
        ("生产环境", &[3, 11]),
        ("\"生产环境\"", &[3, 11]),
        ("生产 环境", &[3, 5, 11]),
        ("环境生产", none),
        ("deploy", &[3, 4, 11]),
        ("deploy ", &[3, 4, 11]),
        ("dep", &[3, 4, 11]),
        ("dep ", none),
        ("deploy 生产环境", &[3, 11]),
        ("deploy生产环境", &[11]),
        ("生产环境v2", &[11]),
        ("\"环境v2完成\"", &[11]),
        ("散", &[0, 1, 13]),
        ("步", &[0, 13]),
        ("吧 ", &[0]),
        ("天 气 ", &[0]),
        ("tokyo weather", &[6]),
        ("\"weather tokyo\"", none),
        ("\"weather in Tokyo\"", &[6]),
        ("cafe zoe", &[7]),
        ("CAFÉ", &[7]),
        ("user_id", &[8, 9]),
        ("userid ", &[8]),
        ("\"user_id in session\"", &[8]),
        ("refresh_token", &[8]),
        ("sessionrefresh", &[8]),
        ("refreshtoken", none),
        ("v1.2", &[8]),
        ("v1.2.3", &[8]),
        ("2.3", &[8]),
        ("deploy-guide", &[4]),
        ("guide.md", &[4]),
        ("deploy -friday", &[3, 11]),
        ("deploy -生产", &[4]),
        ("deploy -\"every friday\"", &[3, 11]),
        ("missing deploy", none),
    ] {
        assert_eq!(matching(query), expected, "{query:?}");
    }
}

#[test]
fn every_piece_of_a_run_finds_its_document() {
    let run: Vec<char> = "请把新版本部署到生产环境".chars().collect();
    for start in 0..run.len() {
        for end in start + 1..=run.len() {
            let piece: String = run[start..end].iter().collect();
            assert!(matching(&piece).contains(&3), "{piece}");
            assert!(matching(&format!("\"{piece}\" deploy ")).contains(&3), "{piece}");
        }
    }
}
