//! A week as a set of minutes, for tools whose schedules are events or have gaps of their own.

use crate::days::{Day, Days};
use crate::window::{DAY, TimeOfDay, Window};

/// Minutes in a week.
pub(super) const WEEK: u16 = 7 * DAY;

/// A stretch of the week in minutes from Monday 00:00, half open. One that runs over the end of
/// the week ends beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub from: u16,
    pub to: u16,
}

/// The stretches of a cyclic week in which something holds, in order. A whole week is one
/// stretch from Monday to Monday.
pub(super) fn stretches(holds: &[bool]) -> Vec<Stretch> {
    let week = usize::from(WEEK);
    if holds.len() != week || holds.iter().all(|on| !on) {
        return Vec::new();
    }
    let Some(start) = (0..week).find(|at| holds[*at] && !holds[(at + week - 1) % week]) else {
        return vec![Stretch { from: 0, to: WEEK }];
    };
    let mut found = Vec::new();
    let mut at = start;
    while at < start + week {
        if holds[at % week] {
            let length = (0..week)
                .take_while(|step| holds[(at + step) % week])
                .count();
            let from = u16::try_from(at % week).unwrap_or(0);
            let to = from + u16::try_from(length).unwrap_or(0);
            found.push(Stretch { from, to });
            at += length;
        } else {
            at += 1;
        }
    }
    found.sort_unstable();
    found
}

/// The same as windows, days with the same hours together. Joined midnights stay joined only
/// where a stretch lasts more than a day.
pub(super) fn windows(stretches: &[Stretch]) -> Vec<Window> {
    let mut grouped: Vec<((TimeOfDay, TimeOfDay), Days)> = Vec::new();
    let mut long: Vec<Window> = Vec::new();
    for stretch in stretches {
        if stretch.to - stretch.from >= WEEK {
            return vec![Window::Daily {
                days: Days::DAILY,
                begin: time(0),
                end: TimeOfDay::END,
            }];
        }
        let (from, begin) = split(stretch.from);
        let (to, end) = split(stretch.to);
        match Window::weekly(from, begin, to, end) {
            Window::Daily { begin, end, .. } => {
                let day = Day::Weekday(from);
                match grouped.iter_mut().find(|(hours, _)| *hours == (begin, end)) {
                    Some((_, days)) => {
                        days.insert(day);
                    }
                    None => grouped.push(((begin, end), [day].into_iter().collect())),
                }
            }
            window => long.push(window),
        }
    }
    let daily = grouped
        .into_iter()
        .map(|((begin, end), days)| Window::Daily { days, begin, end });
    daily.chain(long).collect()
}

fn split(minute: u16) -> (u8, TimeOfDay) {
    let day = u8::try_from((minute % WEEK) / DAY).unwrap_or(0);
    (day, time(minute % DAY))
}

fn time(minutes: u16) -> TimeOfDay {
    TimeOfDay::new(minutes).unwrap_or(TimeOfDay::END)
}

/// What a week of events amounts to: on from each start to the next stop.
pub(super) fn from_events(starts: &[u16], stops: &[u16]) -> Vec<Stretch> {
    let mut on = vec![false; usize::from(WEEK)];
    let mut is_on = false;
    // The state before the first event is that after the last one: two rounds settle it.
    for round in 0..2 {
        for minute in 0..WEEK {
            if stops.contains(&minute) {
                is_on = false;
            }
            if starts.contains(&minute) {
                is_on = true;
            }
            if round == 1 {
                on[usize::from(minute)] = is_on;
            }
        }
    }
    stretches(&on)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(stretches: &[Stretch]) -> String {
        crate::parse::Hours::Windows(windows(stretches)).to_string()
    }

    #[test]
    fn groups_days_with_the_same_hours() {
        let day = |day: u16, hour: u16| day * DAY + hour * 60;
        let starts: Vec<u16> = (0..5).map(|weekday| day(weekday, 7)).collect();
        let stops: Vec<u16> = (0..5).map(|weekday| day(weekday, 19)).collect();
        assert_eq!(
            written(&from_events(&starts, &stops)),
            "Mon-Fri 07:00-19:00"
        );
        let stops: Vec<u16> = (1..6).map(|weekday| day(weekday, 1)).collect();
        assert_eq!(
            written(&from_events(&starts, &stops)),
            "Mon-Fri 07:00-01:00"
        );
        assert_eq!(
            written(&from_events(&[day(0, 8)], &[day(4, 20)])),
            "Mon 08:00 - Fri 20:00"
        );
        assert_eq!(
            written(&from_events(&[day(5, 22)], &[day(0, 0)])),
            "Sat 22:00 - Sun 24:00"
        );
    }

    #[test]
    fn a_whole_week_is_daily() {
        assert_eq!(
            written(&stretches(&vec![true; usize::from(WEEK)])),
            "daily 00:00-24:00"
        );
        assert!(stretches(&vec![false; usize::from(WEEK)]).is_empty());
    }
}
