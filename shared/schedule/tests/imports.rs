//! The schedules of other tools: what they become, what is said about them, what is refused.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use nightshift_schedule::{Context, Parsed, Syntax, Zone, read};

fn context() -> Context {
    Context::new(Zone::named("America/New_York").unwrap())
}

/// The translation, which must be valid, and the differences as one text.
fn translated(value: &str, syntax: Syntax) -> (String, String) {
    let reading = read(value, syntax, &context());
    assert!(
        !matches!(reading.parsed, Parsed::Invalid { .. }),
        "{value}: {reading:?}"
    );
    (reading.translated.unwrap(), reading.differences.join("\n"))
}

fn refused(value: &str, syntax: Syntax) -> (usize, String) {
    let reading = read(value, syntax, &context());
    let Parsed::Invalid { errors } = &reading.parsed else {
        panic!("{value} was accepted: {reading:?}");
    };
    for error in errors {
        assert!(
            error.position <= value.chars().count(),
            "{value}: {errors:?}"
        );
        assert!(!error.hint.is_empty(), "{value}: {errors:?}");
    }
    (errors[0].position, errors[0].to_string())
}

fn accepts(syntax: Syntax, cases: &[(&str, &str, &str)]) {
    for (value, expected, words) in cases {
        let (text, differences) = translated(value, syntax);
        assert_eq!(text, *expected, "{value}: {differences}");
        assert!(differences.contains(words), "{value}: {differences}");
    }
}

fn refuses(syntax: Syntax, cases: &[(&str, usize, &str)]) {
    for (value, position, words) in cases {
        let (found, message) = refused(value, syntax);
        assert!(message.contains(words), "{value}: {message}");
        assert_eq!(found, *position, "{value}: {message}");
    }
}

#[test]
#[rustfmt::skip]
fn cloud_custodian() {
    accepts(Syntax::CloudCustodian, &[
        ("off=(M-F,19);on=(M-F,7);tz=et", "Mon-Fri 07:00-19:00 @America/New_York", "acts once"),
        ("off=(M-F,19);on=(M-F,7)", "Mon-Fri 07:00-19:00 @America/New_York", "no `tz`"),
        ("off=[(M-F,21),(U,18)];on=[(M-F,6),(U,10)];tz=pt", "Mon-Fri 06:00-21:00 + Sun 10:00-18:00 @America/Los_Angeles", "skip-days"),
        ("OFF=(M-F,19);ON=(M-F,7);TZ=CET;", "Mon-Fri 07:00-19:00 @Europe/Berlin", ""),
        ("'off=(M-F,19);on=(M-F,7);tz=utc'", "Mon-Fri 07:00-19:00 @Etc/UTC", ""),
        ("on", "Mon-Fri 07:00-19:00 @America/New_York", "no `on`"),
        ("", "Mon-Fri 07:00-19:00 @America/New_York", "no `off`"),
        ("tz=Europe/Paris", "Mon-Fri 07:00-19:00 @Europe/Paris", "weekends-only"),
        ("off=(M-F,22)", "Mon-Fri 07:00-22:00 @America/New_York", "no `on`: the policy's own default"),
        ("off=(M-F,19); on=(M-F,7)", "Mon-Fri 07:00-19:00 @America/New_York", "does not see `on` beside a blank"),
        ("off=(F,19);on=(M,7);tz=utc", "Mon 07:00 - Fri 19:00 @Etc/UTC", ""),
        ("off=(M-U,6);on=(M-U,22);tz=utc", "daily 22:00-06:00 @Etc/UTC", ""),
        ("off=(F-M,2);on=(F-M,1);tz=utc", "Fri-Mon 01:00-02:00 @Etc/UTC", "skipped or acted on twice"),
        ("off=(M-F,19);on=(M-F,7);tz=ist", "Mon-Fri 07:00-19:00 @Europe/Dublin", "if India is meant"),
        ("off=(M-F,19);on=(M-F,7);tz=it", "Mon-Fri 07:00-19:00 @Asia/Kolkata", "if Italy is meant"),
        ("off=(M-F,19);on=(M-F,7);tz=", "Mon-Fri 07:00-19:00 @America/New_York", "an empty `tz`"),
        ("off", "no", ""),
    ]);
    refuses(Syntax::CloudCustodian, &[
        ("no", 0, "would take its defaults and stop"),
        ("Office hours", 0, "has no schedule"),
        ("off=(M-F,24);on=(M-F,7)", 9, "`24` is not an hour"),
        ("off=(M-F,19:30);on=(M-F,7)", 9, "`19:30` is not an hour"),
        ("off=(M-X,19);on=(M-F,7)", 5, "`M-X` is neither"),
        ("off=(M-F;19);on=(M-F,7)", 4, "expected `(days,hour)`"),
        ("off=(M-F,19);off=(M-F,20)", 13, "`off` is there twice"),
        ("of=(M-F,19)", 0, "expected `off=`"),
        ("off=(M-F,19);on=(M-F,19)", 0, "fall together"),
        ("off=(M-F,19);on=(M-F,7);tz=Mars/Olympus", 27, "not a time zone"),
        ("off=(M-F,19)x;on=(M-F,7)", 12, "expected `,`"),
    ]);
}

#[test]
#[rustfmt::skip]
fn lights_off() {
    accepts(Syntax::LightsOff, &[
        ("sched-start=u=1 u=2 H:M=07:00; sched-stop=u=1 u=2 H:M=19:00", "Mon/Tue 07:00-19:00 @UTC", "within ten minutes"),
        ("start=u=1 u=2 u=3 u=4 u=5 H=07 M=30; stop=u=1 u=2 u=3 u=4 u=5 H:M=19:00", "Mon-Fri 07:30-19:00 @UTC", "UTC"),
        ("start=d=_ H:M=22:00; stop=d=_ H:M=06:00", "daily 22:00-06:00 @UTC", ""),
        ("start=uTH:M=1T08:00; stop=uTH:M=5T20:00", "Mon 08:00 - Fri 20:00 @UTC", ""),
        ("start=d=01 d=15 H:M=09:00; stop=d=01 d=15 H:M=12:00", "day-1/day-15 09:00-12:00 @UTC", ""),
        ("start=dTH:M=28T09:00; stop=dTH:M=28T10:00", "day-28 09:00-10:00 @UTC", ""),
        ("start=d=_ H:M=07:00\nhibernate=d=_ H:M=19:00", "daily 07:00-19:00 @UTC", "hibernation"),
        ("start=d=_ H:M=07:00; stop=d=_ H:M=19:00; sched-backup=d=_ H:M=03:00", "daily 07:00-19:00 @UTC", "`sched-backup` neither"),
        ("start=d=_ H=_ M=00; stop=d=_ H=_ M=30", "daily 00:00-00:30 + daily 01:00-01:30 + daily 02:00-02:30 + daily 03:00-03:30 + daily 04:00-04:30 + daily 05:00-05:30 + daily 06:00-06:30 + daily 07:00-07:30 + daily 08:00-08:30 + daily 09:00-09:30 + daily 10:00-10:30 + daily 11:00-11:30 + daily 12:00-12:30 + daily 13:00-13:30 + daily 14:00-14:30 + daily 15:00-15:30 + daily 16:00-16:30 + daily 17:00-17:30 + daily 18:00-18:30 + daily 19:00-19:30 + daily 20:00-20:30 + daily 21:00-21:30 + daily 22:00-22:30 + daily 23:00-23:30 @UTC", "make it a named schedule"),
    ]);
    refuses(Syntax::LightsOff, &[
        ("start=u=1 H:M=9:30; stop=u=1 H:M=19:00", 14, "`9:30` is not a value"),
        ("start=H:M=09:30 u=1; stop=u=1 H:M=19:00", 16, "never matches"),
        ("start=u=8 H:M=09:30; stop=u=1 H:M=19:00", 8, "`8` is not a value"),
        ("start=d=1 H:M=09:30; stop=d=01 H:M=19:00", 8, "`1` is not a value"),
        ("start=u=1 H=09; stop=u=1 H:M=19:00", 6, "belong together"),
        ("start=u=1; stop=u=1 H:M=19:00", 6, "days and times belong together"),
        ("stop=u=1 H:M=19:00", 0, "nothing starts"),
        ("start=u=1 H:M=07:00", 0, "nothing stops"),
        ("start=d=01 H:M=22:00; stop=d=02 H:M=06:00", 0, "no stop follows the start at day-1 22:00"),
        ("begin=u=1 H:M=07:00", 0, "expected `sched-start`"),
        ("u=1 H:M=07:00", 0, "expected `sched-start`"),
        ("", 0, "empty"),
    ]);
}

#[test]
#[rustfmt::skip]
fn autostate() {
    accepts(Syntax::Autostate, &[
        ("start-schedule=0 8 * * 1-5; stop-schedule=0 18 * * 1-5; timezone=America/Denver", "Mon-Fri 08:00-18:00 @America/Denver", "acts once"),
        ("autostate:start-schedule=0 8 - - 1-5\nautostate:stop-schedule=0 18 - - 1-5", "Mon-Fri 08:00-18:00 @UTC", ""),
        ("start-schedule=0 8 - - 1:3:5; stop-schedule=30 18 - - 1:3:5", "Mon/Wed/Fri 08:00-18:30 @UTC", ""),
        ("start-schedule=0 8 * * 6,0; stop-schedule=0 18 * * 6,7", "Sat/Sun 08:00-18:00 @UTC", ""),
        ("start-schedule=0 20 * * *; stop-schedule=0 6 * * *", "daily 20:00-06:00 @UTC", ""),
        ("start-schedule=0 8 * * 1; stop-schedule=0 18 * * 5", "Mon 08:00 - Fri 18:00 @UTC", ""),
        ("start-schedule=0 8 1-3 * *; stop-schedule=0 18 1-3 * *", "day-1/day-2/day-3 08:00-18:00 @UTC", ""),
        ("start-schedule=0 8 L * 5L; stop-schedule=0 18 L * 5L", "last-Fri/last-day 08:00-18:00 @UTC", ""),
        ("start-schedule=0 8 1 * 1; stop-schedule=0 18 1 * 1", "Mon/day-1 08:00-18:00 @UTC", "overlap"),
        ("start-schedule=0 8 * * 1-5; max-runtime=600", "Mon-Fri 08:00-18:00 @UTC", "counts from every start"),
        ("start-schedule=0 22 * * 5; max-runtime=600", "Fri 22:00-08:00 @UTC", ""),
        ("start-schedule=0 8-10/2 * * *; stop-schedule=0 9,11 * * *; desired-count=2", "daily 08:00-09:00 + daily 10:00-11:00 @UTC", "`desired-count` is not"),
        ("start-schedule=0 8 * * *; stop-schedule=0 9 * * *; max-lifetime=9; reboot-schedule=0 1 * * *", "daily 08:00-09:00 @UTC", "never terminates"),
    ]);
    refuses(Syntax::Autostate, &[
        ("start-schedule=0 8 * 1-3 1-5; stop-schedule=0 18 * * 1-5", 21, "months"),
        ("start-schedule=* 8 * * 1-5; stop-schedule=0 18 * * 1-5", 15, "every minute"),
        ("start-schedule=0 25 * * 1-5; stop-schedule=0 18 * * 1-5", 17, "`25` is not within 0 to 23"),
        ("start-schedule=0 8 * *; stop-schedule=0 18 * * 1-5", 15, "expected five fields, found 4"),
        ("stop-schedule=0 18 * * 1-5", 0, "nothing starts"),
        ("start-schedule=0 8 * * 1-5", 0, "nothing stops"),
        ("start-schedule=0 8 * * 1-5; max-runtime=soon", 40, "not a number of minutes"),
        ("start-schedule=0 8 1 * *; stop-schedule=0 6 2 * *", 0, "no stop follows the start at day-1"),
        ("start-schedule=0 8 * * *; stop-schedule=0 9 * * *; timezone=MST", 60, "`MST` is not accepted"),
        ("start-schedule=0 8 * * */0; stop-schedule=0 9 * * *", 23, "is not within"),
        ("start-schedule=0 8 * * *; start-schedule=0 9 * * *", 26, "there twice"),
        ("schedule=0 8 * * *", 0, "not a tag of Auto State"),
    ]);
}

#[test]
#[rustfmt::skip]
fn kube_downscaler() {
    accepts(Syntax::KubeDownscaler, &[
        ("Mon-Fri 07:30-20:30 Europe/Berlin", "Mon-Fri 07:30-20:30 @Europe/Berlin", "at each loop"),
        ("Mon-Fri 07:30-20:30 Europe/Berlin, Sat-Sun 09:00-12:00 Europe/Berlin", "Mon-Fri 07:30-20:30 + Sat/Sun 09:00-12:00 @Europe/Berlin", ""),
        ("Mon-Sun 07:30-20:30", "daily 07:30-20:30 @America/New_York", "no time zone"),
        ("Fri-Mon 00:00-24:00 UTC", "Fri-Mon 00:00-24:00 @UTC", ""),
        ("Mon-Fri 18:00-04:00 UTC", "Mon-Fri 18:00-04:00 @UTC", "runs over midnight"),
        ("always", "always @America/New_York", ""),
        ("downscaler/uptime: Mon-Fri 07:30-20:30 UTC", "Mon-Fri 07:30-20:30 @UTC", ""),
        ("downtime=never", "always @America/New_York", ""),
        ("downtime=Mon-Fri 19:00-24:00 UTC, Mon-Fri 00:00-07:00 UTC, Sat-Sun 00:00-24:00 UTC", "Mon-Fri 07:00-19:00 @UTC", ""),
        ("uptime=Mon-Fri 07:00-19:00 UTC; downtime=Mon-Fri 12:00-13:00 UTC", "Mon-Fri 07:00-12:00 + Mon-Fri 13:00-19:00 @UTC", ""),
        ("2026-12-24T08:00:00+01:00-2026-12-24T14:00:00+01:00, Mon-Fri 07:00-19:00 Europe/Berlin", "2026-12-24T08:00 - 2026-12-24T14:00 + Mon-Fri 07:00-19:00 @Europe/Berlin", ""),
        ("2026-12-24T08:00:00Z - 2026-12-24T14:00:00Z", "2026-12-24T03:00 - 2026-12-24T09:00 @America/New_York", ""),
        ("2026-12-24T08:00:30Z-2026-12-24T14:00:00Z, Mon-Mon 08:00-09:00 UTC", "2026-12-24T08:00 - 2026-12-24T14:00 + Mon 08:00-09:00 @UTC", "not a whole minute"),
    ]);
    refuses(Syntax::KubeDownscaler, &[
        ("never", 0, "never up cannot be said"),
        ("downtime=always", 0, "never up cannot be said"),
        ("Mon-Fri 07:00-25:00 UTC", 8, "`07:00-25:00` is not"),
        ("Mon-Fry 07:00-19:00 UTC", 0, "`Mon-Fry` is not"),
        ("Mon-Fri 07:00-19:00 CET", 20, "`CET` is not accepted"),
        ("Mon-Fri 07:00-19:00 UTC, Sat-Sun 07:00-19:00 Europe/Berlin", 45, "cannot be said in one schedule"),
        ("downtime=2026-12-24T08:00:00Z-2026-12-24T14:00:00Z", 0, "a downtime between two dates"),
        ("downtime=Mon-Sun 00:00-24:00 UTC", 0, "never up"),
        ("Mon-Fri", 0, "expected days, times and a zone"),
        ("", 0, "expected days, times and a zone"),
        ("Mon-Fri 07:00-07:00 UTC", 8, "begins and ends at the same time"),
    ]);
}

#[test]
#[rustfmt::skip]
fn instance_scheduler() {
    accepts(Syntax::InstanceScheduler, &[
        (r#"{"timezone":"Europe/Berlin","periods":[{"begintime":"09:00","endtime":"17:00","weekdays":["mon-fri"]}]}"#, "Mon-Fri 09:00-17:00 @Europe/Berlin", "a lease of limited length"),
        (r#"{"periods":[{"begintime":"9:00","endtime":"17:00","weekdays":"0-4"}],"enforced":true}"#, "Mon-Fri 09:00-17:00 @America/New_York", "only strict mode"),
        (r#"{"Schedules":[{"Name":"s","Timezone":"UTC","Periods":["office@m5.large"],"RetainRunning":true,"Hibernate":"true"}],"Periods":[{"Name":"office","Begintime":"09:00","Endtime":"17:00","Weekdays":["mon","wed","fri"]}]}"#, "Mon/Wed/Fri 09:00-17:00 @UTC", "the instance type is not changed"),
        (r#"{"timezone":"UTC","override_status":"running","periods":[]}"#, "always @UTC", ""),
        (r#"{"timezone":"UTC","periods":[{"weekdays":["mon-fri"]}]}"#, "Mon 00:00 - Fri 24:00 @UTC", ""),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","endtime":"23:59"}]}"#, "daily 09:00-24:00 @UTC", "23:59 is read as 24:00"),
        // Adjacent periods are joined over midnight.
        (r#"{"timezone":"UTC","periods":[{"begintime":"20:00","endtime":"23:59","weekdays":["fri"]},{"begintime":"00:00","endtime":"04:00","weekdays":["sat"]}]}"#, "Fri 20:00-04:00 @UTC", ""),
        (r#"{"timezone":"UTC","periods":[{"begintime":"04:00","endtime":"12:00"},{"begintime":"12:01","endtime":"17:00"}]}"#, "daily 04:00-17:00 @UTC", ""),
        // One-sided periods: on Monday morning to Friday evening.
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","weekdays":["mon"]},{"weekdays":["tue-thu"]},{"endtime":"17:00","weekdays":["fri"]}]}"#, "Mon 09:00 - Fri 17:00 @UTC", "leaves what it finds alone"),
        // The trap: these never stop anything.
        (r#"{"timezone":"UTC","periods":[{"begintime":"18:00"},{"endtime":"06:00"}]}"#, "daily 00:00-24:00 @UTC", "nothing is ever stopped"),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","weekdays":["mon-fri"]}]}"#, "Mon 09:00 - Fri 24:00 @UTC", "leaves what it finds alone"),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","endtime":"17:00","weekdays":["mon#1","friL"]}]}"#, "1st-Mon/last-Fri 09:00-17:00 @UTC", ""),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","endtime":"17:00","monthdays":["1-3","L"]}]}"#, "day-1/day-2/day-3/last-day 09:00-17:00 @UTC", ""),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","endtime":"17:00","monthdays":["1-31/15"]}]}"#, "day-1/day-16/day-31 09:00-17:00 @UTC", "only the last digit of the step"),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","endtime":"17:00","monthdays":["1-31"],"weekdays":["sat-mon"],"months":["jan-dec"]}]}"#, "Sat-Mon 09:00-17:00 @UTC", ""),
    ]);
    refuses(Syntax::InstanceScheduler, &[
        ("Mon-Fri", 0, "not JSON"),
        (r#"{"timezone":"EST","periods":[{}]}"#, 13, "`EST` is not accepted"),
        (r#"{"timezone":"UTC","periods":[]}"#, 19, "has no periods"),
        (r#"{"timezone":"UTC","periods":["office"]}"#, 30, "`office` is not defined"),
        (r#"{"override_status":"stopped"}"#, 20, "always stopped cannot be said"),
        (r#"{"timezone":"UTC","periods":[{"begintime":"22:00","endtime":"06:00"}]}"#, 51, "ends no later than it begins"),
        (r#"{"timezone":"UTC","periods":[{"begintime":"25:00","endtime":"26:00"}]}"#, 43, "`25:00` is not a time of day"),
        (r#"{"timezone":"UTC","periods":[{"months":["jan-mar"]}]}"#, 31, "months cannot be said"),
        (r#"{"timezone":"UTC","periods":[{"monthdays":["15W"]}]}"#, 44, "nearest"),
        (r#"{"timezone":"UTC","periods":[{"monthdays":["1-7"],"weekdays":["mon"]}]}"#, 31, "must both hold cannot be said"),
        (r#"{"timezone":"UTC","periods":[{"weekdays":["funday"]}]}"#, 43, "`funday` is not a weekday"),
        (r#"{"timezone":"UTC","periods":[{"begintime":"09:00","monthdays":["1"]}]}"#, 51, "without begin or end"),
        (r#"{"timezone":"UTC","periods":[{"endtime":"09:00"}]}"#, 19, "never start anything"),
        ("[]", 0, "expected an object"),
    ]);
}

#[test]
fn syntaxes_have_names() {
    for syntax in Syntax::ALL {
        assert_eq!(syntax.name().parse(), Ok(syntax));
        let json = serde_json::to_value(syntax).unwrap();
        assert_eq!(json, syntax.name());
    }
    assert!("cron".parse::<Syntax>().is_err());
}
