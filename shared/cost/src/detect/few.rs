use std::ops::{Deref, DerefMut};

/// The widest window.
pub(crate) const MOST_DAYS: usize = 112;

/// The values of a window, without an allocation: this is made some times for
/// every day of every series. What is more than a window is left out.
#[derive(Clone, Copy)]
pub(crate) struct Few<T> {
    values: [T; MOST_DAYS],
    count: usize,
}

impl<T: Copy + Default> Few<T> {
    pub fn new() -> Self {
        Self {
            values: [T::default(); MOST_DAYS],
            count: 0,
        }
    }

    pub fn push(&mut self, value: T) {
        if let Some(free) = self.values.get_mut(self.count) {
            *free = value;
            self.count += 1;
        }
    }
}

impl<T: Copy + Default> From<&[T]> for Few<T> {
    fn from(values: &[T]) -> Self {
        let mut few = Self::new();
        for value in values {
            few.push(*value);
        }
        few
    }
}

impl<T> Deref for Few<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.values[..self.count]
    }
}

impl<T> DerefMut for Few<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.values[..self.count]
    }
}
