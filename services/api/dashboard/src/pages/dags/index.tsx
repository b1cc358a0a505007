import { PageHead } from "@/ui/panel";

export function DagsPage() {
  return <PageHead title="DagsPage" />;
}
