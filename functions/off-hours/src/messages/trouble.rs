//! What needs a person.

use nightshift_core::{Arn, Notification, Refusal, Severity};

use super::{Teller, resources, section};

impl Teller<'_> {
    pub(super) fn trouble(&self, arns: &[Arn]) -> Notification {
        let title = format!(
            "{}: {} could not be changed as the schedule wants",
            self.document.environment,
            resources(arns.len())
        );
        let mut message = self.message("trouble", Severity::Error, &self.now.to_string(), title);
        message.summary = String::from(
            "Tried more than once without success, or in a state that only a person can mend. off-hours goes on trying where that can help.",
        );
        message
            .sections
            .extend(section("What and why", self.with_reasons(arns)));
        message.commands.push(self.command(
            "What is remembered and what fails".to_owned(),
            r#"{"command":"status"}"#,
        ));
        message
    }

    pub(super) fn invalid_values(&self, values: &[(Arn, String)]) -> Notification {
        let title = format!(
            "{}: {} with a tag that is not understood",
            self.document.environment,
            resources(values.len())
        );
        let mut message = self.message(
            "invalid-schedule",
            Severity::Warning,
            &self.now.to_string(),
            title,
        );
        message.summary = String::from(
            "They are left alone until the tag is corrected: they neither sleep nor save. This is told once for each value.",
        );
        let items = values
            .iter()
            .map(|(arn, _)| self.with_reason(arn))
            .collect();
        message.sections.extend(section("What is wrong", items));
        message.next_steps.push(
            "Correct the tag; the command `explain` says what a value means before it is used"
                .to_owned(),
        );
        message.commands.push(self.command(
            "Try a value".to_owned(),
            r#"{"command":"explain","schedule":"Mon-Fri 07:00-19:00 @Europe/Berlin"}"#,
        ));
        message
    }

    pub(super) fn halted(&self, refusal: &Refusal) -> Notification {
        let environment = &self.document.environment;
        let title = match refusal {
            Refusal::BlastRadius { .. } => {
                format!("{environment}: nothing was put to sleep, it would have been too much")
            }
            _ => format!("{environment}: nothing is changed"),
        };
        let mut message = self.message("halted", Severity::Error, &self.now.to_string(), title);
        message.summary = refusal.to_string();
        message.next_steps.push(
            "Look at what would be done with a dry run, then correct the tags or raise the limit"
                .to_owned(),
        );
        message.commands.push(self.command(
            "What would be done".to_owned(),
            r#"{"command":"reconcile","dry_run":true}"#,
        ));
        message
    }

    pub(super) fn blind(&self, errors: &[String]) -> Notification {
        let title = format!(
            "{}: not everything could be looked at",
            self.document.environment
        );
        let mut message = self.message("blind", Severity::Error, &self.now.to_string(), title);
        message.summary = String::from(
            "What could not be seen is left as it is: it neither sleeps nor wakes until it can be seen again.",
        );
        message
            .sections
            .extend(section("What and why", errors.to_vec()));
        message
    }
}
