//! How messages are declared. A declaration makes the enum, gives it to both catalogues to say, and lists its messages with
//! sample arguments, for the tests and for [`super::known`]: what is declared cannot be forgotten there.

/// What can be said in each language.
pub trait Message {
    /// Returns the message in a language.
    fn in_lang(&self, lang: super::Lang) -> String;
}

/// Declares messages, and a test that holds both catalogues of them complete.
///
/// `pub enum Name<'a> => function { … }` borrows its arguments, and the function takes it by value. Without the lifetime it
/// owns them, and the function takes a reference.
macro_rules! messages {
    ($(#[$meta:meta])* pub enum $name:ident<'a> => $say:ident { $($body:tt)* }) => {
        messages! {
            @declare [$(#[$meta])* #[derive(Clone, Copy, Debug, PartialEq, Eq)]] $name ['a] { $($body)* }
        }

        impl $name<'_> {
            /// Returns the message in a language.
            pub fn in_lang(self, lang: $crate::words::Lang) -> String {
                match lang {
                    $crate::words::Lang::En => $crate::words::en::$say(self),
                    $crate::words::Lang::Zh => $crate::words::zh::$say(self),
                }
            }
        }

        impl $crate::words::Message for $name<'_> {
            fn in_lang(&self, lang: $crate::words::Lang) -> String {
                (*self).in_lang(lang)
            }
        }

        #[cfg(test)]
        #[test]
        fn $say() {
            $crate::words::tests::is_said_in_both_languages::<$name<'static>>();
        }
    };

    ($(#[$meta:meta])* pub enum $name:ident => $say:ident { $($body:tt)* }) => {
        messages! { @declare [$(#[$meta])* #[derive(Clone, Debug, PartialEq, Eq)]] $name [] { $($body)* } }

        impl $crate::words::Message for $name {
            fn in_lang(&self, lang: $crate::words::Lang) -> String {
                match lang {
                    $crate::words::Lang::En => $crate::words::en::$say(self),
                    $crate::words::Lang::Zh => $crate::words::zh::$say(self),
                }
            }
        }

        /// In English, as logs and programs want it.
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::words::en::$say(self))
            }
        }

        #[cfg(test)]
        #[test]
        fn $say() {
            $crate::words::tests::is_said_in_both_languages::<$name>();
        }
    };

    ($(#[$meta:meta])* pub enum $name:ident { $($body:tt)* }) => {
        messages! { @declare [$(#[$meta])* #[derive(Clone, Copy, Debug, PartialEq, Eq)]] $name [] { $($body)* } }
    };

    (@declare [$($attribute:tt)*] $name:ident [$($a:lifetime)?] {
        $($(#[$meta:meta])* $variant:ident $({ $($named:tt)* })? $(( $($types:tt)* ))?),* $(,)?
    }) => {
        $($attribute)*
        #[allow(missing_docs, reason = "the words say what they mean")]
        pub enum $name $(<$a>)? {
            $($(#[$meta])* $variant $({ $($named)* })? $(( $($types)* ))?,)*
        }

        impl $(<$a>)? $crate::words::samples::Sample for $name $(<$a>)? {
            #[allow(clippy::clone_on_copy, clippy::vec_init_then_push, reason = "made for messages of any kind")]
            fn samples(_: &'static str) -> Vec<Self> {
                let mut all = Vec::new();
                $(messages!(@sample all $name $variant $({ $($named)* })? $(( $($types)* ))?);)*
                all
            }
        }
    };

    (@sample $all:ident $name:ident $variant:ident) => { $all.push($name::$variant) };
    (@sample $all:ident $name:ident $variant:ident { $($(#[$meta:meta])* $field:ident: $type:ty),* $(,)? }) => {
        messages!(@each $all [$name::$variant { $($field: $field.clone()),* }] $($field: $type,)*)
    };
    (@sample $all:ident $name:ident $variant:ident ($type:ty)) => {
        messages!(@each $all [$name::$variant(it.clone())] it: $type,)
    };
    (@sample $all:ident $name:ident $variant:ident ($one:ty, $other:ty)) => {
        messages!(@each $all [$name::$variant(it.clone(), other.clone())] it: $one, other: $other,)
    };
    (@each $all:ident [$($made:tt)*]) => { $all.push($($made)*) };
    (@each $all:ident [$($made:tt)*] $field:ident: $type:ty, $($more:tt)*) => {
        for $field in <$type as $crate::words::samples::Sample>::samples(concat!("⟨", stringify!($field), "⟩")) {
            messages!(@each $all [$($made)*] $($more)*)
        }
    };
}
