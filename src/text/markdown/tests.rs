//! What happens to definitions.

use super::read;

fn check(text: &str, want: &str) {
    assert_eq!(read(text).plain_text(), want, "{text:?}");
}

#[test]
fn a_definition_that_nothing_refers_to_is_what_somebody_wrote() {
    check("[TRACE]: x.Y", "[TRACE]: x.Y");
    check(
        "before\n\n[WARN]: queue_full\n[INFO]: retry\n\nafter",
        "before\n\n[WARN]: queue_full\n[INFO]: retry\n\nafter",
    );
    check("> [E1]: a\n\n- [E2]: b\n\n1. [E3]: c", "[E1]: a\n\n- [E2]: b\n\n1. [E3]: c");
    check("# T\n[E]: x \"why\"", "T\n\n[E]: x \"why\"");
    check("[E]:\nx", "[E]:\nx");
    check("[^1]: note", "[^1]: note");
}

#[test]
fn a_definition_that_is_used_stays_invisible() {
    check("[the page][p]\n\n[p]: https://e.com", "the page");
    check("[P Q]\n\n[p q]: https://e.com", "P Q");
    check("see\n[p]: here\n\n[p]: https://e.com", "see\np: here");
    check("a[^1]\n\n[^1]: note", "a[1]\n\n[1] note");
    check("[a]\n\n[a]: https://e.com\n[a]: https://e.org", "a\n\n[a]: https://e.org");
}

#[test]
fn what_looks_like_a_definition_in_code_stays_as_it_is() {
    check("```\n[a]: b\n```", "[a]: b");
    check("    [a]: b\n", "[a]: b");
    check("```\n[^1]: b\n```", "[^1]: b");
    check("`x\n[a]: b`", "x [a]: b");
    check("x\n[a]: b", "x\n[a]: b");
}
