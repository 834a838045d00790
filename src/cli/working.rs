//! The working folder of a run that replaces another folder: under a name that nobody can guess, and
//! for one run at a time.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use tempfile::TempDir;

/// A folder beside the one that is to be replaced, which goes away with its content.
///
/// Two runs never share one, whatever their process ids, because its name is random and is made only
/// if nothing has it. Where the system locks folders (`flock`, which holds for every process on the
/// machine, in whatever container, and on file systems that tell other machines), a second run waits
/// for the first. Where it does not, runs still do not mix: the last to end stays.
pub(super) struct Folder {
    // Removed before the lock is given back.
    folder: TempDir,
    lock: Option<File>,
    prefix: String,
}

impl Folder {
    /// Makes a folder in `parent`, to replace the folder `name` there.
    pub(super) fn beside(parent: &Path, name: &str) -> io::Result<Folder> {
        let prefix = format!(".{name}.regenerating-");
        let lock = lock(parent);
        let folder = tempfile::Builder::new().prefix(&prefix).tempdir_in(parent)?;
        Ok(Folder { folder, lock, prefix })
    }

    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Puts a tree in this folder in the place of `dir`, and removes what runs that were killed left.
    pub(super) fn put_in_place(&self, fresh: &Path, dir: &Path, replaces: bool) -> io::Result<()> {
        exchange(fresh, dir, &self.path().join("old"), replaces)?;
        // Without the lock another run may still need its folder.
        if let (Some(_), Some(parent)) = (&self.lock, self.path().parent()) {
            self.remove_left_over(parent);
        }
        Ok(())
    }

    fn remove_left_over(&self, parent: &Path) {
        for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
            let is_ours = entry.file_name().to_string_lossy().starts_with(&self.prefix);
            // A link is not followed: only a folder is removed.
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_ours && is_folder && entry.path() != self.path() {
                let _ = fs::remove_dir_all(entry.path());
            }
        }
    }
}

/// Lets two folders change their names in one step, so that whoever looks, and a run that is killed,
/// finds the old tree or the new one.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(fresh: &Path, dir: &Path, aside: &Path, replaces: bool) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let flags = if replaces { RenameFlags::EXCHANGE } else { RenameFlags::NOREPLACE };
    match renameat_with(CWD, fresh, CWD, dir, flags) {
        // A file system that cannot: two steps, of which the first can be taken back.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            in_two_steps(fresh, dir, aside, replaces)
        }
        done => Ok(done?),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(fresh: &Path, dir: &Path, aside: &Path, replaces: bool) -> io::Result<()> {
    in_two_steps(fresh, dir, aside, replaces)
}

fn in_two_steps(fresh: &Path, dir: &Path, aside: &Path, replaces: bool) -> io::Result<()> {
    if !replaces {
        return fs::rename(fresh, dir);
    }
    fs::rename(dir, aside)?;
    fs::rename(fresh, dir).inspect_err(|_| {
        // What cannot be taken back is told by the error that made it necessary.
        let _ = fs::rename(aside, dir);
    })
}

/// Locks a folder for as long as the file is open; none if the file system locks no folders.
#[cfg(unix)]
fn lock(parent: &Path) -> Option<File> {
    use rustix::fs::{FlockOperation, flock};
    let file = File::open(parent).ok()?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK) {
        eprintln!("waiting for another run in {}", parent.display());
    }
    loop {
        match flock(&file, FlockOperation::LockExclusive) {
            Err(rustix::io::Errno::INTR) => {}
            locked => return locked.is_ok().then_some(file),
        }
    }
}

#[cfg(not(unix))]
fn lock(_: &Path) -> Option<File> {
    None
}

/// Returns whether a folder is on another file system than its parent. A mount of the same one is told
/// by the error when it is to be replaced.
#[cfg(unix)]
pub(super) fn is_mount_point(dir: &Path, parent: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).map(|found| found.dev()).ok();
    matches!((device(dir), device(parent)), (Some(own), Some(parent)) if own != parent)
}

#[cfg(not(unix))]
pub(super) fn is_mount_point(_: &Path, _: &Path) -> bool {
    false
}
