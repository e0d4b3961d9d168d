//! The image of the Dockerfile, as an OCI runtime starts it: by the command that stands at the head of the file.
//!
//! With `GUAJIRA_STATIC_PROGRAM`, which names a guajira that is linked statically, it is the image that `.ci/image` makes of it,
//! unpacked by umoci: docs/development.md.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::host::{Host, Means, USER, means, path};
use super::{Variables, assert_arrives, config, folder, hold, put, read, root, variables};
use crate::e2e::world::{Flavour, World};

/// The lines of a stage of the Dockerfile, its first line aside; the last stage has no name.
fn stage(name: Option<&str>) -> Vec<String> {
    let file = read("examples/Dockerfile");
    let mut stages: Vec<Vec<String>> = Vec::new();
    for line in file.replace("\\\n", " ").lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line.starts_with("FROM ") {
            stages.push(Vec::new());
        }
        stages.last_mut().into_iter().for_each(|stage| stage.push(line.to_owned()));
    }
    let wanted = name.map(|name| format!(" AS {name}"));
    let is_wanted = |stage: &Vec<String>| wanted.as_ref().is_none_or(|wanted| stage[0].ends_with(wanted));
    stages.into_iter().rfind(is_wanted).unwrap()
}

fn value(stage: &[String], instruction: &str) -> Option<String> {
    stage.iter().rev().find_map(|line| line.strip_prefix(instruction)?.strip_prefix(' ')).map(str::to_owned)
}

/// What a runtime starts: the words before the arguments, and the user.
struct Image {
    entrypoint: Vec<String>,
    user: String,
    environment: Variables,
    /// The folder that is the root, where there is one.
    unpacked: Option<PathBuf>,
}

fn image(world: &World) -> Image {
    if let Some(program) = std::env::var_os("GUAJIRA_STATIC_PROGRAM") {
        return unpacked(world, &program.into_string().unwrap());
    }
    println!(
        "skipped: GUAJIRA_STATIC_PROGRAM names no program for an image, so the libraries of this machine are in it"
    );
    let last = stage(None);
    assert_eq!(last[0], "FROM scratch");
    assert!(last.contains(&"COPY --from=build /guajira /guajira".to_owned()), "{last:?}");
    Image {
        entrypoint: serde_json::from_str(&value(&last, "ENTRYPOINT").unwrap()).unwrap(),
        user: value(&last, "USER").unwrap(),
        environment: variables(&[("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")]),
        unpacked: None,
    }
}

fn unpacked(world: &World, program: &str) -> Image {
    let done = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {output:?}");
    };
    let (layout, bundle) = (world.path("layout"), world.path("bundle"));
    done(Command::new(root().join(".ci/image")).arg(program).arg(&layout));
    let image = format!("{}:guajira", layout.display());
    let rootless: &[&str] = if means() == Means::Root { &[] } else { &["--rootless"] };
    done(Command::new("umoci").arg("unpack").args(rootless).args(["--image", &image]).arg(&bundle));
    let text = fs::read_to_string(bundle.join("config.json")).unwrap();
    let process = serde_json::from_str::<serde_json::Value>(&text).unwrap()["process"].clone();
    let words = |list: &serde_json::Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap() };
    let environment = words(&process["env"]).into_iter().map(|line| {
        let (name, value) = line.split_once('=').unwrap();
        (name.to_owned(), value.to_owned())
    });
    Image {
        entrypoint: words(&process["args"]),
        user: format!("{}:{}", process["user"]["uid"], process["user"]["gid"]),
        environment: environment.collect(),
        unpacked: Some(bundle.join("rootfs")),
    }
}

/// The machine and the words of `docker run`, from the head of the Dockerfile.
fn docker_run(world: &World) -> (Host<'_>, Vec<String>, Variables) {
    let image = image(world);
    assert_eq!(image.user, format!("{USER}:{USER}"));
    let file = read("examples/Dockerfile");
    let line = file.split('`').find(|span| span.starts_with("docker run ")).unwrap();
    let mut words = line.split_whitespace().skip(2);
    let mut host = match image.unpacked {
        Some(folder) => Host::of(world, folder),
        None => Host::bare(world).program("/guajira"),
    };
    let etc = folder(world, "etc", 0, 0o755);
    let state = path("/var/lib/guajira", &world.path("volume"));
    world.reconfigure("[sync]\n", &format!("[sync]\nstate = \"{state}/guajira.db\"\n"));
    world.reconfigure("\"guance-test-key\"", "{ file = \"guance.key\" }");
    world.reconfigure("\"bot-secret\"", "{ file = \"jira.token\" }");
    // What only root and the group of the image's user may read.
    for (name, text) in
        [("sync.toml", &*config(world)), ("guance.key", "guance-test-key"), ("jira.token", "bot-secret")]
    {
        put(&etc.join(name), text, 0, 0o640);
    }
    let mut started = image.entrypoint;
    while let Some(word) = words.next() {
        match word {
            "--rm" => {}
            "-v" => {
                let mount: Vec<&str> = words.next().unwrap().split(':').collect();
                host = match mount[..] {
                    ["/etc/guajira", inside, "ro"] => host.reads(inside, etc.clone()),
                    // A volume takes owner and mode of the folder that it covers.
                    [name, inside] if !name.starts_with('/') => {
                        host.writes(inside, folder(world, "volume", USER, 0o700))
                    }
                    _ => panic!("{mount:?}"),
                };
            }
            "guajira" => started.extend(words.by_ref().map(str::to_owned)),
            _ => panic!("{word}"),
        }
    }
    (host, started, image.environment)
}

#[test]
fn the_image_carries_an_issue() {
    let world = World::new(Flavour::Cloud);
    let (host, words, mut environment) = docker_run(&world);
    environment.extend(variables(&[("HOSTNAME", "3f1c9a7be0d2"), ("HOME", "/")]));
    assert_arrives(&world, || host.run(&words, &environment));
    assert!(world.path("volume/guajira.db").exists());
}

#[test]
fn the_container_ends_as_guajira_ends() {
    let world = World::new(Flavour::Cloud);
    hold(&world);
    let (host, words, environment) = docker_run(&world);
    let held = host.run(&words, &environment);
    assert_eq!(held.code, 3, "{held}");
}

/// GitLab starts a shell in the image, which an entrypoint would keep it from.
#[test]
fn the_image_with_a_shell_starts_nothing_by_itself() {
    let shell = stage(Some("shell"));
    assert!(value(&shell, "ENTRYPOINT").is_none() && value(&shell, "CMD").is_none());
    assert_eq!(value(&shell, "USER"), Some(format!("{USER}:{USER}")));
    assert!(shell.contains(&"COPY --from=build /guajira /usr/local/bin/guajira".to_owned()), "{shell:?}");
}
