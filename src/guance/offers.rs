//! What `guajira init` proposes of a workspace: its channels and its levels. A request each.

use super::channel::{DEFAULT, pick};
use super::level::built_in;
use super::workspace::Guance;
use crate::http::clean;
use crate::ports::ApiError;

impl Guance<'_> {
    /// Returns what may stand as the channel: the one that holds every issue first, the others by name, or by uuid where two have
    /// the same name. The answer also tells that the key is accepted.
    ///
    /// # Errors
    /// When the workspace does not answer or refuses the key.
    pub fn channels_offered(&self) -> Result<Vec<String>, ApiError> {
        let all = self.api.channels().map_err(|fault| fault.error)?;
        let default = pick(&all, DEFAULT).map(|channel| channel.uuid.clone());
        let mut offered: Vec<String> = default.iter().map(|_| DEFAULT.to_owned()).collect();
        for channel in all.iter().filter(|channel| Some(&channel.uuid) != default.as_ref()) {
            let is_alone = all.iter().filter(|other| other.name == channel.name).count() == 1;
            let is_usable = is_alone && !channel.name.is_empty() && clean(&channel.name) == channel.name;
            offered.push(if is_usable { channel.name.clone() } else { channel.uuid.as_str().to_owned() });
        }
        Ok(offered)
    }

    /// Returns what may stand as a level in `[route.priority]`, in the order of the workspace.
    ///
    /// # Errors
    /// When the workspace does not answer.
    pub fn levels_offered(&self) -> Result<Vec<String>, ApiError> {
        let all = self.api.levels().map_err(|fault| fault.error)?;
        let name = |(id, name): (&str, &str)| match built_in(id) {
            Some(level) => level.name,
            None if name.is_empty() || clean(name) != name => id.to_owned(),
            None => name.to_owned(),
        };
        Ok(all.iter().map(|level| name((level.uuid.as_str(), &level.name))).collect())
    }
}
