/**
 * The end of a stage's input that is not an end of the stream: the stage is to be taken away. Given as an `error` it comes
 * out, by the rules of a stage, behind everything the stage held; after it the stage is as good as gone. A stage that
 * holds bytes without a limit in time lets them go at once when it sees it.
 */
export const DRAIN: unique symbol = Symbol('drain');
