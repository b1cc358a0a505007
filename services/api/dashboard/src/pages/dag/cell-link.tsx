import { Link } from "@tanstack/react-router";
import { cellStyle } from "./cell-marks";

/** A cell outside the grid: a link to a task of a run, explained by `HoverTips` around it. */
export function CellLink(props: { runId: string; taskId: string; label: string; cell: string }) {
  return (
    <Link
      to="/ui/runs/$runId/tasks/$taskId"
      params={{ runId: props.runId, taskId: props.taskId }}
      preload={false}
      data-tip={props.runId}
      aria-label={props.label}
      className="block rounded-[3px] hover:ring-1 hover:ring-strong-line"
      style={cellStyle(props.cell)}
    />
  );
}
