/// How the page looks. Colours of pictures are in the chart's own style sheet.
pub(super) const STYLE: &str = r#":root{color-scheme:light dark;--ground:#fff;--back:#f5f7fa;--ink:#1b222c;--quiet:#5a6573;--rule:#e3e7ec;--good:#1f865f;--bad:#c22f3d}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
main{max-width:1080px;margin:0 auto;padding:40px 24px 56px}
header{margin-bottom:24px}
h1{font-size:32px;line-height:1.2;letter-spacing:-.01em;margin:0 0 8px}
h2{font-size:19px;line-height:1.3;margin:0 0 10px}
p{margin:0 0 10px;max-width:75ch}
.over{color:var(--quiet);font-size:13px;margin-bottom:4px}
.headline{font-size:18px;color:var(--ink)}
.tiles{display:grid;grid-template-columns:repeat(3,1fr);gap:12px;margin:0 0 16px}
.tiles div{background:var(--ground);border:1px solid var(--rule);border-left:4px solid var(--rule);border-radius:8px;padding:12px 16px}
.tiles .good{border-left-color:var(--good)}
.tiles .bad{border-left-color:var(--bad)}
.tiles .unknown{border-style:dashed;border-left-style:solid}
dt{color:var(--quiet);font-size:13px}
dd{margin:0}
dd strong{display:block;font-size:25px;line-height:1.3;font-weight:600;font-variant-numeric:tabular-nums}
.good strong{color:var(--good)}
.bad strong{color:var(--bad)}
.unknown strong{color:var(--quiet)}
dd span{color:var(--quiet);font-size:13px}
section{background:var(--ground);border:1px solid var(--rule);border-radius:8px;padding:20px 24px;margin-bottom:16px}
section p{color:var(--quiet)}
figure{margin:12px 0 16px}
figure>svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-family:inherit;font-variant-numeric:tabular-nums}
figure rect{shape-rendering:crispEdges}
figure rect:hover{opacity:.8}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:4px 20px;margin:8px 0 0;padding:0;font-size:13px}
.legend svg{margin-right:6px;vertical-align:-1px}
.table{overflow-x:auto}
.table:focus-visible{outline:2px solid var(--quiet);outline-offset:2px}
table{border-collapse:collapse;width:100%;font-size:14px}
caption{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
th,td{padding:7px 10px;text-align:left;vertical-align:top;border-bottom:1px solid var(--rule)}
th:first-child{padding-left:0}
td:last-child,thead th:last-child{padding-right:0}
thead th{color:var(--quiet);font-size:13px;font-weight:500;vertical-align:bottom}
tbody th{font-weight:400}
tbody tr:hover{background:var(--back)}
.number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
thead .number{white-space:normal}
tfoot th,tfoot td{font-weight:600;border-bottom:0}
footer p{color:var(--quiet);font-size:13px;max-width:none}
@media (max-width:760px){main{padding:20px 12px}.tiles{grid-template-columns:repeat(2,1fr)}section{padding:16px}figure{overflow-x:auto}figure>svg{min-width:620px}}
@media (max-width:420px){.tiles{grid-template-columns:1fr}}
@media screen and (prefers-color-scheme:dark){:root{--ground:#161b22;--back:#0e1217;--ink:#e8ecf1;--quiet:#a3aebc;--rule:#2d3540;--good:#4cc092;--bad:#f2777f}}
@media print{@page{margin:14mm}body{background:#fff;font-size:10pt}main{max-width:none;padding:0}section,.tiles div{break-inside:avoid;border-color:#ccc}section{padding:8px 0;border-width:1px 0 0;border-radius:0}.table{overflow:visible}*{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
"#;
