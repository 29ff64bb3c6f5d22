//! The stream's door, over a real connection: hello, cursors, origins.

use crate::team::Team;
use futures_util::{SinkExt, StreamExt};
use portico_domain::member::Role;
use portico_testkit::{HttpApp, each_http};
use serde_json::{Value, json};
use tokio_tungstenite::{
    connect_async,
    tungstenite::{Error, Message, client::IntoClientRequest},
};

/// Says hello and gives the first answer.
async fn hello(h: &HttpApp, hello: Value) -> Value {
    let address = h.serve().await;
    let (mut socket, _) =
        connect_async(format!("ws://{address}{}/stream", portico_api::BASE)).await.expect("a socket");
    socket.send(Message::text(hello.to_string())).await.expect("it is heard");
    while let Some(Ok(frame)) = socket.next().await {
        if let Message::Text(text) = frame {
            return serde_json::from_str(&text).expect("JSON");
        }
    }
    Value::Null
}

/// Whether a browser with this member's cookie, on a page of `origin`, gets in.
async fn opens(h: &HttpApp, cookie: &str, origin: Option<&str>) -> u16 {
    let address = h.serve().await;
    let mut request =
        format!("ws://{address}{}/stream", portico_api::BASE).into_client_request().expect("a request");
    request.headers_mut().insert("cookie", format!("__Host-portico={cookie}").parse().expect("a header"));
    if let Some(origin) = origin {
        request.headers_mut().insert("origin", origin.parse().expect("a header"));
    }
    match connect_async(request).await {
        Ok(_) => 101,
        Err(Error::Http(response)) => response.status().as_u16(),
        Err(e) => unreachable!("{e}"),
    }
}

#[test]
fn made_up_cursors_and_those_of_others_lead_nowhere() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let gus = h.t.member(&t.org, "Gus", Role::Guest).await;
        let (ann, _) = h.session(&t.ann).await;
        let (guest, _) = h.session(&gus).await;
        let members = h.as_member(&t.ann).get("/boot").await.ok(200)["cursor"].clone();
        let guests = h.as_member(&gus).get("/boot").await.ok(200)["cursor"].clone();
        assert_eq!(
            hello(&h, json!({"type": "hello", "token": ann, "cursor": members})).await["type"],
            "ready"
        );
        assert_eq!(
            hello(&h, json!({"type": "hello", "token": guest, "cursor": guests})).await["type"],
            "ready"
        );
        for (who, cursor) in [
            (&ann, json!("x")),
            (&ann, json!("-1")),
            (&ann, json!("")),
            (&ann, json!("1 OR 1=1")),
            (&ann, json!("99999999999999999999999")),
            (&ann, guests),
            (&guest, members),
            (&guest, json!("A".repeat(64))),
            (&guest, json!("A".repeat(100_000))),
        ] {
            let said = hello(&h, json!({"type": "hello", "token": who, "cursor": &cursor})).await;
            assert_eq!(said, json!({"type": "resync"}), "{who} with {cursor}");
        }
        // A number the log has not reached is no way to miss events: everything is fetched anew.
        let ahead = hello(&h, json!({"type": "hello", "token": ann, "cursor": "9000000000"})).await;
        assert!(ahead["type"] == "resync" || ahead["resumed"] == false, "{ahead}");
    });
}

#[test]
fn nobody_gets_in_without_saying_who_they_are() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, id) = h.session(&t.ann).await;
        for first in [
            json!({"type": "hello"}),
            json!({"type": "hello", "token": "x"}),
            json!({"type": "hello", "token": ""}),
        ] {
            assert_eq!(hello(&h, first).await["error"]["code"], "unauthenticated");
        }
        for first in [
            json!({"type": "ping"}),
            json!([]),
            json!({"type": "hello", "token": 7}),
            json!({"type": "HELLO", "token": ann}),
        ] {
            assert_eq!(hello(&h, first).await["error"]["code"], "invalid");
        }
        assert_eq!(hello(&h, json!({"type": "hello", "token": ann})).await["type"], "ready");
        h.as_member(&t.ann).delete(&format!("/sessions/{id}")).await.ok(204);
        assert_eq!(
            hello(&h, json!({"type": "hello", "token": ann})).await["error"]["code"],
            "unauthenticated"
        );
    });
}

#[test]
fn a_page_of_another_site_does_not_get_in_with_the_cookie() {
    each_http(async |h| {
        let t = Team::of(&h).await;
        let (ann, _) = h.session(&t.ann).await;
        assert_eq!(opens(&h, &ann, Some("https://chat.example.org")).await, 101);
        assert_eq!(opens(&h, &ann, None).await, 101);
        for origin in [
            "https://evil.example",
            "null",
            "https://chat.example.org.evil.example",
            "https://evil.example/chat.example.org",
            "https://xchat.example.org",
            "https://chat.example.org:8443",
            "https://user@chat.example.org@evil.example",
        ] {
            assert_eq!(opens(&h, &ann, Some(origin)).await, 403, "{origin}");
        }
    });
}
