//! A fake Guance and a fake Jira on loopback.
