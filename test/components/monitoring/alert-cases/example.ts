import type { Series } from "../../../support/promtool";

/** When an alert fires, and the nearest case in which it must stay silent. */
export interface AlertExample {
    readonly fires: Series;
    /** The same of a counter that is first there with its first event, for alerts that one event is enough for. */
    readonly firesAtOnce?: Series;
    readonly silent: Series;
    /** Another case in which it must stay silent: too little has happened. */
    readonly silentOnFew?: Series;
    /** Minutes after which both are looked at. */
    readonly after: number;
}
