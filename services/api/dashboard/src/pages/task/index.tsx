import { PageHead } from "@/ui/panel";

export function TaskPage() {
  return <PageHead title="TaskPage" />;
}
