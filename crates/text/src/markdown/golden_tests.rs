//! What each construct renders to.

use super::{ChannelName, MemberName, Mention, Names, NoNames, candidates, render};

/// Knows a few people and rooms, one with a name that tries to be HTML.
struct Office;

impl Names for Office {
    fn member(&self, handle: &str) -> Option<MemberName> {
        let (id, name) = match handle {
            "maya" => ("m1", "Maya Rios"),
            "sam.r" => ("m2", "Sam"),
            "sam_" => ("m3", "Sam_"),
            "evil" => ("m\"4", "<b>\"E'"),
            "王伟" => ("m5", "王伟"),
            _ => return None,
        };
        Some(MemberName { id: id.to_owned(), name: name.to_owned() })
    }
    fn channel(&self, handle: &str) -> Option<ChannelName> {
        let (id, name) = match handle {
            "general" => ("r1", "General"),
            "設計" => ("r2", "設計"),
            _ => return None,
        };
        Some(ChannelName { id: id.to_owned(), name: name.to_owned() })
    }
}

const REL: &str = "rel=\"nofollow noopener noreferrer ugc\" target=\"_blank\"";

#[test]
fn every_construct_renders_as_written_here() {
    let cases: &[(&str, &str)] = &[
        ("", ""),
        ("hello", "<p>hello</p>"),
        ("a\nb", "<p>a<br>b</p>"),
        ("a\r\nb", "<p>a<br>b</p>"),
        ("a  \nb\\\nc", "<p>a<br>b<br>c</p>"),
        ("a\n\nb", "<p>a</p><p>b</p>"),
        (
            "*a* _b_ **c** ***d***",
            "<p><em>a</em> <em>b</em> <strong>c</strong> <em><strong>d</strong></em></p>",
        ),
        ("~~gone~~ ~not~", "<p><del>gone</del> ~not~</p>"),
        ("snake_case_name 2*3*4", "<p>snake_case_name 2<em>3</em>4</p>"),
        ("# One\n###### Six\n####### seven", "<h1>One</h1><h6>Six</h6><p>####### seven</p>"),
        ("> q\n> r\n\nx", "<blockquote><p>q<br>r</p></blockquote><p>x</p>"),
        ("- a\n- b\n  - c", "<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("7) a", "<ol start=\"7\"><li>a</li></ol>"),
        ("- [ ] open\n- [x] done", "<ul><li>☐ open</li><li>☑ done</li></ul>"),
        ("---", "<hr>"),
        ("`a<b> @maya :tada:`", "<p><code>a&lt;b&gt; @maya :tada:</code></p>"),
        (
            "```rust\nlet a = \"<&>\";\n```",
            "<pre data-lang=\"rust\"><code>let a = \"&lt;&amp;&gt;\";\n</code></pre>",
        ),
        ("```c++ title=x\n@maya ~general\n```", "<pre data-lang=\"c++\"><code>@maya ~general\n</code></pre>"),
        ("~~~\nx\n~~~", "<pre><code>x\n</code></pre>"),
        ("```\" onclick=x\nx\n```", "<pre><code>x\n</code></pre>"),
        ("```thislanguagenameistoolong\nx\n```", "<pre><code>x\n</code></pre>"),
        ("```\nnot closed https://a.example", "<pre><code>not closed https://a.example</code></pre>"),
        ("    indented *x*", "<pre><code>indented *x*</code></pre>"),
        (
            "|a|b|c|\n|:-|:-:|-:|\n|1|2|\n",
            "<table><thead><tr><th align=\"left\">a</th><th align=\"center\">b</th><th align=\"right\">c</th></tr></thead><tbody><tr><td align=\"left\">1</td><td align=\"center\">2</td><td align=\"right\"></td></tr></tbody></table>",
        ),
        (
            "|a|\n|-|\n|`x\\|y`|",
            "<table><thead><tr><th>a</th></tr></thead><tbody><tr><td><code>x|y</code></td></tr></tbody></table>",
        ),
        ("[t](https://a.example/x \"title\")", "<p><a href=\"https://a.example/x\" {REL}>t</a></p>"),
        (
            "[t](https://a.example/?a=1&b=\"2\")",
            "<p><a href=\"https://a.example/?a=1&amp;b=&quot;2&quot;\" {REL}>t</a></p>",
        ),
        ("[t][r]\n\n[r]: https://a.example", "<p><a href=\"https://a.example\" {REL}>t</a></p>"),
        ("[t](javascript:alert(1)) [u](/x) [v](#y)", "<p>t u v</p>"),
        (
            "[**b** `c`](mailto:a@b.example)",
            "<p><a href=\"mailto:a@b.example\" {REL}><strong>b</strong> <code>c</code></a></p>",
        ),
        (
            "<https://a.example> <a@b.example>",
            "<p><a href=\"https://a.example\" {REL}>https://a.example</a> <a href=\"mailto:a@b.example\" {REL}>a@b.example</a></p>",
        ),
        (
            "see https://a.example/x_y_z.",
            "<p>see <a href=\"https://a.example/x_y_z\" {REL}>https://a.example/x_y_z</a>.</p>",
        ),
        ("(www.a.example/x)", "<p>(<a href=\"https://www.a.example/x\" {REL}>www.a.example/x</a>)</p>"),
        (
            "x\u{3000}https://a.example/_b_/*c*/~~d~~ and **e**",
            "<p>x\u{3000}<a href=\"https://a.example/_b_/*c*/~~d\" {REL}>https://a.example/_b_/*c*/~~d</a>~~ and <strong>e</strong></p>",
        ),
        (
            "https://a.example/p/__init__.py and *b*",
            "<p><a href=\"https://a.example/p/__init__.py\" {REL}>https://a.example/p/__init__.py</a> and <em>b</em></p>",
        ),
        (
            "**https://a.example/x** y",
            "<p><strong><a href=\"https://a.example/x\" {REL}>https://a.example/x</a></strong> y</p>",
        ),
        (
            "https://a.example/?x=1&amp;y=2",
            "<p><a href=\"https://a.example/?x=1&amp;y=2\" {REL}>https://a.example/?x=1&amp;y=2</a></p>",
        ),
        (
            "访问https://a.example/x。好",
            "<p>访问<a href=\"https://a.example/x\" {REL}>https://a.example/x</a>。好</p>",
        ),
        (
            "write sam.r@mail.example, please",
            "<p>write <a href=\"mailto:sam.r@mail.example\" {REL}>sam.r@mail.example</a>, please</p>",
        ),
        ("xhttps://a.example ftp://a.example", "<p>xhttps://a.example ftp://a.example</p>"),
        (
            "![a *chart*](https://a.example/c.png)",
            "<p><a href=\"https://a.example/c.png\" {REL}>a <em>chart</em></a></p>",
        ),
        (
            "![](https://a.example/c.png)",
            "<p><a href=\"https://a.example/c.png\" {REL}>https://a.example/c.png</a></p>",
        ),
        (
            "[![alt](https://i.example/i.png)](https://a.example)",
            "<p><a href=\"https://a.example\" {REL}>alt</a></p>",
        ),
        (
            "[https://b.example @maya](https://a.example)",
            "<p><a href=\"https://a.example\" {REL}>https://b.example @maya</a></p>",
        ),
        (
            "<b>x</b> <script>alert(1)</script>",
            "<p>&lt;b&gt;x&lt;/b&gt; &lt;script&gt;alert(1)&lt;/script&gt;</p>",
        ),
        ("<div>\n*x*\n</div>\n\n*y*", "<p>&lt;div&gt;<br>*x*<br>&lt;/div&gt;</p><p><em>y</em></p>"),
        ("&lt;b&gt; &amp; &copy; &#60;i&#62;", "<p>&lt;b&gt; &amp; © &lt;i&gt;</p>"),
        (
            "hi @maya, @Sam.R. and @sam_!",
            "<p>hi <span class=\"mention\" data-member=\"m1\">@Maya Rios</span>, <span class=\"mention\" data-member=\"m2\">@Sam</span>. and <span class=\"mention\" data-member=\"m3\">@Sam_</span>!</p>",
        ),
        (
            "**@MAYA** (@maya's) @maya-",
            "<p><strong><span class=\"mention\" data-member=\"m1\">@Maya Rios</span></strong> (<span class=\"mention\" data-member=\"m1\">@Maya Rios</span>'s) <span class=\"mention\" data-member=\"m1\">@Maya Rios</span>-</p>",
        ),
        ("@nobody x@maya \\@maya @@maya", "<p>@nobody x@maya @maya @@maya</p>"),
        ("@evil", "<p><span class=\"mention\" data-member=\"m&quot;4\">@&lt;b&gt;\"E'</span></p>"),
        (
            "你好@王伟请看~設計部",
            "<p>你好<span class=\"mention\" data-member=\"m5\">@王伟</span>请看<a class=\"channel\" data-room=\"r2\">~設計</a>部</p>",
        ),
        (
            "@channel @ALL, @here",
            "<p><span class=\"mention mention-all\">@channel</span> <span class=\"mention mention-all\">@all</span>, <span class=\"mention mention-all\">@here</span></p>",
        ),
        (
            "~general ~General. ~none a~general \\~general",
            "<p><a class=\"channel\" data-room=\"r1\">~General</a> <a class=\"channel\" data-room=\"r1\">~General</a>. ~none a~general ~general</p>",
        ),
        (":tada::+1: :no_such: 10:100:20 \\:tada:", "<p>🎉👍 :no_such: 10:100:20 :tada:</p>"),
        (
            "a\u{0}b\u{FDD0}@maya",
            "<p>a\u{FFFD}b\u{FFFD}<span class=\"mention\" data-member=\"m1\">@Maya Rios</span></p>",
        ),
        ("[x]: https://a.example", "<p>[x]: https://a.example</p>"),
        ("[^1] text", "<p>[^1] text</p>"),
        ("$x$ H~2~O", "<p>$x$ H~2~O</p>"),
    ];
    assert!(cases.len() >= 40);
    for (source, html) in cases {
        assert_eq!(render(source, &Office).html, html.replace("{REL}", REL), "{source:?}");
    }
}

#[test]
fn mentions_links_and_code_are_reported() {
    let all = render(
        "@maya @here @sam.r @maya @all https://a.example [x](https://b.example) mailto@c.example `c`",
        &Office,
    );
    assert_eq!(
        all.mentions,
        [Mention::Member("m1".to_owned()), Mention::Channel, Mention::Member("m2".to_owned())]
    );
    assert_eq!(all.links, ["https://a.example", "https://b.example"]);
    assert!(all.has_code);
    let none = render("`@maya @here ~general` @nobody\n\n```\n@maya https://a.example\n```", &Office);
    assert!(none.mentions.is_empty() && none.links.is_empty() && none.has_code);
    assert!(!render("plain @maya", &NoNames).has_code);
    assert!(render("plain @maya", &NoNames).mentions.is_empty());
}

#[test]
fn candidates_are_what_rendering_asks_for() {
    let found = candidates("hi @Maya. and ~General `@code` sam@b.example @channel");
    assert_eq!(found.members.iter().map(String::as_str).collect::<Vec<_>>(), ["maya", "maya."]);
    assert_eq!(found.channels.iter().map(String::as_str).collect::<Vec<_>>(), ["general"]);
}
