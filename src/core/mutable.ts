/** The same object as whoever makes it may write it. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
