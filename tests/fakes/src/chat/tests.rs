//! The fakes' own arithmetic, and what they take for a mention.

use super::{mac, marks};

#[test]
fn the_mac_is_that_of_the_rfc() {
    // RFC 4231, test cases 1, 2 and 6.
    for (key, message, want) in [
        (vec![0x0b; 20], "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (
            b"Jefe".to_vec(),
            "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (
            vec![0xaa; 131],
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
    ] {
        assert_eq!(mac::hex(&mac::hmac(&key, message.as_bytes())), want);
    }
}

#[test]
fn base64_is_taken_whole_or_not_at_all() {
    assert_eq!(mac::from_base64("Zm9vYg=="), Some(b"foob".to_vec()));
    assert_eq!(mac::from_base64("w7w+Pw=="), Some("ü>?".as_bytes().to_vec()));
    for wrong in ["Zm9vYg", "Zm9v Yg==", "Zm9v%2B==", "===="] {
        assert_eq!(mac::from_base64(wrong), None, "{wrong}");
    }
}

#[test]
fn mentions_are_read_as_their_services_do() {
    assert_eq!(marks::feishu_tags("a <at id=all></at> <at user_id=\"ou_1\">x</at>"), ["all", "ou_1"]);
    assert_eq!(marks::wecom_tags("<@li> <@@all>"), ["li", "all"]);
    let (pings, links) = marks::slack_tags("<!here> <@U1|li> <!subteam^S1> <https://e.com/?a&amp;b|x> &lt;!all&gt;");
    assert_eq!((pings, links), (vec!["all".into(), "U1".into(), "S1".into()], vec!["https://e.com/?a&b".to_owned()]));
    assert_eq!(marks::bare_names("@all a@b.c (@li.si) @\u{200b}here"), ["all", "li.si"]);
    assert_eq!(marks::markdown_links("[a](b) ![c](d) <https://e>"), ["b", "d", "https://e"]);
}
