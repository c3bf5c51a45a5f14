/** The style of the HTML report: light and dark, wide and narrow, screen and paper; no font is loaded. */

const LIGHT = `--ground:#f5f6f8;--card:#fff;--text:#1c2127;--muted:#57606a;--rule:#d6dbe1;--link:#0a58ca;
--blue:#2f6fde;--green:#12824c;--green-2:#57b585;--unknown:#79818b;--bad:#c4271b;--bad-soft:#f6c9c4;
--good:#136c3b;--warn:#8a5300;--good-ground:#e3f4ea;--bad-ground:#fdeae8;--warn-ground:#fdf1dc;
--ok-band:#cfe9da;--ok-text:#0f4a2a;--quiet-band:#e2e6ea;--quiet-text:#454d56;--alarm-text:#fff;
--p1:#5b3fa8;--p2:#7c53cb;--p3:#b795ee;--p4:#d9c7f7;--grid:#e6e9ed;--marker:#7b8490;`;

const DARK = `--ground:#0e1217;--card:#161b22;--text:#e6eaef;--muted:#9ba6b2;--rule:#2d353f;--link:#79b1ff;
--blue:#5b9bff;--green:#2fa46c;--green-2:#1c6b46;--unknown:#7d8792;--bad:#ff7a6e;--bad-soft:#5e2723;
--good:#63d297;--warn:#f0b65a;--good-ground:#12291d;--bad-ground:#331917;--warn-ground:#2f2410;
--ok-band:#1d4631;--ok-text:#c4efd7;--quiet-band:#29313a;--quiet-text:#c0c8d1;--alarm-text:#2a0704;
--p1:#a98cf0;--p2:#957ade;--p3:#664fa6;--p4:#4a3a78;--grid:#232a33;--marker:#8b95a1;`;

export const STYLE = `
:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--text);
font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main,header,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2rem}
footer{padding-bottom:3rem;color:var(--muted);font-size:.9rem}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .25rem}
h2{font-size:1.35rem;line-height:1.3;margin:0}
h3{font-size:1.15rem;margin:2.25rem 0 .5rem}
h4{font-size:1rem;margin:1.75rem 0 .5rem}
p{margin:.35rem 0}
a{color:var(--link)}
:focus-visible{outline:3px solid var(--link);outline-offset:2px;border-radius:3px}
code{font:.92em ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.muted{color:var(--muted)}
.meta{color:var(--muted);font-size:.95rem;overflow-wrap:anywhere}
.card{background:var(--card);border:1px solid var(--rule);border-radius:10px;padding:1.5rem;margin:1.5rem 0}
article{border-top:1px solid var(--rule);padding-top:1.25rem;margin-top:1.5rem}
article h3{margin:0;font-size:1.35rem}
h2.hidden+article{border:0;margin:0;padding:0}
.verdict{border-left:6px solid var(--tone);background:var(--tone-ground);border-radius:6px;
padding:1rem 1.25rem;margin:1rem 0 1.5rem;overflow-wrap:anywhere}
.verdict strong{display:block;font-size:1.5rem;line-height:1.2;color:var(--tone)}
.good{--tone:var(--good);--tone-ground:var(--good-ground)}
.bad{--tone:var(--bad);--tone-ground:var(--bad-ground)}
.warn{--tone:var(--warn);--tone-ground:var(--warn-ground)}
.tone{color:var(--tone);font-weight:650}
.alert{border:3px solid var(--bad);background:var(--bad-ground);border-radius:8px;padding:1rem 1.25rem;margin:1.5rem 0}
.alert h2{color:var(--bad)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;color:var(--muted);font-size:.9rem;padding:0 0 .35rem}
th,td{text-align:left;vertical-align:top;padding:.45rem .75rem .45rem 0;border-top:1px solid var(--rule)}
thead th{border-top:0;color:var(--muted);font-size:.85rem;font-weight:600}
th[scope=row]{font-weight:600}
td.number,th.number{text-align:right;white-space:nowrap}
.figures .value{font-size:1.3rem;font-weight:650;white-space:nowrap;line-height:1.35}
.figures .total th,.figures .total td{border-top:2px solid var(--text)}
.figures .total .value{font-size:1.6rem}
.figures small{display:block;color:var(--muted);font-weight:400;font-size:.88rem}
.figures td.value,.figures thead .number{width:1%}
.figures .scale{width:48%;vertical-align:middle;padding-right:0}
.scale svg{display:block;width:100%;height:26px}
.scale .floor{fill:var(--quiet-band)}
.scale .objective{stroke:var(--text);stroke-width:2}
.part-detect{fill:var(--p1)}.part-decide{fill:var(--p2)}.part-revert{fill:var(--p3)}.part-recover{fill:var(--p4)}
.part-total{fill:var(--tone)}
ul.claims{list-style:none;margin:0;padding:0}
.claims li{display:grid;grid-template-columns:1.6rem 1fr;padding:.45rem 0;border-top:1px solid var(--rule);overflow-wrap:anywhere}
.claims li:first-child{border-top:0}
.claims small{display:block;color:var(--muted);font-size:.88rem}
.mark{font-weight:700}
.chain{display:flex;flex-wrap:wrap;gap:.5rem;list-style:none;padding:0;margin:.5rem 0}
.chain li{border:1px solid var(--rule);border-radius:6px;padding:.25rem .7rem}
.chain .bad{border:2px solid var(--bad);color:var(--bad);font-weight:650}
.timeline small{color:var(--muted);white-space:nowrap}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.scroll{overflow-x:auto;max-height:28rem;overflow-y:auto;border:1px solid var(--rule);border-radius:6px;padding:0 .75rem}
.scroll thead th{position:sticky;top:0;background:var(--card)}
.scroll table{font-size:.88rem;white-space:nowrap}
.wide-table{overflow-x:auto}
summary{cursor:pointer;color:var(--link);padding:.35rem 0}
figure{margin:.5rem 0}
figcaption{color:var(--muted);font-size:.9rem}
.picture{display:block;width:100%;height:auto;font-size:11px}
.picture.narrow{display:none}
.picture text{fill:var(--text)}
.picture .panel{font-weight:650;font-size:12px}
.picture .legend,.picture .tick,.picture .end{fill:var(--muted)}
.picture .tick{text-anchor:middle}.picture .end{text-anchor:end}
.picture .event{font-weight:600}.picture .event.left{text-anchor:end}
.picture .panel,.picture .legend{paint-order:stroke;stroke:var(--card);stroke-width:5px;stroke-linejoin:round}
.picture .grid{stroke:var(--grid)}
.picture .base{stroke:var(--rule)}
.picture .marker{stroke:var(--marker);fill:none}
.picture .marker.down{stroke-dasharray:2 3}
.area.blue{fill:var(--blue)}.area.green{fill:var(--hatch,var(--green))}.area.unknown{fill:var(--unknown)}
.area.errors{fill:var(--bad-soft)}
.hatch{fill:var(--green-2)}.hatch-ground{fill:var(--green)}
.line{fill:none;stroke-width:2}
.line.blue{stroke:var(--blue)}.line.green{stroke:var(--green);stroke-dasharray:5 2}.line.errors{stroke:var(--bad)}
.band.ok{fill:var(--ok-band)}.band.alarm,.band.fault{fill:var(--bad)}.band.quiet{fill:var(--quiet-band)}
.picture .in-band{text-anchor:middle;font-weight:600}
.picture .in-band.ok{fill:var(--ok-text)}.picture .in-band.quiet{fill:var(--quiet-text)}
.picture .in-band.alarm,.picture .in-band.fault{fill:var(--alarm-text)}
.picture .in-band.part-detect,.picture .in-band.part-decide{fill:var(--card)}
.picture .in-band.part-revert,.picture .in-band.part-recover{fill:var(--text)}
@media (max-width:46rem){
main,header,footer{padding:0 .75rem}
header{padding-top:1.25rem}
.card{padding:1rem .85rem}
.figures .scale{display:none}
.figures .value{font-size:1.1rem}
.timeline{font-size:.8rem}
.timeline th,.timeline td{padding-right:.5rem}
.timeline small{display:block}
.picture.wide{display:none}
.picture.narrow{display:block}
}
@media print{
:root{color-scheme:light;${LIGHT}}
body{background:#fff;font-size:10.5pt}
main,header,footer{max-width:none;padding:0}
.card{border:0;padding:0;margin:1.25rem 0 0}
.environment{break-before:page}
article{break-before:page;border:0}
h2.hidden+article{break-before:auto}
.picture.wide{display:block}.picture.narrow{display:none}
.figures .scale{display:table-cell}
h2,h3,h4,caption{break-after:avoid}
figure,tr,.claims li,.verdict{break-inside:avoid}
details:not(.run),details.run:not([open]){display:none}
*{print-color-adjust:exact;-webkit-print-color-adjust:exact}
}
`;
