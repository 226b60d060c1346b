import { createEffect, createMemo, createSignal, Index, onCleanup, onMount, type JSX } from "solid-js";

/** A table that only renders the rows in sight: 1,000 changing rows cost as much as forty. Roles and counts tell assistive technology the whole. */

export interface Column<Row> {
  readonly id: string;
  readonly head: () => JSX.Element;
  /** CSS track: "5rem", "minmax(8rem, 1fr)". */
  readonly width: string;
  readonly number?: boolean;
  readonly cell: (row: () => Row) => JSX.Element;
}

export interface WindowedTableProps<Row> {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowHeightPx: number;
  /** The narrowest that still reads; below it the table scrolls sideways. */
  readonly minWidth?: string;
  readonly rowId: (row: Row) => string;
  readonly rowClass?: (row: Row) => string;
  readonly selected: string;
  readonly onSelect: (row: Row) => void;
  readonly onOpen?: (row: Row) => void;
  /** Without a head row (compact rows on a phone). */
  readonly headless?: boolean;
}

/** Rows rendered beyond the visible edge, so that a fast scroll does not show emptiness. */
const OVERSCAN_ROWS = 6;

export function WindowedTable<Row>(props: WindowedTableProps<Row>): JSX.Element {
  let box!: HTMLDivElement;
  const [top, setTop] = createSignal(0);
  const [height, setHeight] = createSignal(600);
  const headPx = (): number => (props.headless ? 0 : (box.firstElementChild as HTMLElement).offsetHeight);

  onMount(() => {
    const resized = new ResizeObserver(() => setHeight(box.clientHeight));
    resized.observe(box);
    onCleanup(() => resized.disconnect());
  });

  const first = createMemo(() => Math.max(0, Math.min(Math.floor(top() / props.rowHeightPx) - OVERSCAN_ROWS, props.rows.length - 1)));
  const visible = createMemo(() => props.rows.slice(first(), Math.ceil((top() + height()) / props.rowHeightPx) + OVERSCAN_ROWS));
  const columns = createMemo(() => props.columns.map((column) => column.width).join(" "));

  const isInSight = (index: number): boolean => {
    const rowTop = index * props.rowHeightPx;
    return rowTop >= box.scrollTop && rowTop + props.rowHeightPx <= box.scrollTop + box.clientHeight - headPx();
  };
  // The selected row stays in sight when the selection moves (J, K) and when the row itself changes places; who scrolled away from it stays there.
  createEffect<{ id: string; index: number }>(
    (before) => {
      const id = props.selected;
      const index = id === "" ? -1 : props.rows.findIndex((row) => props.rowId(row) === id);
      const moved = id !== before.id || (index !== before.index && (before.index < 0 || isInSight(before.index)));
      if (index >= 0 && moved && !isInSight(index)) {
        const rowTop = index * props.rowHeightPx;
        box.scrollTop = rowTop < box.scrollTop ? rowTop : rowTop + props.rowHeightPx - box.clientHeight + headPx();
      }
      return { id, index };
    },
    { id: "", index: -1 },
  );

  return (
    <div
      class="grid"
      ref={(element) => (box = element)}
      role="table"
      aria-label={props.label}
      aria-rowcount={props.rows.length + (props.headless ? 0 : 1)}
      aria-colcount={props.columns.length}
      tabindex="0"
      style={{
        "--columns": columns(),
        "--row-height": `${props.rowHeightPx}px`,
        "--rows": props.rows.length,
        "--grid-min": props.minWidth ?? "0",
      }}
      onScroll={() => setTop(box.scrollTop)}
    >
      <div class={props.headless ? "visually-hidden" : "grid-head"} role="row" aria-rowindex="1">
        {props.columns.map((column) => (
          <div class="cell" classList={{ "cell-number": column.number === true }} role="columnheader">
            {column.head()}
          </div>
        ))}
      </div>
      <div class="grid-space" role="rowgroup" style={{ height: `${props.rows.length * props.rowHeightPx}px` }}>
        <Index each={visible()}>
          {(row, offset) => (
            <div
              class={`grid-row ${props.rowClass?.(row()) ?? ""}`}
              role="row"
              aria-rowindex={first() + offset + (props.headless ? 1 : 2)}
              aria-selected={props.rowId(row()) === props.selected}
              style={{ transform: `translateY(${(first() + offset) * props.rowHeightPx}px)` }}
              onClick={() => props.onSelect(row())}
              onDblClick={() => props.onOpen?.(row())}
            >
              {props.columns.map((column) => (
                <div class="cell" classList={{ "cell-number": column.number === true }} role="cell">
                  {column.cell(row)}
                </div>
              ))}
            </div>
          )}
        </Index>
      </div>
    </div>
  );
}
