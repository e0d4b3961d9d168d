//! The fake keeps to what both services document.

use std::time::Duration;

use super::*;

#[test]
fn one_alert_of_an_alias_is_open_and_a_closed_one_stays_closed() {
    let fake = FakeAlerts::start(Options::of(Kind::Opsgenie));
    let first = fake.fire("disk", "full");
    assert_eq!(fake.fire("disk", "full"), first);
    assert_eq!(fake.alert(&first).unwrap().count, 2);
    fake.close(&first, "li@example.com");
    let second = fake.fire("disk", "full");
    assert_ne!(second, first);
    assert!(fake.alert(&first).unwrap().closed && !fake.alert(&second).unwrap().closed);
}

#[test]
fn a_write_waits_and_is_carried_out_once() {
    let clock = crate::clock::SimClock::fixed(chrono::DateTime::UNIX_EPOCH + TimeDelta::days(20_000));
    let fake = FakeAlerts::start(Options { clock: clock.clone(), ..Options::of(Kind::Opsgenie) });
    fake.switch(|switches| switches.delay = Some(Duration::from_secs(2)));
    let alert = fake.fire("disk", "full");
    let request = fake.world().accept(&alert, world::Deed::Note("me".to_owned(), "hi".to_owned()));
    assert!(fake.notes(&alert).is_empty() && !fake.world().processed.contains_key(&request));
    clock.advance(Duration::from_secs(3));
    assert_eq!(fake.notes(&alert).len(), 1);
    assert!(fake.world().processed[&request].success);
    assert_eq!(fake.notes(&alert).len(), 1);
}

#[test]
fn what_is_not_documented_is_refused() {
    let get = |fake: &FakeAlerts, target: &str| {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        let request = Request {
            method: "GET".to_owned(),
            path: path.to_owned(),
            query: pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
            headers: vec![("Authorization".to_owned(), format!("GenieKey {KEY}"))],
            body: Vec::new(),
        };
        Service(Arc::clone(&fake.world)).handle(&request).status
    };
    let fake = FakeAlerts::start(Options::of(Kind::Opsgenie));
    for (target, status) in [
        ("/v2/alerts?limit=100&offset=0&sort=updatedAt", 200),
        ("/v2/alerts?size=100", 422),
        ("/v2/alerts?limit=101", 422),
        ("/v2/alerts?limit=100&offset=19901", 422),
        ("/v2/alerts?sort=insertedAt", 422),
        ("/v2/alerts?query=updatedAt>=1", 422),
        ("/v2/alerts/none?identifierType=id", 404),
        ("/v2/alerts/requests/none", 404),
        ("/v1/incidents", 404),
    ] {
        assert_eq!(get(&fake, target), status, "{target}");
    }
}
