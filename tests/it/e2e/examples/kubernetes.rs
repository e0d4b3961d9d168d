//! Kubernetes: the container of the `CronJob`, with its files as a kubelet mounts them and a root that is read only.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use yaml_rust2::Yaml;

use super::host::{Host, USER, own};
use super::{
    SECRET_FILES, Variables, assert_arrives, config, folder, hold, put, table, text, texts, variables, without_secrets,
    yaml,
};
use crate::e2e::world::World;

/// Mounts files as a kubelet does: the names lead to a folder with a time in its name, so that all change at once.
fn mounted(world: &World, name: &str, mode: u32, files: &[(&str, &str)]) -> std::path::PathBuf {
    let place = folder(world, name, 0, 0o2775);
    let times = place.join("..2026_11_27_19_00_00.1234567890");
    fs::create_dir(&times).unwrap();
    own(&times, 0, 0o2755);
    symlink(times.file_name().unwrap(), place.join("..data")).unwrap();
    for (name, text) in files {
        put(&times.join(name), text, 0, mode);
        symlink(Path::new("..data").join(name), place.join(name)).unwrap();
    }
    place
}

fn named<'a>(list: &'a Yaml, name: &str) -> &'a Yaml {
    let found = list.as_vec().unwrap().iter().find(|one| one["name"].as_str() == Some(name));
    found.unwrap_or_else(|| panic!("{name} is not in {list:?}"))
}

/// The files that kustomization.yaml puts into a `ConfigMap` or Secret.
fn generated(kind: &str, name: &str) -> Vec<String> {
    texts(&named(&yaml("examples/kubernetes/kustomization.yaml")[kind], name)["files"])
}

/// The pod of the `CronJob`: its machine, the words it starts, and its variables.
fn container(world: &World) -> (Host<'_>, Vec<String>, Variables) {
    let file = yaml("examples/kubernetes/cronjob.yaml");
    let pod = &file["spec"]["jobTemplate"]["spec"]["template"]["spec"];
    let user = u32::try_from(pod["securityContext"]["runAsUser"].as_i64().unwrap()).unwrap();
    assert_eq!((user, pod["securityContext"]["fsGroup"].as_i64()), (USER, Some(i64::from(USER))));
    let container = &pod["containers"][0];
    assert_eq!(container["securityContext"]["readOnlyRootFilesystem"].as_bool(), Some(true));
    let secrets = SECRET_FILES;
    let config = config(world);
    let mut host = Host::bare(world).program("/guajira");
    for mount in container["volumeMounts"].as_vec().unwrap() {
        let (name, inside) = (text(&mount["name"]), text(&mount["mountPath"]));
        let volume = named(&pod["volumes"], &name);
        let is_read_only = mount["readOnly"].as_bool() == Some(true);
        if let Some(claim) = volume["persistentVolumeClaim"]["claimName"].as_str() {
            assert!(
                !is_read_only && yaml("examples/kubernetes/state.yaml")["metadata"]["name"].as_str() == Some(claim)
            );
            // Made by the provisioner for root, and by fsGroup for the group of the pod.
            host = host.writes(&inside, folder(world, "state", 0, 0o2775));
            continue;
        }
        let (kind, of, files, mode) = match volume["configMap"]["name"].as_str() {
            Some(of) => ("configMapGenerator", of.to_owned(), vec![("sync.toml", &*config)], 0o644),
            None => {
                let mode = volume["secret"]["defaultMode"].as_i64().unwrap();
                (
                    "secretGenerator",
                    text(&volume["secret"]["secretName"]),
                    secrets.to_vec(),
                    u32::try_from(mode).unwrap(),
                )
            }
        };
        assert_eq!(generated(kind, &of), files.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        assert!(is_read_only);
        host = host.reads(&inside, mounted(world, &name, mode, &files));
    }
    // The entrypoint of the image, and its arguments without a shell.
    let words = std::iter::once("/guajira".to_owned()).chain(texts(&container["args"])).collect();
    let mut environment = variables(&[
        ("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOSTNAME", "guajira-29404081-x7k2p"),
        ("HOME", "/"),
        ("KUBERNETES_SERVICE_HOST", "10.96.0.1"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("KUBERNETES_PORT", "tcp://10.96.0.1:443"),
    ]);
    // A Service of the same name in the namespace.
    if pod["enableServiceLinks"].as_bool() != Some(false) {
        environment.extend(variables(&[("GUAJIRA_SERVICE_HOST", "10.96.7.7"), ("GUAJIRA_PORT", "tcp://10.96.7.7:80")]));
    }
    for variable in container["env"].as_vec().unwrap() {
        environment.push((text(&variable["name"]), text(&variable["value"])));
    }
    (host, words, environment)
}

#[test]
fn the_cron_job_carries_an_issue_and_writes_to_its_volume_alone() {
    let world = without_secrets();
    let (host, words, environment) = container(&world);
    assert_arrives(&world, || host.run(&words, &environment));
    assert!(world.path("state/guajira.db").exists());
}

#[test]
fn the_cron_job_fails_for_what_waits_and_is_not_tried_again() {
    let world = without_secrets();
    hold(&world);
    let (host, words, environment) = container(&world);
    let held = host.run(&words, &environment);
    assert!(held.code == 3 && held.stdout.contains("sync --release"), "{held}");
    let file = yaml("examples/kubernetes/cronjob.yaml");
    let job = &file["spec"]["jobTemplate"]["spec"];
    assert_eq!(job["backoffLimit"].as_i64(), Some(0));
    assert_eq!(job["template"]["spec"]["restartPolicy"].as_str(), Some("Never"));
    // The validator knows the names of these fields, and not their values.
    assert_eq!(file["spec"]["concurrencyPolicy"].as_str(), Some("Forbid"));
    assert_eq!(job["template"]["spec"]["securityContext"]["runAsNonRoot"].as_bool(), Some(true));
    let container = &job["template"]["spec"]["containers"][0];
    assert_eq!(texts(&container["securityContext"]["capabilities"]["drop"]), ["ALL"]);
    assert!(table(&container["resources"]["limits"]).iter().any(|(name, _)| name == "memory"));
}
