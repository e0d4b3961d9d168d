//! A machine as a scheduler gives it to the program: folders at their own places, a user, and nothing writable but what is.
//!
//! It is a root file system of its own, where the system lets us make one. Elsewhere the command line and the environment are
//! run with other paths in them, by whoever runs the tests.

use std::fmt::Write as _;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::e2e::world::{Outcome, World};
use crate::scratch::scratch;

/// The user that is nobody else: as in the images.
pub(super) const USER: u32 = 65532;
pub(super) const PROGRAM: &str = env!("CARGO_BIN_EXE_guajira");

pub(super) struct Host<'a> {
    world: &'a World,
    holds: Holds,
    places: Vec<Place>,
    working: Option<String>,
}

/// What is in the root file system before anything is mounted there.
enum Holds {
    /// The programs of this machine.
    System,
    /// The libraries that a program of the tests needs.
    Libraries,
    /// What is in a folder.
    Folder(PathBuf),
}

struct Place {
    inside: String,
    outside: PathBuf,
    is_written: bool,
}

/// How a root file system can be made here.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// We are root.
    Root,
    /// We may be root in a namespace.
    Namespace,
    None,
}

pub(super) fn means() -> Means {
    static FOUND: OnceLock<Means> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let folder = scratch();
        let works = |options: &[&str]| {
            let mount = format!("mount -t tmpfs none {}", quoted(&folder.path().display().to_string()));
            let tried = Command::new("unshare").args(options).args(["/bin/sh", "-c", &mount]).output();
            tried.is_ok_and(|output| output.status.success())
        };
        if works(&["--mount"]) {
            Means::Root
        } else if works(&["--user", "--map-root-user", "--mount"]) {
            Means::Namespace
        } else {
            println!(
                "skipped: a root file system of its own cannot be made here, so other paths stand in the command lines"
            );
            Means::None
        }
    })
}

/// Makes a file what the machine's administrator would: of this owner, who is root or the program's user, and this mode.
pub(super) fn own(path: &Path, user: u32, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    if means() == Means::Root {
        chown(path, Some(user), Some(USER)).unwrap();
    }
}

/// Returns how a file that is handed over names a folder of the machine.
pub(super) fn path(inside: &str, outside: &Path) -> String {
    if means() == Means::None { outside.display().to_string() } else { inside.to_owned() }
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

impl<'a> Host<'a> {
    /// A machine with the programs of this one.
    pub(super) fn with_system(world: &'a World) -> Self {
        Self { world, holds: Holds::System, places: Vec::new(), working: None }
    }

    /// An image in which is nothing but the program, and the libraries that a program of the tests needs.
    pub(super) fn bare(world: &'a World) -> Self {
        Self { holds: Holds::Libraries, ..Self::with_system(world) }
    }

    /// An image that is unpacked in a folder.
    pub(super) fn of(world: &'a World, folder: PathBuf) -> Self {
        let program = folder.join("guajira");
        Self { holds: Holds::Folder(folder), ..Self::with_system(world) }.reads("/guajira", program)
    }

    pub(super) fn reads(mut self, inside: &str, outside: impl Into<PathBuf>) -> Self {
        self.places.push(Place { inside: inside.to_owned(), outside: outside.into(), is_written: false });
        self
    }

    pub(super) fn writes(mut self, inside: &str, outside: impl Into<PathBuf>) -> Self {
        self.places.push(Place { inside: inside.to_owned(), outside: outside.into(), is_written: true });
        self
    }

    /// Puts the program there.
    pub(super) fn program(mut self, inside: &str) -> Self {
        let (folder, name) = inside.rsplit_once('/').unwrap();
        if folder.is_empty() {
            return self.reads(inside, PROGRAM);
        }
        // A folder that is there already, or one with nothing else in it.
        let within = self.places.iter().find_map(|place| {
            let rest = folder.strip_prefix(&place.inside)?;
            Some(place.outside.join(rest.trim_start_matches('/')))
        });
        let bin = within.unwrap_or_else(|| {
            let bin = self.world.path("bin");
            self.places.push(Place { inside: folder.to_owned(), outside: bin.clone(), is_written: false });
            bin
        });
        if !bin.join(name).exists() {
            fs::create_dir_all(&bin).unwrap();
            fs::set_permissions(&bin, Permissions::from_mode(0o755)).unwrap();
            match means() {
                Means::None => symlink(PROGRAM, bin.join(name)).unwrap(),
                _ => fs::write(bin.join(name), "").unwrap(),
            }
        }
        self.reads(inside, PROGRAM)
    }

    /// Where the program starts; the top unless set.
    pub(super) fn working_in(mut self, folder: &str) -> Self {
        self.working = Some(folder.to_owned());
        self
    }

    /// Runs a command with this environment and no other variable.
    pub(super) fn run<T: AsRef<str>>(&self, words: &[T], variables: &[(String, String)]) -> Outcome {
        let mut words: Vec<String> = words.iter().map(|word| word.as_ref().to_owned()).collect();
        if means() == Means::None {
            let words: Vec<String> = words.iter().map(|word| self.with_real_paths(word)).collect();
            let mut command = self.world.command(&words[0]);
            let working =
                self.working.as_deref().map_or_else(|| self.world.path(""), |path| self.with_real_paths(path).into());
            command.args(&words[1..]).current_dir(working);
            return Outcome::of(with_variables(command, variables, |text| self.with_real_paths(text)));
        }
        if let Some(folder) = &self.working {
            words.splice(0..0, ["/usr/bin/env".to_owned(), format!("--chdir={folder}")]);
        }
        let root = self.world.path("root");
        let _ = fs::create_dir(&root);
        let variables = variables.iter().map(|(name, value)| quoted(&format!("{name}={value}")));
        let variables = variables.collect::<Vec<_>>().join(" ");
        let words = words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ");
        let chroot = match means() {
            Means::Root => format!("$(command -v chroot) --userspec={USER}:{USER}"),
            _ => "$(command -v chroot)".to_owned(),
        };
        let mut script = self.mounts(&root);
        writeln!(script, "exec env -i {variables} $(command -v setpriv) --no-new-privs {chroot} . {words}").unwrap();
        let mut command = self.world.command("unshare");
        command.env_clear().env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        if means() == Means::Namespace {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["--mount", "/bin/sh", "-ec", &script]);
        Outcome::of(command)
    }

    /// Returns the shell's commands that make the root file system, and stand in it at the end.
    fn mounts(&self, root: &Path) -> String {
        let root = quoted(&root.display().to_string());
        let mut script = match &self.holds {
            Holds::Folder(folder) => format!("mount --bind {} {root}\n", quoted(&folder.display().to_string())),
            _ => format!("mount -t tmpfs -o mode=755 none {root}\n"),
        };
        writeln!(script, "cd {root}\nbound() {{ mount --bind \"$1\" \".$2\"; }}").unwrap();
        // What must not be written. In a namespace of a user, flags that the outer system has set must stay.
        script.push_str(
            "closed() { mount -o remount,bind,ro,nosuid,nodev \".$1\" || mount -o remount,bind,ro \".$1\"; }\n",
        );
        let system = match self.holds {
            Holds::System => "usr bin sbin lib lib32 lib64",
            // Where the loader looks for them.
            Holds::Libraries => "usr/lib usr/lib64 lib lib64",
            Holds::Folder(_) => "",
        };
        writeln!(
            script,
            "for one in {system}; do if [ -L /$one ]; then mkdir -p \"$(dirname \"$one\")\"; cp -P /$one $one; \
             elif [ -d /$one ]; then mkdir -p $one; bound /$one /$one; closed /$one; fi; done"
        )
        .unwrap();
        script.push_str("for one in proc dev; do mkdir -p $one; mount --rbind /$one $one; done\n");
        for Place { inside, outside, is_written } in &self.places {
            let make = if outside.is_dir() { "mkdir -p" } else { "[ -e ./$one ] || touch" };
            let inside = quoted(inside);
            writeln!(script, "one={inside}\nmkdir -p \"$(dirname \".$one\")\"\n{make} \".$one\"").unwrap();
            writeln!(script, "bound {} \"$one\"", quoted(&outside.display().to_string())).unwrap();
            if !is_written {
                script.push_str("closed \"$one\"\n");
            }
        }
        script + "mount -o remount,bind,ro .\n"
    }

    /// Puts the real paths into a text.
    fn with_real_paths(&self, text: &str) -> String {
        let mut places: Vec<&Place> = self.places.iter().collect();
        places.sort_by_key(|place| std::cmp::Reverse(place.inside.len()));
        let goes_on = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        let (mut told, mut rest) = (String::new(), text);
        let mut is_within = false;
        while let Some(sign) = rest.chars().next() {
            let is_here = |place: &&&Place| {
                !is_within && rest.strip_prefix(&place.inside).is_some_and(|rest| !rest.starts_with(goes_on))
            };
            if let Some(place) = places.iter().find(is_here) {
                told += &place.outside.display().to_string();
                rest = &rest[place.inside.len()..];
                is_within = true;
            } else {
                told.push(sign);
                rest = &rest[sign.len_utf8()..];
                is_within = goes_on(sign);
            }
        }
        told
    }
}

fn with_variables(mut command: Command, variables: &[(String, String)], told: impl Fn(&str) -> String) -> Command {
    command.env_clear().envs(variables.iter().map(|(name, value)| (name, told(value))));
    command
}

/// What is not named as writable cannot be written, and the program is not root.
#[test]
fn nothing_else_can_be_written_there() {
    let world = World::new(crate::e2e::world::Flavour::Cloud);
    fs::create_dir(world.path("in")).unwrap();
    fs::create_dir(world.path("out")).unwrap();
    own(&world.path("out"), USER, 0o700);
    let host = Host::with_system(&world).reads("/etc/in", world.path("in")).writes("/var/out", world.path("out"));
    let host = host.working_in("/var/out");
    let script =
        "pwd; echo x >here; for one in /etc/in/x /usr/x /x; do if echo x >$one; then echo $one; fi; done; id -u; env";
    let said = host.run(&["/bin/sh", "-c", script], &[("A".to_owned(), "b c".to_owned())]);
    assert_eq!(said.code, 0, "{said}");
    assert!(world.path("out/here").exists());
    if means() != Means::None {
        let user = if means() == Means::Root { "65532" } else { "0" };
        assert_eq!(said.stdout.lines().take(3).collect::<Vec<_>>(), ["/var/out", user, "A=b c"], "{said}");
    }
}
