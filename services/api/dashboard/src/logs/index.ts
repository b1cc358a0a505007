export { LogViewer, type LogViewerProps } from "./log-viewer";
