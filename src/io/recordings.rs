//! Recordings as files: `YYYY/MM/DD/recording-HEX.wav` below one directory, by the day (UTC) on
//! which they began, readable by their owner only.

pub mod writer;

use crate::audio::sound::Sound;
use crate::audio::wav;
use crate::base::id::RecordingId;
use crate::base::time::Utc;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

/// Where recordings are kept.
#[derive(Debug, Clone)]
pub struct Recordings {
    root: PathBuf,
}

impl Recordings {
    /// Recordings below `root`, which need not exist yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The file of a recording that began at `utc`.
    #[must_use]
    pub fn path(&self, recording: RecordingId, utc: Utc) -> PathBuf {
        let (year, month, day) = civil_date(utc);
        let date = format!("{year:04}/{month:02}/{day:02}");
        self.root.join(date).join(file_name(recording))
    }

    /// The file of a recording, on whichever day it began; the newest days are looked at first.
    #[must_use]
    pub fn find(&self, recording: RecordingId) -> Option<PathBuf> {
        let name = file_name(recording);
        self.days().map(|day| day.join(&name)).find(|path| path.is_file())
    }

    /// The sound of a recording; `None` if it is not there or cannot be read.
    #[must_use]
    pub fn load(&self, recording: RecordingId) -> Option<Sound> {
        let bytes = fs::read(self.find(recording)?).ok()?;
        wav::parse(&bytes)
            .inspect_err(|error| tracing::warn!(%recording, ?error, "recording unreadable"))
            .ok()
    }

    /// Deletes a recording; whether it was there.
    ///
    /// # Errors
    ///
    /// What the operating system says.
    pub fn delete(&self, recording: RecordingId) -> io::Result<bool> {
        let Some(path) = self.find(recording) else { return Ok(false) };
        fs::remove_file(path)?;
        tracing::info!(%recording, "recording deleted");
        Ok(true)
    }

    /// Gives every file that a crash left behind the header of its true length; how many.
    pub fn repair(&self) -> usize {
        let files = self.days().flat_map(|day| sorted(&day));
        files.filter(|path| repair(path).unwrap_or(false)).count()
    }

    /// The directories of all days, the newest first.
    fn days(&self) -> impl Iterator<Item = PathBuf> + use<> {
        let years = sorted(&self.root).into_iter();
        years.flat_map(|year| sorted(&year)).flat_map(|month| sorted(&month))
    }
}

/// What a directory holds, by name, the last first; nothing if it is none.
fn sorted(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(directory) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort_unstable_by(|one, other| other.cmp(one));
    paths
}

fn repair(path: &Path) -> io::Result<bool> {
    let is_ours = path.extension().is_some_and(|extension| extension == "wav");
    if !is_ours {
        return Ok(false);
    }
    let mut file = fs::OpenOptions::new().read(true).write(true).open(path)?;
    let mut first = [0; wav::HEADER_BYTES];
    file.read_exact(&mut first)?;
    let Some(header) = wav::repair(&first, file.metadata()?.len()) else { return Ok(false) };
    file.write_all_at(&header, 0)?;
    file.sync_all()?;
    tracing::info!(path = %path.display(), "recording repaired");
    Ok(true)
}

fn file_name(recording: RecordingId) -> String {
    format!("{recording}.wav")
}

/// Year, month and day of an instant in UTC, by the Gregorian calendar: days are counted in
/// eras of 400 years that begin on the first of March, so that leap days come last.
fn civil_date(utc: Utc) -> (i64, i64, i64) {
    const DAYS_OF_ERA: i64 = 146_097;
    let days = utc.as_millis().div_euclid(86_400_000) + 719_468;
    let era = days.div_euclid(DAYS_OF_ERA);
    let day_of_era = days.rem_euclid(DAYS_OF_ERA);
    let leap_days = day_of_era / 1_460 - day_of_era / 36_524 + day_of_era / (DAYS_OF_ERA - 1);
    let year_of_era = (day_of_era - leap_days) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recording_lies_under_the_day_on_which_it_began() {
        let recordings = Recordings::new("kept");
        let path = |millis| recordings.path(RecordingId::from(0xAB), Utc::from_millis(millis));
        assert_eq!(path(0), Path::new("kept/1970/01/01/recording-ab.wav"));
        assert_eq!(path(951_782_400_000), Path::new("kept/2000/02/29/recording-ab.wav"));
        assert_eq!(path(951_868_799_999), Path::new("kept/2000/02/29/recording-ab.wav"));
        assert_eq!(path(1_798_675_200_000), Path::new("kept/2026/12/31/recording-ab.wav"));
        assert_eq!(path(1_798_761_600_000), Path::new("kept/2027/01/01/recording-ab.wav"));
    }
}
