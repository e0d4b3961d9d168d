//! Sources of every kind in one configuration: what an idle run costs, and that none of them costs another anything.

use std::time::Duration;

use guajira_fakes::alerts::{self, FakeAlerts};
use guajira_fakes::guance::Check;
use guajira_fakes::server::{Fault, Recorded, Times, What};
use serde_json::json;

use super::lines::Two;
use super::sources::{EVENTS, PIPED};
use super::world::{Flavour, Outcome};
use super::{incidents, world::World};

/// Two workspaces, and the events and the incidents of the first one, what is piped in, and alerts.
struct All {
    two: Two,
    alerts: FakeAlerts,
}

impl All {
    fn new(flavour: Flavour) -> Self {
        let alerts = FakeAlerts::start(alerts::Options::of(alerts::Kind::Jsm));
        let oncall = format!(
            "\n[[source]]\nname = \"oncall\"\nkind = \"jsm-alerts\"\nuser = \"{}\"\napi_key = {{ env = \"ALERTS\" }}\n\
             base_url = \"{url}\"\ngateway_url = \"{url}\"\n\n[[source.route]]\nproject = \"OPS\"\nissue_type = \"Bug\"\n",
            alerts::USER,
            url = alerts.base_url()
        );
        let Two { world, eu } = Two::new(flavour);
        let mut world = [EVENTS, &incidents::example(), PIPED, &oncall].into_iter().fold(world, World::with_source);
        world.set("ALERTS", alerts::TOKEN);
        Self { two: Two { world, eu }, alerts }
    }

    fn run(&self, minutes: u64) -> Outcome {
        let time = Duration::from_mins(minutes);
        self.alerts.clock().advance(time);
        self.two.eu.clock().advance(time);
        self.two.world.pass(time);
        self.two.world.run(&["sync"])
    }

    /// Something happens at each source.
    fn happens(&self, what: &str) {
        let world = &self.two.world;
        world.guance.open_issue(&format!("issue {what}"), "<p>here</p>", "P1", "张三");
        self.two.eu.open_issue(&format!("eu {what}"), "<p>there</p>", "P1", "李四");
        world.guance.check(&Check { title: &format!("event {what}"), ..Check::default() });
        world.guance.open_incident(&format!("incident {what}"), "P1");
        world.take("hook", &json!({"id": what, "title": format!("piped {what}"), "status": "fault"}).to_string());
        self.alerts.fire(what, &format!("alert {what}"));
    }

    fn forget_requests(&self) {
        self.two.world.forget_requests();
        self.two.eu.clear_recorded();
        self.alerts.clear_recorded();
    }

    /// How many Jira issues tell of this.
    fn told(&self, what: &str) -> usize {
        self.two.world.jira.issues().iter().filter(|issue| issue.summary.contains(what)).count()
    }
}

fn paths(recorded: Vec<Recorded>) -> Vec<String> {
    let mut paths: Vec<String> = recorded.into_iter().map(|one| one.path).collect();
    paths.sort();
    paths
}

#[test]
fn sources_of_every_kind_share_a_jira_and_an_idle_run_is_cheap() {
    for flavour in [Flavour::Cloud, Flavour::Server] {
        let all = All::new(flavour);
        for _ in 0..2 {
            assert_eq!(all.run(1).code, 0);
        }
        all.forget_requests();
        let outcome = all.two.world.run(&["sync"]);
        assert_eq!((outcome.code, outcome.stdout.lines().count()), (0, 1), "{outcome}");
        // The range of incidents may be about their beginning: those that are open are asked for beside it.
        let guance =
            ["/api/v1/df/query_data_v1", "/api/v1/incidents/list", "/api/v1/incidents/list", "/api/v1/issue/list"];
        assert_eq!(paths(all.two.world.guance.recorded()), guance);
        assert_eq!(paths(all.two.eu.recorded()), ["/api/v1/issue/list"]);
        // The newest alerts, and the open ones.
        assert_eq!(all.alerts.recorded().len(), 2);
        assert_eq!(all.two.world.jira.recorded().len(), 2);

        all.happens("first");
        for _ in 0..3 {
            let outcome = all.run(6);
            assert_eq!(outcome.code, 0, "{outcome}");
        }
        let titles: Vec<String> = all.two.world.jira.issues().into_iter().map(|issue| issue.summary).collect();
        assert_eq!((titles.len(), all.told("first")), (6, 6), "{titles:?}");
    }
}

#[test]
fn a_source_that_is_down_holds_up_none_of_another_kind() {
    let all = All::new(Flavour::Cloud);
    assert_eq!(all.run(1).code, 0);
    let down = || Fault::new(What::Status(503, "down".to_owned(), Vec::new())).times(Times::Always);
    all.alerts.fail(down());
    all.two.eu.fail(down());
    all.happens("second");
    for _ in 0..2 {
        assert_eq!(all.run(6).code, 3);
    }
    assert_eq!(all.told("second"), 4);
    all.alerts.clear_faults();
    all.two.eu.clear_faults();
    for _ in 0..2 {
        all.run(6);
    }
    assert_eq!(all.told("second"), 6);
}
