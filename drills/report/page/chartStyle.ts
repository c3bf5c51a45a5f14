/** The style of what the overview adds: charts of many runs, the coverage matrix, folded runs. */
export const CHART_STYLE = `
.chart .lane{font-weight:600;font-size:12px}
.chart .end-of{text-anchor:end}
.chart .tick.end-of,.chart .count{fill:var(--muted)}
.chart .count{text-anchor:middle}
.dots{stroke:var(--p1);stroke-width:5.6;stroke-linecap:round;fill:none;opacity:.85}
.bars{fill:var(--p1);opacity:.85}
.range{stroke:var(--p2);stroke-width:1.4;fill:none}
.median{stroke:var(--p1);stroke-width:3;fill:none}
.censored{fill:var(--card);stroke:var(--bad);stroke-width:1.6;stroke-linejoin:round}
.interval{fill:var(--marker)}
.quantile{stroke:var(--text);stroke-width:2;fill:none}
.quantile.p90{stroke-width:1.5;stroke-dasharray:2 2}
.reference{stroke:var(--marker);stroke-width:1.2;fill:none;stroke-dasharray:5 3}
.reference.objective{stroke:var(--text);stroke-dasharray:none;stroke-width:1.6}
.release{stroke:var(--marker);stroke-width:1;fill:none}
.chart .legend,.chart .lane{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
.caption{color:var(--muted);font-size:.9rem;margin:0 0 .35rem}
.nowrap{white-space:nowrap}
td small,th small{display:block;color:var(--muted);font-weight:400;font-size:.85rem}
.groups th[scope=row]{min-width:13rem}
.groups td.number small{white-space:normal;margin-left:auto;max-width:6rem}
.groups td.words{font-size:.88rem;min-width:9rem}
.groups td.number{padding-left:.35rem}
.groups td.words.bad{color:var(--bad)}
.matrix td{min-width:7rem}
.matrix td,.matrix th{padding-top:.25rem;padding-bottom:.25rem;font-size:.92rem}
.untried{--tone:var(--muted)}
.untried .tone{font-weight:400}
.matrix a{color:inherit}
.hole{border:1px solid var(--warn);color:var(--warn);border-radius:4px;padding:0 .35rem;font-size:.8rem;font-weight:600;margin-left:.35rem}
.series ul,ul.holes{margin:.25rem 0;padding-left:1.2rem;overflow-wrap:anywhere}
li.bad{color:var(--bad)}
.series{border-top:1px solid var(--rule);margin-top:2rem}
details.run{border-top:1px solid var(--rule)}
details.run>summary{color:var(--text)}
details.run>summary small{color:var(--muted);margin-left:.5rem}
details.run>article{border-top:0;margin-top:.25rem}
@media (max-width:46rem){
.verdict strong{font-size:1.2rem}
.matrix th[scope=row]{position:sticky;left:0;background:var(--card)}
.matrix td{min-width:6.5rem}
.groups,.groups tbody{display:block}
.groups thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.groups tr{display:grid;grid-template-columns:repeat(3,1fr);gap:.35rem .75rem;border-top:1px solid var(--rule);padding:.6rem 0}
.groups th[scope=row],.groups td.words{grid-column:1/-1;min-width:0}
.groups th,.groups td{border:0;padding:0}
.groups td.number{text-align:left;padding:0}
.groups td.number small{margin:0}
.groups td::before{content:attr(data-name);display:block;color:var(--muted);font-size:.8rem;font-weight:400}
}
@media print{
:root{font-size:75%}
.series{break-inside:auto}
.wide-table{overflow:visible}
table{font-size:9pt}
.groups th[scope=row]{min-width:10rem}
.groups td.words,.matrix td{min-width:0}
.caption{break-after:avoid}
tr{break-inside:avoid}
}
@media (min-width:46.01rem){
.wide-table .number+:not(.number){padding-left:1rem}
}
`;
