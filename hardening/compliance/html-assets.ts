/** Styles of the compliance page: light and dark after the reader's setting, plain black on white in print. */
export const STYLES = `
:root { --page: #f7f7f8; --card: #fff; --text: #1b1d22; --soft: #5c6270; --line: #dcdfe5;
  --satisfied: #1b6e3c; --waived: #8a5a00; --open: #b3261e; --quiet: #9aa1ae; }
@media (prefers-color-scheme: dark) { :root { --page: #14161a; --card: #1d2026; --text: #e8eaee; --soft: #a2a9b6;
  --line: #343943; --satisfied: #7ddc9f; --waived: #ffc766; --open: #ff8a80; --quiet: #6d7482; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 70rem; background: var(--page); color: var(--text); font: 15px/1.5 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; } h2 { margin: 2rem 0 .5rem; font-size: 1.15rem; } h3 { margin: 1.25rem 0 .35rem; font-size: 1rem; }
p { margin: .35rem 0; } .soft, dt, th { color: var(--soft); font-weight: 400; }
code { font: .88em ui-monospace, monospace; overflow-wrap: anywhere; }
.score { display: flex; flex-wrap: wrap; align-items: end; gap: 1.5rem; margin: 1rem 0; }
.score b { font-size: 3rem; line-height: 1; }
.score svg { width: 14rem; height: 3rem; } .trend { fill: none; stroke: var(--satisfied); stroke-width: 2; }
.areas { display: grid; grid-template-columns: minmax(9rem, 20rem) 1fr max-content; gap: .35rem 1rem; align-items: center; }
.bar { width: 100%; height: .9rem; border-radius: .25rem; }
.bar .satisfied { fill: var(--satisfied); } .bar .waived { fill: var(--waived); } .bar .open { fill: var(--open); }
.bar .not-applicable { fill: var(--quiet); }
.state { font-weight: 600; } .state.satisfied, .met { color: var(--satisfied); } .state.waived, td.waived { color: var(--waived); }
.state.open, .failed { color: var(--open); } .state.not-applicable { color: var(--quiet); }
details { margin: .35rem 0; padding: .5rem .75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); }
summary { cursor: pointer; } ul { margin: .35rem 0 .35rem 1.1rem; padding: 0; } li { overflow-wrap: anywhere; }
.missing { color: var(--open); } .unproven, .unknown { color: var(--waived); }
table { width: 100%; border-collapse: collapse; font-size: .93rem; } th, td { padding: .3rem .5rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
@media print { :root { --page: #fff; --card: #fff; --text: #000; --soft: #444; --line: #bbb; --satisfied: #185c33; --waived: #6b4600; --open: #8f1d17; }
  body { padding: 0; max-width: none; } .first { break-after: page; } details { break-inside: avoid; } * { print-color-adjust: exact; } }
`;
