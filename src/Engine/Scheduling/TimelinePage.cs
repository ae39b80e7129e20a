namespace CrCache.Scheduling;

/// <summary>The page of a <see cref="Timeline"/>, with places for what it shows.</summary>
internal static class TimelinePage
{
    public const string Text = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{{title}}</title>
        <style>
        :root { color-scheme: light dark; --ink: #222; --ground: #fff; --line: #ccc; }
        @media (prefers-color-scheme: dark) { :root { --ink: #ddd; --ground: #181818; --line: #444; } }
        body { font: 14px/1.4 system-ui, sans-serif; color: var(--ink); background: var(--ground); margin: 1.5rem; }
        h1 { font-size: 1.2rem; margin: 0 0 .3rem; }
        table { border-collapse: collapse; margin: 1rem 0; }
        th, td { text-align: right; padding: .15rem .7rem; border-bottom: 1px solid var(--line); font-variant-numeric: tabular-nums; }
        th:first-child, td.name { text-align: left; overflow-wrap: anywhere; }
        canvas { width: 100%; display: block; border: 1px solid var(--line); cursor: crosshair; }
        #tip { min-height: 1.5em; overflow-wrap: anywhere; }
        input { font: inherit; min-width: 20rem; }
        .key span { display: inline-block; width: .8em; height: .8em; margin: 0 .3em 0 1em; }
        </style>
        </head>
        <body>
        <h1>{{title}}</h1>
        <p>{{summary}}</p>
        <p class="key" id="key"></p>
        <canvas id="chart" role="img" aria-label="What each resource did, over time; the tables below say the same"></canvas>
        <p id="tip">Point at something to see what it is; turn the wheel to look closer, drag to move, double-click for all of it.</p>
        <table>
        <thead><tr><th scope="col">resource</th><th scope="col">units</th><th scope="col">busy, s</th><th scope="col">share</th><th scope="col">set-up, s</th><th scope="col">failed</th></tr></thead>
        <tbody>
        {{rows}}</tbody>
        </table>
        <p><label>Find <input id="find" type="search" placeholder="part of a name"></label> <span id="found"></span></p>
        <table>
        <thead><tr><th scope="col">what</th><th scope="col">resource</th><th scope="col">outcome</th><th scope="col">from, s</th><th scope="col">took, s</th></tr></thead>
        <tbody id="list"></tbody>
        </table>
        <script type="application/json" id="data">{{data}}</script>
        <script>
        "use strict";
        const data = JSON.parse(document.getElementById("data").textContent);
        const colours = { passed: "#3a9d5d", failed: "#d33c3c", lost: "#8b2fa8", skipped: "#b9a437", flaky: "#e0862b", setup: "#8aa4bd" };
        const chart = document.getElementById("chart"), tip = document.getElementById("tip"), pen = chart.getContext("2d");
        const label = 110, top = 18, height = 26, show = 200;
        const end = Math.max(data.elapsed, ...data.spans.length ? [data.spans.reduce((m, s) => Math.max(m, s[1] + s[2]), 0)] : [1]);
        let from = 0, to = end, wanted = "";

        // Units of one resource that overlap stand in rows of their own.
        const rows = data.resources.map(() => []);
        const offsets = [];
        for (const s of data.spans) {
          const lanes = rows[s[0]];
          let row = s[3] === "setup" ? 0 : lanes.findIndex((e, i) => i > 0 && e <= s[1]);
          if (row < 0) row = Math.max(1, lanes.length);
          lanes[row] = s[1] + s[2];
          s.row = row;
        }
        let all = 0;
        rows.forEach((lanes, i) => { offsets[i] = all; all += Math.max(1, lanes.length); });
        const seconds = ms => (ms / 1000).toFixed(ms < 10000 ? 2 : 1);
        const matches = s => !wanted || s[4].toLowerCase().includes(wanted);

        function draw() {
          const width = chart.clientWidth, scale = window.devicePixelRatio || 1, tall = top + all * height * .6 + data.resources.length * 8;
          chart.width = width * scale; chart.height = tall * scale; chart.style.height = tall + "px";
          pen.setTransform(scale, 0, 0, scale, 0, 0);
          const ink = getComputedStyle(document.body).color;
          pen.font = "12px system-ui, sans-serif"; pen.fillStyle = ink; pen.strokeStyle = "#8886";
          const x = ms => label + (ms - from) / (to - from) * (width - label);
          const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 6e4, 12e4, 3e5, 6e5, 36e5].find(s => (to - from) / s < 12) || 36e5;
          for (let t = Math.ceil(from / step) * step; t <= to; t += step) {
            pen.beginPath(); pen.moveTo(x(t), top); pen.lineTo(x(t), tall); pen.stroke();
            pen.fillText(seconds(t), x(t) + 2, 12);
          }
          data.resources.forEach((name, i) => { pen.fillStyle = ink; pen.fillText(name.slice(0, 16), 2, y(i, 0) + 11); });
          for (const s of data.spans) {
            if (s[1] + s[2] < from || s[1] > to) continue;
            const left = Math.max(label, x(s[1])), right = Math.max(left + .7, x(s[1] + s[2]));
            pen.globalAlpha = matches(s) ? 1 : .15;
            pen.fillStyle = colours[s[3]] || "#888";
            pen.fillRect(left, y(s[0], s.row), right - left - (right - left > 3 ? .5 : 0), height * .6 - 2);
          }
          pen.globalAlpha = 1;
        }
        const y = (resource, row) => top + (offsets[resource] + row) * height * .6 + resource * 8;
        const at = e => from + (e.offsetX - label) / (chart.clientWidth - label) * (to - from);

        chart.onmousemove = e => {
          if (e.buttons) { const by = -e.movementX / (chart.clientWidth - label) * (to - from); from += by; to += by; draw(); return; }
          const time = at(e), near = (to - from) / chart.clientWidth * 2;
          const hit = data.spans.find(s => s[1] - near <= time && time <= s[1] + s[2] + near && e.offsetY >= y(s[0], s.row) && e.offsetY <= y(s[0], s.row) + height * .6);
          if (hit) tip.textContent = `${hit[4]}: ${hit[3]} on ${data.resources[hit[0]]}, from ${seconds(hit[1])} s, took ${seconds(hit[2])} s`;
        };
        chart.onwheel = e => {
          e.preventDefault();
          const time = at(e), by = Math.exp(e.deltaY / 400);
          from = time - (time - from) * by; to = time + (to - time) * by;
          draw();
        };
        chart.ondblclick = () => { from = 0; to = end; draw(); };
        const order = { failed: 0, lost: 1, flaky: 2 };
        function list() {
          const found = data.spans.filter(s => s[3] !== "setup" && matches(s));
          found.sort((a, b) => (order[a[3]] ?? 9) - (order[b[3]] ?? 9) || b[2] - a[2]);
          document.getElementById("found").textContent = found.length > show ? `${found.length} units, the first ${show}: failed ones, then the longest` : `${found.length} units`;
          document.getElementById("list").replaceChildren(...found.slice(0, show).map(s => {
            const row = document.createElement("tr");
            [s[4], data.resources[s[0]], s[3], seconds(s[1]), seconds(s[2])].forEach((text, i) => {
              const cell = document.createElement("td");
              cell.textContent = text;
              if (i === 0) cell.className = "name";
              if (i === 2) cell.style.color = colours[text] || "";
              row.append(cell);
            });
            return row;
          }));
        }
        document.getElementById("find").oninput = e => { wanted = e.target.value.toLowerCase(); draw(); list(); };
        for (const [name, colour] of Object.entries(colours)) {
          if (!data.spans.some(s => s[3] === name)) continue;
          const dot = document.createElement("span");
          dot.style.background = colour;
          document.getElementById("key").append(dot, name);
        }
        window.onresize = draw;
        draw(); list();
        </script>
        </body>
        </html>
        """;
}
