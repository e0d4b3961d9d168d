//! What is left in the file of what was taken back.

use super::*;

/// Every byte of the file and of what lies beside it.
fn bytes_of(dir: &std::path::Path) -> Vec<u8> {
    let files = std::fs::read_dir(dir).unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.collect::<Vec<_>>().concat()
}

fn holds(bytes: &[u8], word: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(word)
}

/// A word that stands nowhere else, in a text of any length.
fn secret(n: u32) -> (String, String) {
    let word = format!("word{n:05}secret");
    let times = [0, 3, 40, 170, 400].into_iter().cycle().nth(n as usize).unwrap();
    let filler = "and so on, and so on. ".repeat(times);
    (word.clone(), format!("{word} {filler}"))
}

#[test]
fn what_was_withdrawn_leaves_no_word_in_the_file() {
    let dir = tempfile::tempdir().unwrap();
    let state = State::open_with(&dir.path().join("guajira.db"), Durability::Process).unwrap();
    let mut words = Vec::new();
    let mut plant = |n: u32, pair: &str, id: &str| {
        let (word, text) = secret(n);
        words.push(word);
        let mut push = comment(id, pair, &text);
        push.summary = format!("comment {id}");
        push
    };
    let settle = |change: &dyn Fn(&Tx<'_>)| {
        let tx = state.begin().unwrap();
        change(&tx);
        tx.commit().unwrap();
    };
    for n in 0..400 {
        let (pair, id) = (format!("lane{}", n % 7), n.to_string());
        let push = plant(n * 2, &pair, &id);
        enqueue(&state, &push);
        if n % 3 == 0 {
            // Replaced where it stands, by something longer or shorter.
            enqueue(&state, &plant(n * 2 + 1, &pair, &id));
        }
        let key = &push.key;
        match n % 8 {
            0 => settle(&|tx| tx.withdraw(key).unwrap()),
            1 => settle(&|tx| tx.done(key, at(1)).unwrap()),
            2 => settle(&|tx| {
                tx.bury(key, "no", at(1)).unwrap();
                tx.withdraw(key).unwrap();
            }),
            3 => {
                let mut edit = plant(n * 2 + 2000, &pair, &id);
                edit.key = edit.key.edit(&edit.content);
                enqueue(&state, &edit);
                let mut later = plant(n * 2 + 2001, &pair, &id);
                later.key = later.key.edit(&later.content);
                enqueue(&state, &later);
                settle(&|tx| tx.done(&later.key, at(1)).unwrap());
            }
            4 => settle(&|tx| {
                let link = crate::domain::CommentLink {
                    origin: Side::JIRA,
                    origin_id: CommentId::new(&id),
                    copy_id: CommentId::new(format!("copy{id}")),
                    pair: IssueId::new(&pair),
                    written: None,
                };
                tx.forget_comments(&link).unwrap();
            }),
            _ => {}
        }
        if n % 50 == 49 {
            for pair in 0..7 {
                settle(&|tx| assert!(tx.abandon(&IssueId::new(format!("lane{pair}")), Side::GUANCE).is_ok()));
            }
        }
    }
    for pair in 0..7 {
        settle(&|tx| assert!(tx.abandon(&IssueId::new(format!("lane{pair}")), Side::GUANCE).is_ok()));
    }
    assert!(state.unsettled().unwrap().is_empty());
    assert!(!state.clear_remains().unwrap(), "that would take longer the larger the file is");
    drop(state);
    let bytes = bytes_of(dir.path());
    let all = String::from_utf8_lossy(&bytes);
    let left: Vec<&String> = words.iter().filter(|word| all.contains(word.as_str())).collect();
    assert!(left.is_empty(), "{} of {}: {left:?}", left.len(), words.len());
}

#[test]
fn what_an_older_version_left_between_the_rows_is_cleared_once() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("guajira.db");
    let old = rusqlite::Connection::open(&path).unwrap();
    old.pragma_update(None, "secure_delete", "OFF").unwrap();
    schema::migrate_to(&old, 6);
    let (word, text) = secret(3);
    let sql = "INSERT INTO outbox (key, origin, lane, target, action, content, summary, stage, enqueued_at)
               VALUES (?1, ?1, 'a', 'guance', ?2, 'x', '', 'pending', 0)";
    old.execute(sql, ["jira/comment/1", &text]).unwrap();
    old.execute("DELETE FROM outbox", []).unwrap();
    old.execute("INSERT INTO run (kind, started) VALUES ('ordinary', 1)", []).unwrap();
    drop(old);
    assert!(holds(&bytes_of(dir.path()), &word));
    let state = State::open(&path).unwrap();
    assert!(state.clear_remains().unwrap());
    assert!(!state.clear_remains().unwrap(), "once");
    drop(state);
    assert!(!holds(&bytes_of(dir.path()), &word));
    let (_dir, state) = fresh();
    assert!(!state.clear_remains().unwrap(), "a new file has none");
}
